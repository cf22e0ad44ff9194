using System.Diagnostics.Metrics;
using Pos.Journal.Writing;

namespace Pos.Journal;

/// <summary>The journal's metrics, meter <c>Pos.Journal</c>.</summary>
public sealed class JournalInstruments : IDisposable
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "Pos.Journal";

    private readonly Meter meter = new(MeterName);
    private readonly Counter<long> events;
    private readonly Counter<long> bytes;
    private readonly Histogram<double> batchSeconds;
    private readonly Histogram<int> batchEvents;
    private readonly Counter<long> failures;
    private readonly Counter<long> refused;
    private WriteQueue? watched;
    private int reachable = 1;

    /// <summary>Creates the instruments.</summary>
    public JournalInstruments()
    {
        events = meter.CreateCounter<long>("pos.journal.events", "{event}", "Events committed and confirmed.");
        bytes = meter.CreateCounter<long>("pos.journal.bytes", "By", "Bytes of committed events, hashes included.");
        batchSeconds = meter.CreateHistogram<double>("pos.journal.batch.duration", "s", "From taking a batch to telling its callers.");
        batchEvents = meter.CreateHistogram<int>("pos.journal.batch.events", "{event}", "Events a batch.");
        failures = meter.CreateCounter<long>("pos.journal.failures", "{failure}", "Failures of the store, by kind.");
        refused = meter.CreateCounter<long>("pos.journal.refused", "{append}", "Appends refused because the queue was full.");
        meter.CreateObservableGauge("pos.journal.queue.events", () => watched?.Events ?? 0, "{event}", "Events waiting.");
        meter.CreateObservableGauge("pos.journal.reachable", () => Volatile.Read(ref reachable), null, "1 when the last read of the journal succeeded, else 0.");
        meter.CreateObservableGauge("pos.journal.queue.bytes", () => watched?.Bytes ?? 0, "By", "Bytes waiting.");
    }

    internal void OnLooked(bool isReachable) => Volatile.Write(ref reachable, isReachable ? 1 : 0);

    /// <inheritdoc/>
    public void Dispose() => meter.Dispose();

    internal void Watch(WriteQueue queue) => watched = queue;

    internal void Unwatch(WriteQueue queue)
    {
        if (watched == queue)
            watched = null;
    }

    internal void OnBatchCommitted(int count, long size, TimeSpan elapsed)
    {
        events.Add(count);
        bytes.Add(size);
        batchEvents.Record(count);
        batchSeconds.Record(elapsed.TotalSeconds);
    }

    internal void OnFailure(string kind) => failures.Add(1, new KeyValuePair<string, object?>("kind", kind));

    internal void OnRefused() => refused.Add(1);
}
