using System.Globalization;
using Pos.Grains.EventSourcing;

namespace Pos.Tests;

/// <summary>The streams that a silo has lately begun without a look at them.</summary>
public sealed class RecentlyBegunTests
{
    [Fact]
    public void A_key_is_new_once()
    {
        var begun = new RecentlyBegun();
        Assert.True(begun.Add("a"));
        Assert.True(begun.Add("b"));
        Assert.False(begun.Add("a"));
        Assert.False(begun.Add("b"));
    }

    [Fact]
    public void A_key_that_many_others_have_pushed_out_is_new_again()
    {
        var begun = new RecentlyBegun();
        Assert.True(begun.Add("a"));
        for (var other = 0; other < 1_000_000; other++)
        {
            begun.Add(other.ToString(CultureInfo.InvariantCulture));
        }

        Assert.True(begun.Add("a"));
    }
}
