using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using Pos.Grains;
using static Pos.Tests.Shopkeeper;

namespace Pos.Tests;

/// <summary>
/// However goods come back (in pieces, exchanged, the exchange exchanged, in cash by a manager's word) and whatever the store rounds to by then:
/// nobody gets more coins than were paid, and no card's money becomes coins by itself.
/// </summary>
public sealed class RefundProperties
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly Sku Mug = new("mug");

    /// <summary>A return of so many pieces.</summary>
    /// <param name="Pieces">At most what is left.</param>
    /// <param name="Step">To which the store rounds by then.</param>
    /// <param name="Spend">Null for money; else percent of the credit that a new sale costs.</param>
    /// <param name="InCash">Whether a manager has it paid out in cash.</param>
    private sealed record Back(int Pieces, int Step, int? Spend, bool InCash);

    /// <param name="Quantity">Pieces sold.</param>
    /// <param name="Price">Of one.</param>
    /// <param name="Step">To which the store rounds at the sale.</param>
    /// <param name="Card">Percent on a card.</param>
    /// <param name="Backs">What comes back first; then the rest, piece by piece.</param>
    private sealed record Story(int Quantity, int Price, int Step, int Card, Back[] Backs);

    [Fact]
    public void Nobody_gets_more_coins_than_were_paid_whatever_comes_back_how() =>
        Prop.ForAll(Stories(), story => new Shop().Play(story)).Check(Config.QuickThrowOnFailure.WithMaxTest(3_000));

    [Theory]
    [InlineData(10, 3, 5, 5)]
    [InlineData(4, 1_250, 500, 500)]
    [InlineData(10, 3, 5, 500)]
    [InlineData(10, 3, 5, 1)]
    [InlineData(4, 1_250, 500, 5)]
    [InlineData(7, 11, 1, 10)]
    public void Piece_by_piece_for_cash_it_is_what_was_paid_also_when_the_rule_changes(int quantity, int price, int step, int later)
    {
        var shop = new Shop();
        shop.Play(new(quantity, price, step, 0, [.. Enumerable.Range(0, quantity).Select(piece => new Back(1, piece < quantity / 2 ? step : later, null, false))]));
        Assert.Equal(shop.In, shop.Out);
    }

    [Fact]
    public void What_a_card_paid_goes_back_to_it_through_two_exchanges()
    {
        var shop = new Shop();
        var first = shop.Sell(2, 500, 5, 100, null);
        var one = shop.TakeBack(first, new(2, 5, 100, false));
        var second = shop.Sell(1, 1_000, 5, 0, one);
        var two = shop.TakeBack(second, new(1, 5, 100, false));
        var third = shop.Sell(4, 250, 5, 0, two);
        var back = shop.Accept(third, new(4, 5, null, false));
        Assert.Equal(new TenderRefund(1, 1_000, first.Id), Assert.Single(back.Refunds));
        Assert.Equal((null, null), (back.Coins, back.CashCredit));
    }

    [Fact]
    public void Cash_for_what_a_card_paid_takes_a_managers_word_which_the_event_names()
    {
        var shop = new Shop();
        var sold = shop.Sell(3, 1_003, 5, 100, null);
        Assert.Equal(RejectionCode.ApprovalRequired, shop.Decide(sold, new(1, 5, null, true), approvedBy: "").Rejection?.Code);
        var back = Assert.IsType<OrderEvent.ReturnAccepted>(Assert.Single(shop.Decide(sold, new(1, 5, null, true), "anna").Events));
        Assert.Equal((1_000, "anna", true), (back.Coins!.Value, back.ApprovedBy!, back.Refunds[0].InCash!.Value));
        // Where no card paid, nobody has to be asked.
        var byCash = shop.Sell(3, 1_003, 5, 0, null);
        Assert.Null(((OrderEvent.ReturnAccepted)Assert.Single(shop.Decide(byCash, new(1, 5, null, true), "").Events)).ApprovedBy);
    }

    [Fact]
    public void What_was_worth_nothing_is_exchanged_for_nothing_and_done()
    {
        var shop = new Shop();
        var free = shop.Sell(1, 0, 5, 0, null);
        var accepted = shop.Accept(free, new(1, 5, 100, false));
        var state = Return.Evolve(Return.Initial, Told(free, accepted));
        Assert.False(ReturnSaga.IsWaiting(state));
        var done = Assert.IsType<ReturnEvent.Completed>(Assert.Single(ReturnSaga.Decide(state, new ReturnFact.StockRestocked()).Events));
        Assert.Equal(Gbp(0), done.Refund);
        var credit = ReturnViewing.Credit(accepted.Return, Return.Evolve(state, done))!;
        Assert.Equal((Gbp(0), Gbp(0)), (credit.Total, credit.Free));
        // A till that exchanges as it always does sells all the same.
        Assert.Null(shop.Sell(1, 500, 5, 0, (credit, null)).Placed.Credit);
        // One that waited since before nothing is waited for is settled, too.
        var waited = Return.Evolve(state, new ReturnEvent.Restocked());
        Assert.Equal(ReturnDebt.Refund, ReturnSaga.Owed(waited));
    }

    [Theory]
    [InlineData(1_002, 1_000, 0L, RejectionCode.TenderTooSmall)]
    [InlineData(1_002, null, 0L, null)]
    [InlineData(1_002, null, null, null)]
    [InlineData(1_003, 1_000, 5L, null)]
    [InlineData(1_002, 1_000, 5L, RejectionCode.TenderMismatch)]
    public void Only_cash_that_moves_is_rounded(int price, int? card, long? cash, RejectionCode? refused)
    {
        var asked = new TenderRequest(cash is { } given ? Gbp(given) : null, [new CardRequest("tok_approve", card is { } amount ? Gbp(amount) : null)]);
        var decision = new Shop().Place(1, price, 5, asked, null);
        Assert.Equal(refused, decision.Rejection?.Code);
        if (refused is null)
        {
            var placed = (OrderEvent.Placed)Assert.Single(decision.Events);
            Assert.Equal(cash > 0 ? 2 : null, placed.Rounding);
        }
    }

    [Fact]
    public void Credit_that_pays_alone_is_not_rounded_and_cash_beside_it_is()
    {
        var shop = new Shop();
        var credit = shop.TakeBack(shop.Sell(1, 1_002, 1, 0, null), new(1, 1, 100, false))!.Value.View;
        var nothing = new TenderRequest(Gbp(0), [], credit.Return);
        Assert.Null(((OrderEvent.Placed)Assert.Single(shop.Place(1, 1_002, 5, nothing, credit).Events)).Rounding);
        Assert.Equal(RejectionCode.TenderTooSmall, shop.Place(1, 1_004, 5, nothing, credit).Rejection?.Code);
        Assert.Equal(-1, ((OrderEvent.Placed)Assert.Single(shop.Place(1, 1_008, 5, nothing with { Cash = Gbp(5) }, credit).Events)).Rounding);
        Assert.Null(((OrderEvent.Placed)Assert.Single(shop.Place(1, 0, 5, Gbp(0), null).Events)).Rounding);
    }

    private static Arbitrary<Story> Stories() => (
        from quantity in Gen.Choose(1, 12)
        from price in Gen.OneOf(Gen.Choose(0, 12), Gen.Choose(0, 2_000))
        from step in Steps
        from card in Gen.Elements(0, 0, 0, 30, 100)
        from backs in (
            from pieces in Gen.Choose(1, 4)
            from later in Gen.Frequency((4, Gen.Constant(step)), (1, Steps))
            from spend in Gen.Elements<int?>(null, null, 30, 90, 100, 130)
            from inCash in Gen.Elements(false, false, true)
            select new Back(pieces, later, spend, inCash && spend is null)).ArrayOf()
        select new Story(quantity, price, step, card, backs)).ToArbitrary();

    private static Gen<int> Steps => Gen.Elements(1, 5, 10, 500);

    private static ReturnEvent.Accepted Told(Sold sold, OrderEvent.ReturnAccepted accepted) => (ReturnEvent.Accepted)Assert.Single(Return.Decide(
        Return.Initial, new ReturnCommand.Take(new(new Operation("t", "f", Now.AddDays(1)), Order.Describe(sold.Placed, accepted, sold.Id), TimeSpan.Zero), Now)).Events);

    /// <summary>An order that is confirmed.</summary>
    private sealed class Sold(OrderId id, OrderState state)
    {
        public OrderId Id => id;

        public OrderState State { get; set; } = state;

        public OrderEvent.Placed Placed => State.Placed!;
    }

    /// <summary>Everything that is sold and comes back, and what coins that moves.</summary>
    private sealed class Shop
    {
        private int _number;

        /// <summary>Coins that customers paid, and what a manager let go in coins of a card's money.</summary>
        public long In { get; private set; }

        public long Out { get; private set; }

        public void Play(Story story)
        {
            var sold = Sell(story.Quantity, story.Price, story.Step, story.Card, null);
            var last = story.Backs.Length > 0 ? story.Backs[^1] : new(1, story.Step, null, false);
            foreach (var back in story.Backs.Concat(Enumerable.Repeat(last with { Pieces = 1, Spend = null }, story.Quantity)))
            {
                var left = sold.Placed.Lines[0].Quantity - sold.State.Returned.GetValueOrDefault(1);
                if (left > 0)
                {
                    TakeOneBack(sold, back with { Pieces = Math.Min(back.Pieces, left) });
                }
            }
        }

        private void TakeOneBack(Sold sold, Back back)
        {
            if (TakeBack(sold, back) is not { } credit || credit.View.Free.Amount == 0)
            {
                return;
            }

            var price = credit.View.Free.Amount * back.Spend!.Value / 100;
            var next = Sell(1, price, back.Step, 0, credit);
            // What the exchange bought comes back too, for money.
            TakeBack(next, new(1, back.Step, null, false));
        }

        public Sold Sell(int quantity, long price, int step, int card, (CreditView View, Func<long, long>? LeftOver)? credit)
        {
            var gross = quantity * price;
            var byCard = gross * card / 100;
            var asked = card == 100 && gross > 0 ? new TenderRequest(null, [new CardRequest("tok_approve")])
                : new TenderRequest(Needed(gross - byCard - (credit?.View.Free.Amount ?? 0)), byCard > 0 ? [new CardRequest("tok_approve", Gbp(byCard))] : [], credit?.View.Return);
            var decision = Place(quantity, price, step, asked, credit?.View);
            if (decision.Rejection is not null)
            {
                // Cards and credit pay all but what rounds to nothing.
                asked = asked with { Cash = null, Cards = [new CardRequest("tok_approve")] };
                decision = Place(quantity, price, step, asked, credit?.View);
            }

            Assert.Null(decision.Rejection);
            var placed = (OrderEvent.Placed)Assert.Single(decision.Events);
            In += placed.CashDue.Amount;
            Out += credit is { LeftOver: { } rest } ? rest(placed.Credit?.Amount ?? 0) : 0;
            CheckCoins();
            var state = Order.Evolve(Order.Evolve(Order.Evolve(Order.Initial, placed), new OrderEvent.StockReserved(1)), new OrderEvent.Paid(placed.Tendered, Gbp(0)));
            return new(OrderNumber(++_number), Order.Evolve(state, new OrderEvent.Settled()));
        }

        public Decision<OrderEvent> Place(int quantity, long price, int step, TenderRequest tender, CreditView? credit) => Order.Place(
            Order.Initial,
            new(new Operation("p", "f", Now.AddDays(1), "ann"), London, Till, [new(Mug, quantity)], tender, null, TimeSpan.Zero),
            new(Store(step), ImmutableDictionary<Sku, ProductView>.Empty.Add(Mug, OrderTests.Catalogue.Products[Mug] with { Price = Gbp(price) })),
            credit,
            SalePolicy.Default,
            Now);

        /// <summary>Takes pieces back: money at once, or credit and what is left of it once so much of it is spent.</summary>
        public (CreditView View, Func<long, long>? LeftOver)? TakeBack(Sold sold, Back back)
        {
            var accepted = Accept(sold, back);
            var state = Return.Evolve(Return.Initial, Told(sold, accepted));
            In += accepted.Refunds.Sum(refund => refund.InCash == true ? refund.Amount : 0);
            if (state.IsExchange)
            {
                var view = ReturnViewing.Credit(accepted.Return, state)!;
                return (view, spent => Coins(state with { Credit = new(OrderNumber(999), Gbp(spent)), IsSpent = true }));
            }

            Out += Coins(state);
            CheckCoins();
            return null;
        }

        public OrderEvent.ReturnAccepted Accept(Sold sold, Back back)
        {
            var decision = Decide(sold, back, "anna");
            Assert.Null(decision.Rejection);
            var accepted = (OrderEvent.ReturnAccepted)Assert.Single(decision.Events);
            Assert.Equal(accepted.Gross.Amount, accepted.Refunds.Sum(refund => refund.Amount));
            sold.State = Order.Evolve(sold.State, accepted);
            return accepted;
        }

        public Decision<OrderEvent> Decide(Sold sold, Back back, string approvedBy)
        {
            var operation = new Operation($"r{++_number}", "f", Now.AddDays(1), "ann", ApprovedBy: approvedBy);
            return Order.Return(
                sold.State,
                new(operation, ReturnNumber(_number), Till, [new(1, back.Pieces, Disposition.Restock)], "faulty", back.Spend is not null, null, TimeSpan.Zero, back.InCash),
                Store(back.Step),
                null,
                SalePolicy.Default,
                Now);
        }

        private static long Coins(ReturnState state) =>
            ReturnSaga.ListRefunds(state).Where(refund => refund.Tender == 0).Sum(refund => refund.Amount);

        private static Money? Needed(long cash) => cash > 0 ? Gbp(cash + 1_000) : null;

        private static StoreView Store(int step) => OrderTests.Catalogue.London with { CashRounding = step };

        private void CheckCoins() => Assert.True(Out <= In, $"{Out} were given back in coins, {In} paid");
    }
}
