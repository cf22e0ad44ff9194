namespace Pos.Cli.Output;

/// <summary>How long requests took, from the first attempt to the answer, waits for an absent server included.</summary>
internal sealed class Latencies
{
    private readonly List<TimeSpan> taken = [];
    private readonly Lock gate = new();

    public void Add(TimeSpan elapsed)
    {
        lock (gate)
        {
            taken.Add(elapsed);
        }
    }

    public int Count
    {
        get
        {
            lock (gate)
            {
                return taken.Count;
            }
        }
    }

    /// <summary>The smallest time that this share (0–1) of all requests did not exceed, in milliseconds; 0 without requests.</summary>
    public double Percentile(double share)
    {
        lock (gate)
        {
            if (taken.Count == 0)
            {
                return 0;
            }

            var sorted = taken.Order().ToArray();
            var rank = (int)Math.Ceiling(share * sorted.Length) - 1;
            return Math.Round(sorted[Math.Clamp(rank, 0, sorted.Length - 1)].TotalMilliseconds, 3);
        }
    }
}
