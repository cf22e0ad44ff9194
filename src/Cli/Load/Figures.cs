using Pos.Cli.Load.Buyers;
using Pos.Cli.Output;

namespace Pos.Cli.Load;

/// <summary>Everything that is counted during a run. Safe for many threads at once.</summary>
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

    /// <summary>The latencies of all ended intervals. Read it only after the load has ended.</summary>
    public LatencyHistogram Whole => whole;

    /// <summary>The orders that an answer called CONFIRMED.</summary>
    public IReadOnlySet<UInt128> Acknowledged => acknowledged;

    /// <summary>Sales that were answered with the order of another sale.</summary>
    public long Repeated => repeated;

    /// <summary>Counts the answer to one request and the time of this request.</summary>
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

    /// <summary>Counts the end of a session.</summary>
    /// <param name="session">The session's number.</param>
    /// <param name="end">How it ended.</param>
    /// <param name="elapsed">The time since its intended start.</param>
    /// <param name="measured">Whether its intended start was after the ramp.</param>
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

    /// <summary>Counts a session that found no free client before the end of the run, with the time that it waited.</summary>
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

    /// <summary>Counts the outcome of a session whose outcome was not known when the load ended.</summary>
    public void OnSettled(long session, in SessionEnd end)
    {
        lock (gate)
        {
            Settle(session, end);
        }
    }

    /// <summary>Takes the sessions whose outcome is not known.</summary>
    public long[] TakeOpen()
    {
        lock (gate)
        {
            var taken = open.ToArray();
            open.Clear();
            return taken;
        }
    }

    /// <summary>Ends an interval and adds it to the whole. The interval's latencies stay valid until the next one ends.</summary>
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

/// <summary>The counts after the ramp.</summary>
/// <param name="Sessions">Sessions that ended.</param>
/// <param name="Requests">Requests that were answered.</param>
/// <param name="Retries">Requests that were sent again, those of the ramp included.</param>
/// <param name="Unsent">Sessions that found no free client before the end of the run.</param>
/// <param name="Refusals">Sessions with a refusal that a shop may give (sold out, card declined), by code.</param>
/// <param name="Errors">Sessions with an answer that no customer should get, by code.</param>
/// <param name="Latency">Times from the intended start of a session to its end, refusals and errors included.</param>
/// <param name="Steps">Times of single requests, by step.</param>
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
    /// <summary>Sessions that ended with an error or never began.</summary>
    public long ErrorCount => Errors.Values.Sum() + Unsent;
}
