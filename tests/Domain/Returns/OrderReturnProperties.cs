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
        var (number, back) = (0, new int[story.Lines.Length]);

        // In the end everything that is still out there comes back piece by piece.
        var rest = story.Lines.SelectMany((line, index) => Enumerable.Repeat(new Brought(index + 1, 1), line.Quantity));
        foreach (var brought in story.Brought.Concat(rest))
        {
            var decision = Order.Decide(state, Ask(++number, brought, story.Step));
            var isThere = brought.Line >= 1 && brought.Line <= back.Length;
            var fits = isThere && brought.Quantity >= 1 && back[brought.Line - 1] + brought.Quantity <= story.Lines[brought.Line - 1].Quantity;
            Assert.Equal(fits && number <= Limits.ReturnsPerOrderMax, decision.Rejection is null);
            if (decision.Rejection is null)
            {
                var accepted = Assert.IsType<OrderEvent.ReturnAccepted>(Assert.Single(decision.Events));
                back[brought.Line - 1] += brought.Quantity;
                Check(accepted);
                state = Order.Evolve(state, accepted);
                CheckSums(state, placed, story, back);
            }
        }

        Assert.Equal(placed.Gross.Amount, state.Returns.Sum(one => one.Gross.Amount));
        Assert.Equal(placed.Tax.Amount, state.Returns.Sum(one => one.Tax.Amount));
        Assert.Equal(placed.Net.Amount, state.Returns.Sum(one => one.Net.Amount));
        foreach (var card in placed.Cards ?? [])
        {
            Assert.Equal(card.Amount, Refunded(state, card.Tender));
        }
    }

    private static void Check(OrderEvent.ReturnAccepted accepted)
    {
        Assert.All(accepted.Lines, line => Assert.True(line is { Net: >= 0, Tax: >= 0 } && line.Net + line.Tax == line.Gross, line.ToString()));
        Assert.Equal(accepted.Gross.Amount, accepted.Refunds.Sum(refund => refund.Amount));
        Assert.All(accepted.Refunds, refund => Assert.True(refund.Amount > 0));
        Assert.Equal(accepted.Refunds.Length, accepted.Refunds.DistinctBy(refund => refund.Tender).Count());
    }

    private static void CheckSums(OrderProgress state, OrderEvent.Placed placed, Story story, int[] back)
    {
        for (var i = 0; i < back.Length; i++)
        {
            Assert.Equal(back[i], state.Returned.GetValueOrDefault(i + 1));
            var worth = state.Returns.SelectMany(one => one.Lines).Where(line => line.Line == i + 1).Sum(line => line.Gross);
            // Half away from zero of what so many pieces are worth.
            Assert.Equal((long)Math.Round((decimal)placed.Lines[i].Gross * back[i] / story.Lines[i].Quantity, MidpointRounding.AwayFromZero), worth);
        }

        // A card has its money back before anybody gets cash, and never more than it paid.
        var cards = placed.Cards ?? [];
        Assert.All(cards, card => Assert.InRange(Refunded(state, card.Tender), 0, card.Amount));
        Assert.True(Refunded(state, 0) == 0 || cards.All(card => Refunded(state, card.Tender) == card.Amount));
        Assert.True(Refunded(state, 0) <= placed.Gross.Amount - cards.Sum(card => card.Amount));
    }

    private static long Refunded(OrderProgress state, int tender) =>
        state.Returns.SelectMany(one => one.Refunds).Where(refund => refund.Tender == tender).Sum(refund => refund.Amount);

    private static OrderProgress Folded(OrderProgress state, params ReadOnlySpan<OrderEvent> events)
    {
        foreach (var happened in events)
        {
            state = Order.Evolve(state, happened);
        }

        return state;
    }

    private static OrderCommand.Return Ask(int number, Brought brought, int step) => new(
        new(
            new Operation($"r{number}", "f", Now.AddDays(1), "ann"), ReturnNumber(number), Till,
            [new(brought.Line, brought.Quantity, Disposition.Restock)], "faulty", false, null, TimeSpan.Zero),
        OrderTests.Catalogue.London with { CashRounding = step },
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
