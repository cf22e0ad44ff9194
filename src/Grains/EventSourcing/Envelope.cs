using Pos.Journal;

namespace Pos.Grains.EventSourcing;

/// <summary>Fills the part of an event's envelope that the caller knows.</summary>
internal static class Envelope
{
    /// <summary>Of an event that a command caused.</summary>
    public static EventContext Of(Operation operation, StoreId store, string till, DateTimeOffset occurredAt) => new(
        occurredAt,
        store.Value ?? "",
        till,
        operation.Actor,
        operation.Correlation,
        operation.Id,
        operation.TraceParent);

    /// <summary>Of an event that a saga caused by itself.</summary>
    public static EventContext OfSaga(string saga, string step, StoreId store, TillId till, DateTimeOffset occurredAt, string traceParent) => new(
        occurredAt, store.Value, till.Value, saga, saga[(saga.IndexOf(':', StringComparison.Ordinal) + 1)..], step, traceParent);
}
