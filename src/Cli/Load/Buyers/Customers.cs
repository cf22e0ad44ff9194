namespace Pos.Cli.Load.Buyers;

/// <summary>What one customer buys.</summary>
/// <param name="First">The number of an item, of which the customer buys one piece.</param>
/// <param name="Second">The number of another item, of which the customer buys two pieces; null: nothing else.</param>
/// <param name="ByCart">Whether the sale goes through a cart, or else as one order.</param>
/// <param name="Card">The card that pays; null: cash pays.</param>
internal readonly record struct Customer(int First, int? Second, bool ByCart, string? Card)
{
    public const int FirstPieces = 1;
    public const int SecondPieces = 2;
}

/// <summary>
/// The purchases of each session. A purchase is a pure function of the seed and the session's number, so a session whose outcome is not known can be repeated, request by
/// request, with the same keys.
/// </summary>
internal sealed class Customers(LoadPlan plan)
{
    public const string GoodCard = "tok_approve";
    public const string BadCard = "tok_decline_insufficient_funds";

    // In a soak one card of this many has no money on it.
    private const int DeclinedOneOf = 20;

    private readonly Zipf _popularity = new(plan.Items, plan.Skew);

    public Customer Of(long session)
    {
        // SplitMix64: consecutive session numbers give independent random numbers.
        var state = plan.Seed + ((ulong)session * 0x9E3779B97F4A7C15);
        var first = _popularity.Item(Share(ref state));
        var second = Other(first, ref state);
        var dice = Share(ref state);
        Customer customer = plan.Scenario switch
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
        return plan.CashOnly ? customer with { Card = null } : customer;
    }

    private int? Other(int first, ref ulong state)
    {
        var second = _popularity.Item(Share(ref state));
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

/// <summary>Zipf's law: customers want the n-th most popular item n to the power of minus <c>skew</c> times as often as the most popular one.</summary>
internal sealed class Zipf
{
    private readonly double[] _upTo;

    public Zipf(int items, double skew)
    {
        _upTo = new double[items];
        var sum = 0.0;
        for (var item = 0; item < items; item++)
        {
            _upTo[item] = sum += Math.Pow(item + 1, -skew);
        }

        for (var item = 0; item < items; item++)
        {
            _upTo[item] /= sum;
        }
    }

    /// <param name="share">A random number from 0 to 1, 1 excluded.</param>
    public int Item(double share)
    {
        var found = Array.BinarySearch(_upTo, share);
        return Math.Min(found >= 0 ? found + 1 : ~found, _upTo.Length - 1);
    }
}
