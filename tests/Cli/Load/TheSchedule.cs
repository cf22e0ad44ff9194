using Pos.Cli.Load;
using Pos.Cli.Load.Buyers;
using Pos.Cli.Output;

namespace Pos.Tests;

public sealed class TheSchedule
{
    [Fact]
    public void with_a_rate_sessions_begin_when_it_says_however_late_they_are_taken()
    {
        var arrivals = new Arrivals(Plans.Of(Scenario.Hot) with { Rate = 100, Duration = TimeSpan.FromSeconds(1) });
        for (var n = 0; n < 100; n++)
        {
            Assert.True(arrivals.TryTake(TimeSpan.FromSeconds(n * 7), out var arrival));
            Assert.Equal((n, n * 10), (arrival.Number, Math.Round(arrival.Intended.TotalMilliseconds, 3)));
        }

        Assert.False(arrivals.TryTake(TimeSpan.Zero, out _));
    }

    [Fact]
    public void while_the_rate_grows_half_as_many_begin()
    {
        var arrivals = new Arrivals(Plans.Of(Scenario.Hot) with { Rate = 1_000, Ramp = TimeSpan.FromSeconds(2), Duration = TimeSpan.FromSeconds(1) });
        List<double> intended = [];
        while (arrivals.TryTake(TimeSpan.Zero, out var arrival))
        {
            intended.Add(arrival.Intended.TotalSeconds);
        }

        Assert.Equal(2_000, intended.Count);
        Assert.Equal((250, 1_000), (intended.Count(t => t < 1), intended.Count(t => t < 2)));
        Assert.Equal(intended.Order(), intended);
    }

    [Fact]
    public void without_a_rate_a_session_begins_when_a_client_is_free()
    {
        var arrivals = new Arrivals(Plans.Of(Scenario.Hot) with { Duration = TimeSpan.FromSeconds(5) });

        Assert.True(arrivals.TryTake(TimeSpan.FromSeconds(4.5), out var arrival));
        Assert.Equal(TimeSpan.FromSeconds(4.5), arrival.Intended);
        Assert.False(arrivals.TryTake(TimeSpan.FromSeconds(5), out _));
    }

    [Fact]
    public void buyers_end_when_all_of_them_had_their_turn()
    {
        var arrivals = new Arrivals(Plans.Of(Scenario.Hot) with { Buyers = 2 });

        Assert.True(arrivals.TryTake(TimeSpan.FromDays(1), out _));
        Assert.True(arrivals.TryTake(TimeSpan.FromDays(2), out _));
        Assert.False(arrivals.TryTake(TimeSpan.FromDays(3), out _));
    }

    [Fact]
    public void the_same_session_wants_the_same_and_another_seed_something_else()
    {
        var plan = Plans.Of(Scenario.Soak) with { Items = 1_000 };
        Customer[] first = [.. Enumerable.Range(0, 1_000).Select(n => new Customers(plan).Of(n))];

        Assert.Equal(first, Enumerable.Range(0, 1_000).Select(n => new Customers(plan).Of(n)));
        Assert.NotEqual(first, Enumerable.Range(0, 1_000).Select(n => new Customers(plan with { Seed = 2 }).Of(n)));
        Assert.Contains(first, customer => customer.Card == Customers.BadCard);
        Assert.All(first, customer => Assert.True(customer.First is >= 0 and < 1_000 && customer.Second != customer.First));
    }

    [Theory]
    [InlineData(0, 0.25, 0.25)]
    [InlineData(1, 0.48, 0.12)]
    public void items_are_as_popular_as_zipf_says(double skew, double first, double last)
    {
        var zipf = new Zipf(4, skew);
        var items = Enumerable.Range(0, 100_000).Select(n => zipf.Item(n / 100_000.0)).CountBy(item => item).ToDictionary();

        Assert.Equal(4, items.Count);
        Assert.Equal((first, last), (Math.Round(items[0] / 100_000.0, 4), Math.Round(items[3] / 100_000.0, 4)));
    }

    [Fact]
    public void one_item_alone_is_bought_alone()
    {
        var customer = new Customers(Plans.Of(Scenario.Checkout) with { Items = 1 }).Of(3);

        Assert.Equal((0, null, true), (customer.First, customer.Second, customer.ByCart));
    }
}
