using System.Diagnostics.Metrics;
using Pos.Journal.Writing;

namespace Pos.Journal;

/// <summary>The journal's metrics, meter <c>Pos.Journal</c>.</summary>
public sealed class JournalInstruments : IDisposable
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "Pos.Journal";

    private static readonly InstrumentAdvice<double> Disk = new() { HistogramBucketBoundaries = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5] };
    private static readonly InstrumentAdvice<int> Size = new() { HistogramBucketBoundaries = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 2500] };

    private readonly Meter _meter = new(MeterName);
    private readonly Counter<long> _events;
    private readonly Counter<long> _bytes;
    private readonly Histogram<double> _batchSeconds;
    private readonly Histogram<int> _batchEvents;
    private readonly Counter<long> _failures;
    private readonly Counter<long> _refused;
    private WriteQueue? _watched;
    private int _reachable = 1;

    /// <summary>Creates the instruments.</summary>
    public JournalInstruments()
    {
        _events = _meter.CreateCounter<long>("pos.journal.events", "{event}", "Events committed and confirmed.");
        _bytes = _meter.CreateCounter<long>("pos.journal.bytes", "By", "Bytes of committed events, hashes included.");
        _batchSeconds = _meter.CreateHistogram("pos.journal.batch.duration", "s", "From taking a batch to telling its callers.", advice: Disk);
        _batchEvents = _meter.CreateHistogram("pos.journal.batch.events", "{event}", "Events a batch.", advice: Size);
        _failures = _meter.CreateCounter<long>("pos.journal.failures", "{failure}", "Failures of the store, by kind.");
        _refused = _meter.CreateCounter<long>("pos.journal.refused", "{append}", "Appends refused because the queue was full.");
        _meter.CreateObservableGauge("pos.journal.queue.events", () => _watched?.Events ?? 0, "{event}", "Events waiting.");
        _meter.CreateObservableGauge("pos.journal.reachable", () => Volatile.Read(ref _reachable), null, "1 when the last read of the journal succeeded, else 0.");
        _meter.CreateObservableGauge("pos.journal.queue.bytes", () => _watched?.Bytes ?? 0, "By", "Bytes waiting.");
    }

    internal void OnLooked(bool isReachable) => Volatile.Write(ref _reachable, isReachable ? 1 : 0);

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    internal void Watch(WriteQueue queue) => _watched = queue;

    internal void Unwatch(WriteQueue queue)
    {
        if (_watched == queue)
        {
            _watched = null;
        }
    }

    internal void OnBatchCommitted(int count, long size, TimeSpan elapsed)
    {
        _events.Add(count);
        _bytes.Add(size);
        _batchEvents.Record(count);
        _batchSeconds.Record(elapsed.TotalSeconds);
    }

    internal void OnFailure(string kind) => _failures.Add(1, new KeyValuePair<string, object?>("kind", kind));

    internal void OnRefused() => _refused.Add(1);
}
