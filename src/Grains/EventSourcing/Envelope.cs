using Pos.Journal;

namespace Pos.Grains.EventSourcing;

/// <summary>Makes the envelope of an event: who caused it, where, and when.</summary>
internal static class Envelope
{
    /// <summary>The envelope of an event that a command caused.</summary>
    public static EventContext Of(Operation operation, StoreId store, string till, DateTimeOffset occurredAt) => new(
        occurredAt,
        store.Value ?? "",
        till,
        operation.Actor,
        operation.Correlation,
        operation.Id,
        operation.TraceParent);

    /// <summary>The envelope of an event that a saga's own step caused.</summary>
    public static EventContext OfSaga(string saga, string key, string step, in SagaOrigin origin, DateTimeOffset occurredAt, string traceParent) => new(
        occurredAt, origin.Store.Value, origin.Till.Value ?? "", saga, origin.Correlation ?? key, step, traceParent);
}
