using System.Collections.Immutable;
using Pos.Grains;
using static Pos.Tests.Shopkeeper;

namespace Pos.Tests;

/// <summary>The rules of an order that is paid by cards, and of its saga: every state × every command and fact.</summary>
public sealed class CardOrderTests
{
    /// <summary>What each state makes of what is asked or has happened: events, a refusal, or – for nothing.</summary>
    private const string Table = """
        state            | take                 | take otherwise  | cancel            | cancel otherwise  | held                 | short           | charged    | declined        | silence         | committed     | released
        nothing          | order.placed         | order.placed    | UnknownOrder      | UnknownOrder      | –                    | –               | –          | –               | –               | –             | –
        created          | –                    | OperationReused | order.cancelled   | order.cancelled   | order.stock-reserved | order.cancelled | –          | –               | –               | –             | –
        reserved         | –                    | OperationReused | order.cancelled   | order.cancelled   | –                    | –               | order.paid | order.cancelled | order.cancelled | –             | –
        paid             | –                    | OperationReused | IllegalTransition | IllegalTransition | –                    | –               | –          | –               | –               | order.settled | –
        paid, settled    | –                    | OperationReused | IllegalTransition | IllegalTransition | –                    | –               | –          | –               | –               | –             | –
        out of stock     | –                    | OperationReused | –                 | –                 | –                    | –               | –          | –               | –               | –             | order.settled
        given up         | –                    | OperationReused | –                 | OperationReused   | –                    | –               | –          | –               | –               | –             | order.settled
        given up charged | –                    | OperationReused | –                 | OperationReused   | –                    | –               | –          | –               | –               | –             | order.settled
        declined         | –                    | OperationReused | –                 | –                 | –                    | –               | –          | –               | –               | –             | order.settled
        timed out        | –                    | OperationReused | –                 | –                 | –                    | –               | –          | –               | –               | –             | order.settled
        over             | –                    | OperationReused | –                 | –                 | –                    | –               | –          | –               | –               | –             | –
        """;

    private static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly Operation Asked = new("k1", "f1", Now.AddDays(1), "ann");
    private static readonly ReturnId Back = ReturnNumber(7);

    // Two cards, a credit of 100 and 50 in cash, of which 1 is change by rounding.
    private static readonly PricedSale Sale = new(
        London, Till, [new(1, new Sku("mug"), "Mug", ProductKind.Goods, 4, 250, 250, 2_000, 833, 167, 1_000)], true,
        Gbp(833), Gbp(167), Gbp(1_000), Gbp(60), Now, -1, [new(1, 449, "tok_a"), new(2, 400, "tok_b")], new(Back, 100));

    private static readonly OrderEvent Placed = new OrderEvent.Placed(
        London, Till, OperationKey.Of(Asked), Sale.Lines, true, Gbp(833), Gbp(167), Gbp(1_000), Gbp(60), Now, Now, -1, Sale.Cards, Sale.Credit);

    private static readonly OrderEvent Reserved = new OrderEvent.StockReserved(1);
    private static readonly OrderEvent Paid = new OrderEvent.Paid(Gbp(60), Gbp(10));
    private static readonly OrderEvent Settled = new OrderEvent.Settled();
    private static readonly LineRefusal NoMug = new(1, new(RejectionCode.InsufficientStock, "4 of 'mug' asked for, 3 available.", [new(0, new Sku("mug"), 4, 3)]));
    private static readonly LineRefusal LostCard = new(2, new(RejectionCode.PaymentDeclined, "Card 2 was declined: lost-card."));
    private static readonly LineRefusal Silence = new(0, new(RejectionCode.PaymentTimedOut, "The payment provider has not said what came of the charge."));

    private static readonly OrderEvent OutOfStock = new OrderEvent.Cancelled(
        "Line 1: 4 of 'mug' asked for, 3 available.", [new(1, new Sku("mug"), 4, 3)], Now, RejectionCode.InsufficientStock);

    private static readonly OrderEvent GivenUp = new OrderEvent.Cancelled("changed their mind", [], Now, null, OperationKey.Of(Asked with { Id = "c1" }));
    private static readonly OrderEvent Declined = new OrderEvent.Cancelled("Card 2 was declined: lost-card.", [], Now, RejectionCode.PaymentDeclined);
    private static readonly OrderEvent TimedOut = new OrderEvent.Cancelled(Silence.Rejection.Detail, [], Now, RejectionCode.PaymentTimedOut);

    private static readonly Dictionary<string, OrderEvent[]> States = new(StringComparer.Ordinal)
    {
        ["nothing"] = [],
        ["created"] = [Placed],
        ["reserved"] = [Placed, Reserved],
        ["paid"] = [Placed, Reserved, Paid],
        ["paid, settled"] = [Placed, Reserved, Paid, Settled],
        ["out of stock"] = [Placed, OutOfStock],
        ["given up"] = [Placed, GivenUp],
        ["given up charged"] = [Placed, Reserved, GivenUp],
        ["declined"] = [Placed, Reserved, Declined],
        ["timed out"] = [Placed, Reserved, TimedOut],
        ["over"] = [Placed, Reserved, Declined, Settled],
    };

    public static TheoryData<string, string, string> Cells
    {
        get
        {
            var rows = Table.Split('\n').Select(row => row.Split('|', StringSplitOptions.TrimEntries)).ToArray();
            var cells = new TheoryData<string, string, string>();
            foreach (var row in rows[1..])
            {
                for (var i = 1; i < row.Length; i++)
                {
                    cells.Add(row[0], rows[0][i], row[i]);
                }
            }

            Assert.Equal(States.Keys, rows[1..].Select(row => row[0]));
            return cells;
        }
    }

    [Theory, MemberData(nameof(Cells))]
    public void An_order_by_cards_in_any_state_meets_any_command_and_any_fact(string state, string what, string expected)
    {
        var verdict = Given(States[state]).When(What(what));
        if (Enum.TryParse<RejectionCode>(expected, out var code))
        {
            verdict.Refused(code);
            return;
        }

        Assert.Equal(expected == "–" ? "" : expected, string.Join(' ', verdict.Events.Select(happened => OrderJournal.Codec.Write(happened).Type)));
        verdict.Then([.. verdict.Events]);
    }

    /// <summary>Whoever may have money of the order is asked to give it back; whoever cannot have any is left alone.</summary>
    [Theory]
    [InlineData("nothing", OrderDebt.Nothing, "")]
    [InlineData("created", OrderDebt.Reserve, "")]
    [InlineData("reserved", OrderDebt.Charge, "0 1 2")]
    [InlineData("paid", OrderDebt.Commit, "0")]
    [InlineData("paid, settled", OrderDebt.Nothing, "")]
    [InlineData("out of stock", OrderDebt.Release, "")]
    [InlineData("given up", OrderDebt.Release, "")]
    [InlineData("given up charged", OrderDebt.Release, "0 1 2")]
    [InlineData("declined", OrderDebt.Release, "0 1 2")]
    [InlineData("timed out", OrderDebt.Release, "0 1 2")]
    [InlineData("over", OrderDebt.Nothing, "")]
    public void What_is_owed_to_whom_follows_from_what_is_durable(string state, OrderDebt owed, string money)
    {
        var progress = Given(States[state]).State;
        Assert.Equal(owed, OrderSaga.Owed(progress));
        if (owed != OrderDebt.Nothing)
        {
            Assert.Equal(money, string.Join(' ', OrderSaga.ListTenders(progress, owed)));
        }
    }

    [Fact]
    public void Nobodys_money_is_asked_for_before_the_goods_are_held() =>
        Given(Placed).When(Fact(new OrderFact.StockAnswered([], Now))).Then(Reserved);

    [Fact]
    public void When_all_money_is_there_the_order_is_paid_and_only_cash_gives_change() =>
        Given(Placed, Reserved).When(Fact(new OrderFact.MoneyAnswered([], Now))).Then(Paid);

    [Fact]
    public void The_first_tender_that_fails_gives_the_order_up_and_says_why() =>
        Given(Placed, Reserved).When(Fact(new OrderFact.MoneyAnswered([LostCard], Now))).Then(Declined);

    [Fact]
    public void Services_paid_by_card_owe_nothing_once_they_are_paid()
    {
        var placed = ((OrderEvent.Placed)Placed) with { Lines = [Sale.Lines[0] with { Kind = ProductKind.Service }], Credit = null };
        Given(placed, new OrderEvent.StockReserved(0)).When(Fact(new OrderFact.MoneyAnswered([], Now)))
            .Then(new OrderEvent.Paid(Gbp(60), placed.Tendered - placed.CashDue), Settled);
    }

    /// <summary>What a step comes to, by what stock and tenders have answered.</summary>
    [Theory]
    [InlineData(OrderDebt.Reserve, false, false, true, false, null)]
    [InlineData(OrderDebt.Charge, true, false, false, false, null)]
    [InlineData(OrderDebt.Charge, true, false, false, true, "PaymentTimedOut")]
    [InlineData(OrderDebt.Charge, true, false, true, false, "PaymentDeclined")]
    [InlineData(OrderDebt.Charge, true, true, false, true, "")]
    [InlineData(OrderDebt.Commit, true, false, false, true, null)]
    [InlineData(OrderDebt.Commit, true, true, false, false, "")]
    [InlineData(OrderDebt.Release, false, true, false, true, null)]
    [InlineData(OrderDebt.Release, true, false, false, true, null)]
    [InlineData(OrderDebt.Release, true, true, false, false, "")]
    public void Too_few_answers_are_no_fact(OrderDebt debt, bool allLines, bool allMoney, bool refusedMoney, bool overdue, string? refusal)
    {
        var fact = OrderSaga.Conclude(debt, new(allLines, []), new(allMoney, refusedMoney ? [LostCard] : []), overdue, Now);
        Assert.Equal(refusal is null, fact is null);
        if (fact is OrderFact.MoneyAnswered money)
        {
            Assert.Equal(refusal!, string.Join(' ', money.Refusals.Select(refused => refused.Rejection.Code)));
        }
    }

    private static Scenario<OrderState, OrderEvent> Given(params ReadOnlySpan<OrderEvent> events) => new(OrderJournal.Aggregate, events);

    private static Func<OrderState, Decision<OrderEvent>> Fact(OrderFact fact) => state => OrderSaga.Decide(state, fact);

    private static Func<OrderState, Decision<OrderEvent>> Cancel(Operation operation) =>
        state => Order.Cancel(state, new(operation, "changed their mind"), Now);

    private static Func<OrderState, Decision<OrderEvent>> Take(Operation operation) =>
        state => Order.Take(state, new(operation, Sale, TimeSpan.Zero), Now);

    private static Func<OrderState, Decision<OrderEvent>> What(string what) => what switch
    {
        "take" => Take(Asked),
        "take otherwise" => Take(Asked with { Fingerprint = "other" }),
        "cancel" => Cancel(Asked with { Id = "c1" }),
        "cancel otherwise" => Cancel(Asked with { Id = "c1", Fingerprint = "other" }),
        "held" => Fact(new OrderFact.StockAnswered([], Now)),
        "short" => Fact(new OrderFact.StockAnswered([NoMug], Now)),
        "charged" => Fact(new OrderFact.MoneyAnswered([], Now)),
        "declined" => Fact(new OrderFact.MoneyAnswered([LostCard], Now)),
        "silence" => Fact(new OrderFact.MoneyAnswered([Silence], Now)),
        "committed" => Fact(new OrderFact.StockCommitted()),
        _ => Fact(new OrderFact.StockReleased()),
    };
}
