using System.Collections.Immutable;
using Orleans;
using Orleans.Concurrency;

namespace Pos.Sagas;

/// <summary>A grain that may owe something to other grains, as operators see it.</summary>
/// <exception cref="NotDurableException">Any member, when the journal failed: repeat the same operation.</exception>
[Alias("pos.ISagaGrain")]
public interface ISagaGrain : IWakeable
{
    /// <summary>
    /// The saga; null when it never began. An activation that this call creates continues with the owed step by itself.
    /// </summary>
    [Alias("Inspect")]
    Task<SagaView?> Inspect(CancellationToken cancellationToken);

    /// <summary>
    /// Tries the owed step at once instead of after the pause. Journaled with the operator's name. Refused when nothing is owed. The last accepted
    /// operation, repeated, is accepted and changes nothing.
    /// </summary>
    [Alias("Retry")]
    [Refuses(RejectionCode.IllegalTransition, RejectionCode.JournalFull)]
    Task<Outcome<SagaView>> Retry(Operation operation);
}

/// <summary>A saga from outside.</summary>
/// <param name="Kind"><c>order</c>, <c>return</c>, <c>payment</c> or <c>cart</c>.</param>
/// <param name="Id">Of the order, return, payment or cart.</param>
/// <param name="Store">The store.</param>
/// <param name="State">As the view of its kind says it, in capitals.</param>
/// <param name="Owes">The step that is owed; null when none is, as while an exchange waits for its new order.</param>
/// <param name="Since">When it last came on, UTC: a retry does not count.</param>
/// <param name="Attempts">How often that step has failed or had no answer since the saga was last loaded.</param>
/// <param name="LastError">Why, in a sentence; null when the last attempt is under way or was well.</param>
/// <param name="NextAttempt">When it is tried again, UTC; null while it is being tried and when nothing is owed.</param>
/// <param name="NextWakeUp">When the journal wakes it, UTC; null for never.</param>
/// <param name="Steps">The events, oldest first.</param>
/// <param name="Actions">Possible actions: <c>retry</c>, <c>cancel</c>, <c>close-refund</c>.</param>
/// <param name="Version">Of its stream.</param>
[GenerateSerializer, Immutable, Alias("pos.SagaView")]
public sealed record SagaView(
    string Kind,
    string Id,
    StoreId Store,
    string State,
    string? Owes,
    DateTimeOffset Since,
    int Attempts,
    string? LastError,
    DateTimeOffset? NextAttempt,
    DateTimeOffset? NextWakeUp,
    ImmutableArray<SagaStepView> Steps,
    ImmutableArray<string> Actions,
    long Version) : IVersioned;

/// <summary>One thing that has happened to a saga.</summary>
/// <param name="Event">Its name in the journal.</param>
/// <param name="At">The time of the recording, UTC.</param>
/// <param name="Cause">The operation or the saga's own step.</param>
/// <param name="Actor">The actor that caused it.</param>
/// <param name="Version">Of the stream after it.</param>
[GenerateSerializer, Immutable, Alias("pos.SagaStepView")]
public sealed record SagaStepView(string Event, DateTimeOffset At, string Cause, string Actor, long Version);
