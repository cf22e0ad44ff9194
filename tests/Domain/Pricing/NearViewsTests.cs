using Pos.Grains.Pricing;

namespace Pos.Tests;

/// <summary>What activations of one silo show to each other.</summary>
public sealed class NearViewsTests
{
    private readonly NearViews<string> _near = new();

    [Fact]
    public void A_view_is_found_from_when_it_is_shown_until_it_is_hidden()
    {
        Assert.Null(_near.Find("a"));
        var place = _near.Open("a");
        Assert.Null(_near.Find("a"));
        place.Show("one");
        Assert.Equal("one", _near.Find("a"));
        place.Show("two");
        Assert.Equal("two", _near.Find("a"));
        place.Close();
        Assert.Null(_near.Find("a"));
    }

    [Fact]
    public void An_activation_that_ends_late_does_not_hide_the_next_one()
    {
        var old = _near.Open("a");
        old.Show("old");
        _near.Open("a").Show("new");
        old.Close();
        old.Show("late");
        Assert.Equal("new", _near.Find("a"));
    }
}
