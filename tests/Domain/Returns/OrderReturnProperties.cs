using System.Collections.Immutable;
using FsCheck;
using FsCheck.Fluent;
using Pos.Grains;
using static Pos.Tests.Shopkeeper;

namespace Pos.Tests;

/// <summary>Whatever comes back in whatever pieces: never more than was sold, at the price paid, to where the money came from.</summary>
public sealed class OrderReturnProperties
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    /// <summary>A line that was sold.</summary>
    private sealed record Sold(int Quantity, int Price, int Rate);

    /// <summary>Pieces that somebody brings: of which line, how many.</summary>
    private sealed record Brought(int Line, int Quantity);

    /// <param name="Lines">What was sold.</param>
    /// <param name="Cards">Percent of the total on each card; the rest was cash.</param>
    /// <param name="Step">To which the store rounds cash.</param>
    /// <param name="Brought">What is brought back, in order.</param>
    private sealed record Story(Sold[] Lines, int[] Cards, int Step, Brought[] Brought);

    [Fact]
    public void All_that_comes_back_is_never_more_than_was_sold_and_paid_and_all_of_it_is_exactly_that() =>
        Prop.ForAll(Stories(), Play).Check(Config.QuickThrowOnFailure.WithMaxTest(1_000));

    private static Arbitrary<Story> Stories() => (
        from lines in (
            from quantity in Gen.Choose(1, 9)
            from price in Gen.Choose(0, 1_000)
            from rate in Gen.Elements(0, 500, 700, 2_000)
            select new Sold(quantity, price, rate)).NonEmptyListOf()
        from cards in Gen.Choose(0, 40).ArrayOf()
        from step in Gen.Elements(1, 5, 10)
        from brought in (
            from line in Gen.Choose(0, 12)
            from quantity in Gen.Choose(-1, 10)
            select new Brought(line, quantity)).ArrayOf()
        select new Story([.. lines], [.. cards.Take(2)], step, brought)).ToArbitrary();

    private static void Play(Story story)
    {
        var placed = Placed(story);
        var state = Folded(Order.Initial, placed, new OrderEvent.StockReserved(story.Lines.Length), new OrderEvent.Paid(placed.Tendered, Gbp(0)), new OrderEvent.Settled());
        var number = 0;
        var so = new SoFar(placed, story);

        // In the end everything that is still out there comes back piece by piece.
        var rest = story.Lines.SelectMany((line, index) => Enumerable.Repeat(new Brought(index + 1, 1), line.Quantity));
        foreach (var brought in story.Brought.Concat(rest))
        {
            var decision = Ask(state, ++number, brought, story.Step);
            Assert.Equal(so.Fits(brought) && number <= Limits.ReturnsPerOrderMax, decision.Rejection is null);
            if (decision.Rejection is null)
            {
                var accepted = Assert.IsType<OrderEvent.ReturnAccepted>(Assert.Single(decision.Events));
                Check(accepted);
                state = Order.Evolve(state, accepted);
                so.Take(brought, accepted);
                so.CheckTouched(state, brought.Line);
            }
        }

        so.CheckAll(state);
        Assert.Equal(placed.Gross.Amount, state.Returns.Sum(one => one.Gross.Amount));
        Assert.Equal(placed.Tax.Amount, state.Returns.Sum(one => one.Tax.Amount));
        Assert.Equal(placed.Net.Amount, state.Returns.Sum(one => one.Net.Amount));
        foreach (var card in placed.Cards ?? [])
        {
            Assert.Equal(card.Amount, so.Refunded(card.Tender));
        }
    }

    private static void Check(OrderEvent.ReturnAccepted accepted)
    {
        Assert.All(accepted.Lines, line => Assert.True(line is { Net: >= 0, Tax: >= 0 } && line.Net + line.Tax == line.Gross, line.ToString()));
        Assert.Equal(accepted.Gross.Amount, accepted.Refunds.Sum(refund => refund.Amount));
        Assert.All(accepted.Refunds, refund => Assert.True(refund.Amount > 0));
        Assert.Equal(accepted.Refunds.Length, accepted.Refunds.DistinctBy(refund => refund.Tender).Count());
    }

    /// <summary>
    /// Sums of what has come back, kept beside the order. Each return adds to them, so a check after each return costs the same however many there were:
    /// summing over all returns after each of them made the cost of a story cubic.
    /// </summary>
    private sealed class SoFar(OrderEvent.Placed placed, Story story)
    {
        private readonly int[] _back = new int[story.Lines.Length];
        private readonly long[] _worth = new long[story.Lines.Length];
        private readonly Dictionary<int, long> _refunded = [];

        public bool Fits(Brought brought) =>
            brought.Line >= 1 && brought.Line <= _back.Length && brought.Quantity >= 1
            && _back[brought.Line - 1] + brought.Quantity <= story.Lines[brought.Line - 1].Quantity;

        public long Refunded(int tender) => _refunded.GetValueOrDefault(tender);

        public void Take(Brought brought, OrderEvent.ReturnAccepted accepted)
        {
            _back[brought.Line - 1] += brought.Quantity;
            var line = Assert.Single(accepted.Lines);
            Assert.Equal((brought.Line, brought.Quantity), (line.Line, line.Quantity));
            _worth[line.Line - 1] += line.Gross;
            foreach (var refund in accepted.Refunds)
            {
                _refunded[refund.Tender] = Refunded(refund.Tender) + refund.Amount;
            }
        }

        /// <summary>What one return can have changed: one line, and the tenders.</summary>
        public void CheckTouched(OrderState state, int number)
        {
            CheckLine(state, number);

            // A card has its money back before anybody gets cash, and never more than it paid.
            var cards = placed.Cards ?? [];
            Assert.All(cards, card => Assert.InRange(Refunded(card.Tender), 0, card.Amount));
            Assert.True(Refunded(0) == 0 || cards.All(card => Refunded(card.Tender) == card.Amount));
            Assert.True(Refunded(0) <= placed.Gross.Amount - cards.Sum(card => card.Amount));
        }

        /// <summary>Every line, and that the order's own list of returns says what was added up here.</summary>
        public void CheckAll(OrderState state)
        {
            var lines = state.Returns.SelectMany(static one => one.Lines).ToLookup(static line => line.Line);
            for (var number = 1; number <= _back.Length; number++)
            {
                CheckLine(state, number);
                Assert.Equal((_back[number - 1], _worth[number - 1]), (lines[number].Sum(line => line.Quantity), lines[number].Sum(line => line.Gross)));
            }

            var refunds = state.Returns.SelectMany(static one => one.Refunds).ToLookup(static refund => refund.Tender);
            Assert.All(_refunded, tender => Assert.Equal(tender.Value, refunds[tender.Key].Sum(refund => refund.Amount)));
            Assert.Equal(_refunded.Keys.Order(), refunds.Select(static tender => tender.Key).Order());
        }

        private void CheckLine(OrderState state, int number)
        {
            var back = _back[number - 1];
            Assert.Equal(back, state.Returned.GetValueOrDefault(number));
            // Half away from zero of what so many pieces are worth.
            Assert.Equal(
                (long)Math.Round((decimal)placed.Lines[number - 1].Gross * back / story.Lines[number - 1].Quantity, MidpointRounding.AwayFromZero), _worth[number - 1]);
        }
    }

    private static OrderState Folded(OrderState state, params ReadOnlySpan<OrderEvent> events)
    {
        foreach (var happened in events)
        {
            state = Order.Evolve(state, happened);
        }

        return state;
    }

    private static Decision<OrderEvent> Ask(OrderState state, int number, Brought brought, int step) => Order.Return(
        state,
        new(
            new Operation($"r{number}", "f", Now.AddDays(1), "ann"), ReturnNumber(number), Till,
            [new(brought.Line, brought.Quantity, Disposition.Restock)], "faulty", false, null, TimeSpan.Zero),
        OrderTests.Catalogue.London with { CashRounding = step },
        null,
        SalePolicy.Default,
        Now);

    private static OrderEvent.Placed Placed(Story story)
    {
        var lines = ImmutableArray.CreateBuilder<OrderLine>(story.Lines.Length);
        foreach (var sold in story.Lines)
        {
            var total = Prices.Line(sold.Price, sold.Quantity, sold.Rate, true)!.Value;
            lines.Add(new(
                lines.Count + 1, new Sku("mug"), "Mug", ProductKind.Goods, sold.Quantity, sold.Price, sold.Price, sold.Rate, total.Net, total.Tax, total.Gross));
        }

        var gross = lines.Sum(line => line.Gross);
        var cards = story.Cards.Select((percent, index) => new CardTender(index + 1, gross * percent / 100, "tok_approve"))
            .Where(card => card.Amount > 0).Select((card, index) => card with { Tender = index + 1 }).ToImmutableArray();
        return new(
            London, Till, new("k1", "f1", Now.AddDays(1)), lines.ToImmutable(), true,
            Gbp(lines.Sum(line => line.Net)), Gbp(lines.Sum(line => line.Tax)), Gbp(gross), Gbp(gross), Now, Now, null, cards.IsEmpty ? null : cards);
    }
}
