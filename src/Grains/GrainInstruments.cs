using System.Diagnostics.Metrics;
using Pos.Journal;

namespace Pos.Grains;

/// <summary>Metrics of the grains: meter <c>Pos.Grains</c>.</summary>
public sealed class GrainInstruments
{
    private readonly Counter<long> _events;
    private readonly Counter<long> _journalFull;
    private readonly Counter<long> _poisoned;
    private readonly Histogram<long> _replayed;
    private readonly Counter<long> _steps;
    private readonly Counter<long> _retries;
    private readonly Counter<long> _ended;
    private readonly Counter<long> _wakeUps;

    /// <summary>Creates the instruments.</summary>
    public GrainInstruments(IMeterFactory meters)
    {
        ArgumentNullException.ThrowIfNull(meters);
        var meter = meters.Create("Pos.Grains");
        _events = meter.CreateCounter<long>("pos.grains.events", "{event}", "Events decided.");
        _journalFull = meter.CreateCounter<long>("pos.grains.journal_full", "{decision}", "Decisions refused because the journal's queue was full.");
        _poisoned = meter.CreateCounter<long>("pos.grains.poisoned", "{activation}", "Activations that lost the journal.");
        _replayed = meter.CreateHistogram<long>("pos.grains.replayed", "{event}", "Events read by an activation.");
        _steps = meter.CreateCounter<long>("pos.saga.steps", "{step}", "Saga steps done.");
        _retries = meter.CreateCounter<long>("pos.saga.retries", "{step}", "Saga steps that had no answer and are repeated.");
        _ended = meter.CreateCounter<long>("pos.saga.ended", "{saga}", "Sagas that reached their end.");
        _wakeUps = meter.CreateCounter<long>("pos.wake_ups", "{wake-up}", "Wake-ups delivered, by whether the grain answered.");
    }

    /// <summary>An activation has read its stream.</summary>
    public void OnActivated(string category, long events) => _replayed.Record(events, Tag("category", category));

    /// <summary>Events were queued.</summary>
    public void OnDecided(string category, int events) => _events.Add(events, Tag("category", category));

    /// <summary>The journal took no more.</summary>
    public void OnJournalFull(string category) => _journalFull.Add(1, Tag("category", category));

    /// <summary>An activation lost the journal.</summary>
    public void OnPoisoned(string category, AppendResult because) =>
        _poisoned.Add(1, Tag("category", category), Tag("result", because.ToString()));

    /// <summary>A step of a saga was answered.</summary>
    public void OnSagaStep(string saga, string step) => _steps.Add(1, Tag("saga", saga), Tag("step", step));

    /// <summary>A step of a saga was not answered.</summary>
    public void OnSagaRetry(string saga, string step) => _retries.Add(1, Tag("saga", saga), Tag("step", step));

    /// <summary>A saga ended.</summary>
    public void OnSagaEnded(string saga, string state) => _ended.Add(1, Tag("saga", saga), Tag("state", state));

    /// <summary>A wake-up was delivered.</summary>
    public void OnWakeUp(string category, bool answered) => _wakeUps.Add(1, Tag("category", category), Tag("answered", answered));

    private static KeyValuePair<string, object?> Tag(string name, object value) => new(name, value);
}
