using System.Diagnostics.Metrics;
using Pos.Grains.Sagas;
using Pos.Grains.Stock;
using Pos.Journal;

namespace Pos.Grains;

/// <summary>
/// Metrics of the grains: meter <c>Pos.Grains</c>. Labels are categories, codes and names of steps, which the code lists; ids never are labels, except for
/// the few items that <see cref="HotItems"/> admits.
/// </summary>
public sealed class GrainInstruments
{
    private static readonly InstrumentAdvice<double> Quick = new() { HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30] };
    private static readonly InstrumentAdvice<double> Late = new() { HistogramBucketBoundaries = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800] };
    private static readonly InstrumentAdvice<long> Long = new() { HistogramBucketBoundaries = [0, 1, 2, 5, 10, 25, 50, 100, 250, 1000, 10_000] };

    private readonly Counter<long> _events;
    private readonly Counter<long> _refusals;
    private readonly Counter<long> _journalFull;
    private readonly Counter<long> _poisoned;
    private readonly Histogram<long> _replayed;
    private readonly Histogram<double> _steps;
    private readonly Counter<long> _ended;
    private readonly Histogram<double> _orders;
    private readonly Counter<double> _revenue;
    private readonly Counter<long> _wakeUps;
    private readonly Histogram<double> _wakeUpLag;

    /// <summary>Creates the instruments.</summary>
    public GrainInstruments(IMeterFactory meters)
    {
        ArgumentNullException.ThrowIfNull(meters);
        var meter = meters.Create("Pos.Grains");
        _events = meter.CreateCounter<long>("pos.grains.events", "{event}", "Events decided, by category and type.");
        _refusals = meter.CreateCounter<long>("pos.grains.refusals", "{command}", "Commands refused, by category and code.");
        _journalFull = meter.CreateCounter<long>("pos.grains.journal_full", "{decision}", "Decisions refused because the journal's queue was full.");
        _poisoned = meter.CreateCounter<long>("pos.grains.poisoned", "{activation}", "Activations that lost the journal.");
        _replayed = meter.CreateHistogram("pos.grains.replayed", "{event}", "Events read by an activation.", advice: Long);
        _steps = meter.CreateHistogram(
            "pos.saga.step.duration", "s", "Attempts at steps of sagas, by outcome: recorded, later (no answer, repeated after a pause), failed.", advice: Quick);
        _ended = meter.CreateCounter<long>("pos.saga.ended", "{saga}", "Sagas that reached their end.");
        _orders = meter.CreateHistogram("pos.orders.duration", "s", "Orders from being placed to their verdict.", advice: Quick);
        _revenue = meter.CreateCounter<double>("pos.orders.revenue", null, "Gross of confirmed orders, in whole units of the currency. Returns do not reduce it.");
        _wakeUps = meter.CreateCounter<long>("pos.wake_ups", "{wake-up}", "Wake-ups delivered, by whether the grain answered.");
        _wakeUpLag = meter.CreateHistogram("pos.wake_ups.lag", "s", "From a wake-up's due time to its claim.", advice: Late);
        Sagas.Observe(meter);
        Hot.Observe(meter);
    }

    /// <summary>The sagas that this process works on.</summary>
    internal OpenSagas Sagas { get; } = new();

    /// <summary>The stock items that many callers wait for.</summary>
    internal HotItems Hot { get; } = new();

    /// <summary>An activation has read its stream.</summary>
    public void OnActivated(string category, long events) => _replayed.Record(events, Tag("category", category));

    /// <summary>Events were queued.</summary>
    public void OnDecided(string category, ReadOnlySpan<NewEvent> events)
    {
        if (_events.Enabled)
        {
            foreach (ref readonly var decided in events)
            {
                _events.Add(1, Tag("category", category), Tag("type", decided.Type));
            }
        }
    }

    /// <summary>A command was refused.</summary>
    public void OnRefused(string category, RejectionCode code)
    {
        if (_refusals.Enabled)
        {
            _refusals.Add(1, Tag("category", category), Tag("code", code.ToString()));
        }
    }

    /// <summary>The journal took no more.</summary>
    public void OnJournalFull(string category) => _journalFull.Add(1, Tag("category", category));

    /// <summary>An activation lost the journal.</summary>
    public void OnPoisoned(string category, AppendResult because) =>
        _poisoned.Add(1, Tag("category", category), Tag("result", because.ToString()));

    /// <summary>An attempt at a step of a saga ended.</summary>
    public void OnSagaStep(string saga, string step, string outcome, TimeSpan elapsed) =>
        _steps.Record(elapsed.TotalSeconds, Tag("saga", saga), Tag("step", step), Tag("outcome", outcome));

    /// <summary>A saga ended.</summary>
    public void OnSagaEnded(string saga, string state) => _ended.Add(1, Tag("saga", saga), Tag("state", state));

    /// <summary>An order was confirmed.</summary>
    public void OnOrderConfirmed(Money gross, TimeSpan elapsed)
    {
        _orders.Record(elapsed.TotalSeconds, Tag("verdict", "confirmed"), Tag("reason", "none"));
        _revenue.Add(gross.Amount / Math.Pow(10, gross.Currency.MinorUnits), Tag("currency", gross.Currency.Code));
    }

    /// <summary>An order was cancelled.</summary>
    /// <param name="code">The refusal that ended the order; null when somebody asked for it.</param>
    /// <param name="elapsed">Since the order was placed.</param>
    public void OnOrderCancelled(RejectionCode? code, TimeSpan elapsed) =>
        _orders.Record(elapsed.TotalSeconds, Tag("verdict", "cancelled"), Tag("reason", code?.ToString() ?? "asked"));

    /// <summary>A wake-up was claimed.</summary>
    public void OnWakeUpClaimed(string category, TimeSpan lag) => _wakeUpLag.Record(lag.TotalSeconds, Tag("category", category));

    /// <summary>A wake-up was delivered.</summary>
    public void OnWakeUp(string category, bool answered) => _wakeUps.Add(1, Tag("category", category), Tag("answered", answered));

    private static KeyValuePair<string, object?> Tag(string name, object value) => new(name, value);
}
