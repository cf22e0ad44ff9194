using System.Collections.Immutable;
using Orleans;
using Orleans.Concurrency;

namespace Pos.Sagas;

/// <summary>A grain that may owe something to others, as whoever runs the system sees it.</summary>
/// <exception cref="NotDurableException">Any member, when the journal failed: repeat the same operation.</exception>
[Alias("pos.ISagaGrain")]
public interface ISagaGrain : IWakeable
{
    /// <summary>
    /// How it stands; null when it never began. What is owed goes on by itself: an activation that this call makes begins with it.
    /// </summary>
    [Alias("Inspect")]
    Task<SagaView?> Inspect(CancellationToken cancellationToken);

    /// <summary>
    /// Tries what is owed at once instead of after the pause. Journaled with whoever asks. Refused when nothing is owed; the last accepted
    /// operation again is accepted and changes nothing.
    /// </summary>
    [Alias("Retry")]
    Task<Outcome<SagaView>> Retry(Operation operation);
}

/// <summary>A saga from outside.</summary>
/// <param name="Kind"><c>order</c>, <c>return</c>, <c>payment</c> or <c>cart</c>.</param>
/// <param name="Id">Of the order, return, payment or cart.</param>
/// <param name="Store">Where.</param>
/// <param name="State">As the view of its kind says it, in capitals.</param>
/// <param name="Owes">The step that is owed; null when none is, as while an exchange waits for its new order.</param>
/// <param name="Since">When it last came on, UTC: a retry does not count.</param>
/// <param name="Attempts">How often that step has failed or had no answer since the saga was last loaded.</param>
/// <param name="LastError">Why, in a sentence; null when the last attempt is under way or was well.</param>
/// <param name="NextAttempt">When it is tried again, UTC; null while it is being tried and when nothing is owed.</param>
/// <param name="NextWakeUp">When the journal wakes it, UTC; null for never.</param>
/// <param name="Steps">What has happened, oldest first.</param>
/// <param name="Actions">What can be done: <c>retry</c>, <c>cancel</c>, <c>close-refund</c>.</param>
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
/// <param name="At">When it was recorded, UTC.</param>
/// <param name="Cause">The operation or the saga's own step.</param>
/// <param name="Actor">Who caused it.</param>
/// <param name="Version">Of the stream after it.</param>
[GenerateSerializer, Immutable, Alias("pos.SagaStepView")]
public sealed record SagaStepView(string Event, DateTimeOffset At, string Cause, string Actor, long Version);
