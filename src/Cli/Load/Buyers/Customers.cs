namespace Pos.Cli.Load.Buyers;

/// <summary>What one customer buys.</summary>
/// <param name="First">An item, one piece.</param>
/// <param name="Second">Another item, two pieces; null: nothing else.</param>
/// <param name="ByCart">Through a cart, as a till rings it up, or as one order.</param>
/// <param name="Card">The card that pays; null: cash.</param>
internal readonly record struct Customer(int First, int? Second, bool ByCart, string? Card)
{
    public const int FirstPieces = 1;
    public const int SecondPieces = 2;
}

/// <summary>
/// Who buys what: a pure function of the seed and the session's number, so that a session whose outcome is not known can be had
/// again, request by request, under the same keys.
/// </summary>
internal sealed class Customers(LoadPlan plan)
{
    public const string GoodCard = "tok_approve";
    public const string BadCard = "tok_decline_insufficient_funds";

    // In a soak one card of so many has no money on it.
    private const int DeclinedOneOf = 20;

    private readonly Zipf popularity = new(plan.Items, plan.Skew);

    public Customer Of(long session)
    {
        // SplitMix64: as good as independent numbers from consecutive ones.
        var state = plan.Seed + ((ulong)session * 0x9E3779B97F4A7C15);
        var first = popularity.Item(Share(ref state));
        var second = Other(first, ref state);
        var dice = Share(ref state);
        return plan.Scenario switch
        {
            Scenario.Hot => new(0, null, false, null),
            Scenario.Spread => new(first, null, false, null),
            Scenario.Checkout => new(first, second, true, GoodCard),
            Scenario.Soak => (session % 4) switch
            {
                0 => new(0, null, false, null),
                1 => new(first, second, false, null),
                _ => new(first, second, true, dice < 1.0 / DeclinedOneOf ? BadCard : GoodCard),
            },
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }

    private int? Other(int first, ref ulong state)
    {
        var second = popularity.Item(Share(ref state));
        return plan.Items == 1 ? null : second == first ? (first + 1) % plan.Items : second;
    }

    private static double Share(ref ulong state)
    {
        var z = state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return ((z ^ (z >> 31)) >> 11) * (1.0 / (1UL << 53));
    }
}

/// <summary>Zipf's law: the n-th most popular of the items is wanted n to the power of minus <c>skew</c> as often as the first.</summary>
internal sealed class Zipf
{
    private readonly double[] upTo;

    public Zipf(int items, double skew)
    {
        upTo = new double[items];
        var sum = 0.0;
        for (var item = 0; item < items; item++)
        {
            upTo[item] = sum += Math.Pow(item + 1, -skew);
        }

        for (var item = 0; item < items; item++)
        {
            upTo[item] /= sum;
        }
    }

    /// <param name="share">A number from 0 to 1, 1 excluded, all of them equally likely.</param>
    public int Item(double share)
    {
        var found = Array.BinarySearch(upTo, share);
        return Math.Min(found >= 0 ? found + 1 : ~found, upTo.Length - 1);
    }
}
