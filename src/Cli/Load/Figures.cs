using Pos.Cli.Load.Buyers;
using Pos.Cli.Output;

namespace Pos.Cli.Load;

/// <summary>All that is counted during a run. For many threads at once.</summary>
internal sealed class Figures
{
    private readonly Lock gate = new();
    private readonly LatencyHistogram whole = new();
    private readonly Dictionary<string, LatencyHistogram> steps = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, long> refusals = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, long> errors = new(StringComparer.Ordinal);
    private readonly HashSet<UInt128> acknowledged = [];
    private readonly List<long> open = [];
    private LatencyHistogram interval = new();
    private LatencyHistogram spare = new();
    private long requests;
    private long retries;
    private long unsent;
    private long sold;
    private long repeated;

    public long Sold => Interlocked.Read(ref sold);

    /// <summary>All latencies of the ended intervals; to be read when the load has ended.</summary>
    public LatencyHistogram Whole => whole;

    /// <summary>Orders that the clients were told are CONFIRMED.</summary>
    public IReadOnlySet<UInt128> Acknowledged => acknowledged;

    /// <summary>Sales that were answered with an order that another sale had been answered with.</summary>
    public long Repeated => repeated;

    /// <summary>An answer to one request; the time is of this request alone.</summary>
    public void OnAnswer(string step, TimeSpan elapsed, bool measured)
    {
        if (!measured)
        {
            return;
        }

        lock (gate)
        {
            requests++;
            if (!steps.TryGetValue(step, out var histogram))
            {
                steps.Add(step, histogram = new LatencyHistogram());
            }

            histogram.Record(elapsed);
        }
    }

    public void OnRetry() => Interlocked.Increment(ref retries);

    /// <param name="session">Which.</param>
    /// <param name="end">What became of it.</param>
    /// <param name="elapsed">From its intended start.</param>
    /// <param name="measured">Whether it was to begin after the ramp.</param>
    public void OnEnd(long session, in SessionEnd end, TimeSpan elapsed, bool measured)
    {
        lock (gate)
        {
            Settle(session, end);
            if (!measured)
            {
                return;
            }

            interval.Record(elapsed);
            if (end.Verdict is Verdict.Refused)
            {
                refusals[end.Code] = refusals.GetValueOrDefault(end.Code) + 1;
            }
            else if (end.Verdict is not Verdict.Done)
            {
                errors[end.Code] = errors.GetValueOrDefault(end.Code) + 1;
            }
        }
    }

    /// <summary>A session that was to begin and found no free client before the end: it has waited at least so long.</summary>
    public void OnUnsent(TimeSpan waited, bool measured)
    {
        lock (gate)
        {
            if (measured)
            {
                unsent++;
                interval.Record(waited);
            }
        }
    }

    /// <summary>The outcome of a session that had none when the load ended.</summary>
    public void OnSettled(long session, in SessionEnd end)
    {
        lock (gate)
        {
            Settle(session, end);
        }
    }

    /// <summary>Hands over the sessions whose outcome is not known.</summary>
    public long[] TakeOpen()
    {
        lock (gate)
        {
            var taken = open.ToArray();
            open.Clear();
            return taken;
        }
    }

    /// <summary>Ends an interval: its latencies, valid until the next one ends, now also in the whole.</summary>
    public LatencyHistogram EndInterval()
    {
        lock (gate)
        {
            (interval, spare) = (spare, interval);
            interval.Clear();
            whole.Add(spare);
            return spare;
        }
    }

    public Tally Read()
    {
        lock (gate)
        {
            return new Tally(
                whole.Count - unsent,
                requests,
                Interlocked.Read(ref retries),
                unsent,
                new Dictionary<string, long>(refusals),
                new Dictionary<string, long>(errors),
                Times.Of(whole),
                steps.ToDictionary(step => step.Key, step => Times.Of(step.Value)));
        }
    }

    private void Settle(long session, in SessionEnd end)
    {
        if (end.Verdict is Verdict.Done)
        {
            sold++;
            repeated += acknowledged.Add(end.Id) ? 0 : 1;
        }
        else if (end.Verdict is Verdict.Open)
        {
            open.Add(session);
        }
    }
}

/// <summary>Latencies as they are shown, in milliseconds.</summary>
/// <param name="Count">Of how many.</param>
/// <param name="MeanMs">The mean.</param>
/// <param name="P50Ms">Half took no longer.</param>
/// <param name="P90Ms">90 %.</param>
/// <param name="P95Ms">95 %.</param>
/// <param name="P99Ms">99 %.</param>
/// <param name="P999Ms">99.9 %.</param>
/// <param name="MaxMs">The longest.</param>
internal sealed record Times(long Count, double MeanMs, double P50Ms, double P90Ms, double P95Ms, double P99Ms, double P999Ms, double MaxMs)
{
    public static Times Of(LatencyHistogram histogram) => new(
        histogram.Count,
        Milliseconds(histogram.Mean),
        Milliseconds(histogram.Percentile(50)),
        Milliseconds(histogram.Percentile(90)),
        Milliseconds(histogram.Percentile(95)),
        Milliseconds(histogram.Percentile(99)),
        Milliseconds(histogram.Percentile(99.9)),
        Milliseconds(histogram.Max));

    public static double Milliseconds(TimeSpan time) => Math.Round(time.TotalMilliseconds, 3);
}

/// <summary>What was counted after the ramp.</summary>
/// <param name="Sessions">That ended.</param>
/// <param name="Requests">That were answered.</param>
/// <param name="Retries">Requests that were sent again, ramp included.</param>
/// <param name="Unsent">Sessions that were to begin and found no free client until the end.</param>
/// <param name="Refusals">Sessions that the shop refused as it should, by code.</param>
/// <param name="Errors">Sessions that ended in a way that no customer should see, by code.</param>
/// <param name="Latency">From the intended start of a session to its end, refusals and errors included.</param>
/// <param name="Steps">Of single requests.</param>
internal sealed record Tally(
    long Sessions,
    long Requests,
    long Retries,
    long Unsent,
    IReadOnlyDictionary<string, long> Refusals,
    IReadOnlyDictionary<string, long> Errors,
    Times Latency,
    IReadOnlyDictionary<string, Times> Steps)
{
    /// <summary>Sessions that ended badly or never began.</summary>
    public long ErrorCount => Errors.Values.Sum() + Unsent;
}
