using Pos.Cli.Load.Buyers;
using Pos.Cli.Output;

namespace Pos.Cli.Load;

/// <summary>Everything that is counted during a run. Safe for many threads at once.</summary>
internal sealed class Figures
{
    private readonly Lock _gate = new();
    private readonly LatencyHistogram _whole = new();
    private readonly Dictionary<string, LatencyHistogram> _steps = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, long> _refusals = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, long> _errors = new(StringComparer.Ordinal);
    private readonly HashSet<UInt128> _acknowledged = [];
    private readonly List<long> _open = [];
    private LatencyHistogram _interval = new();
    private LatencyHistogram _spare = new();
    private long _requests;
    private long _retries;
    private long _unsent;
    private long _sold;
    private long _repeated;

    public long Sold => Interlocked.Read(ref _sold);

    /// <summary>The latencies of all ended intervals. Read it only after the load has ended.</summary>
    public LatencyHistogram Whole => _whole;

    /// <summary>The orders that an answer called CONFIRMED.</summary>
    public IReadOnlySet<UInt128> Acknowledged => _acknowledged;

    /// <summary>Sales that were answered with the order of another sale.</summary>
    public long Repeated => _repeated;

    /// <summary>Counts the answer to one request and the time of this request.</summary>
    public void OnAnswer(string step, TimeSpan elapsed, bool measured)
    {
        if (!measured)
        {
            return;
        }

        lock (_gate)
        {
            _requests++;
            if (!_steps.TryGetValue(step, out var histogram))
            {
                _steps.Add(step, histogram = new LatencyHistogram());
            }

            histogram.Record(elapsed);
        }
    }

    public void OnRetry() => Interlocked.Increment(ref _retries);

    /// <summary>Counts the end of a session.</summary>
    /// <param name="session">The session's number.</param>
    /// <param name="end">How it ended.</param>
    /// <param name="elapsed">The time since its intended start.</param>
    /// <param name="measured">Whether its intended start was after the ramp.</param>
    public void OnEnd(long session, in SessionEnd end, TimeSpan elapsed, bool measured)
    {
        lock (_gate)
        {
            Settle(session, end);
            if (!measured)
            {
                return;
            }

            _interval.Record(elapsed);
            if (end.Verdict is Verdict.Refused)
            {
                _refusals[end.Code] = _refusals.GetValueOrDefault(end.Code) + 1;
            }
            else if (end.Verdict is not Verdict.Done)
            {
                _errors[end.Code] = _errors.GetValueOrDefault(end.Code) + 1;
            }
        }
    }

    /// <summary>Counts a session that found no free client before the end of the run, with the time that it waited.</summary>
    public void OnUnsent(TimeSpan waited, bool measured)
    {
        lock (_gate)
        {
            if (measured)
            {
                _unsent++;
                _interval.Record(waited);
            }
        }
    }

    /// <summary>Counts the outcome of a session whose outcome was not known when the load ended.</summary>
    public void OnSettled(long session, in SessionEnd end)
    {
        lock (_gate)
        {
            Settle(session, end);
        }
    }

    /// <summary>Takes the sessions whose outcome is not known.</summary>
    public long[] TakeOpen()
    {
        lock (_gate)
        {
            var taken = _open.ToArray();
            _open.Clear();
            return taken;
        }
    }

    /// <summary>Ends an interval and adds it to the whole. The interval's latencies stay valid until the next one ends.</summary>
    public LatencyHistogram EndInterval()
    {
        lock (_gate)
        {
            (_interval, _spare) = (_spare, _interval);
            _interval.Clear();
            _whole.Add(_spare);
            return _spare;
        }
    }

    public Tally Read()
    {
        lock (_gate)
        {
            return new Tally(
                _whole.Count - _unsent,
                _requests,
                Interlocked.Read(ref _retries),
                _unsent,
                new Dictionary<string, long>(_refusals),
                new Dictionary<string, long>(_errors),
                Times.Of(_whole),
                _steps.ToDictionary(step => step.Key, step => Times.Of(step.Value)));
        }
    }

    private void Settle(long session, in SessionEnd end)
    {
        if (end.Verdict is Verdict.Done)
        {
            _sold++;
            _repeated += _acknowledged.Add(end.Id) ? 0 : 1;
        }
        else if (end.Verdict is Verdict.Open)
        {
            _open.Add(session);
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
