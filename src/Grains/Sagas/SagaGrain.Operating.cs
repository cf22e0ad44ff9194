using System.Collections.Immutable;
using System.Text.Json;
using Pos.Journal;

namespace Pos.Grains.Sagas;

/// <summary>What whoever runs the system sees of a saga, and does to it.</summary>
public abstract partial class SagaGrain<TState, TEvent, TDebt, TFact> : ISagaGrain
{
    // More than any saga has; a bound all the same.
    private const int StepsMax = 1_000;

    /// <summary>Why the last attempt at what is owed had no answer, in a sentence; null when nobody knows of a reason.</summary>
    protected virtual string? Trouble => null;

    /// <inheritdoc/>
    public async Task<SagaView?> Inspect(CancellationToken cancellationToken)
    {
        Refresh();
        return DurableVersion == 0 ? null : View(await Read(Steps(cancellationToken)));
    }

    /// <inheritdoc/>
    public async Task<Outcome<SagaView>> Retry(Operation operation)
    {
        ArgumentNullException.ThrowIfNull(operation);
        var recording = Record(
            DecideRetry(operation), Envelope.Of(operation with { Correlation = Key }, StoreOf(Decided) ?? default, operation.Till, Now), operation.IfVersion);
        if (await Durably(recording) is { } refused)
        {
            // An activation that was overtaken may owe what it does not know of.
            await RequireNewest(CancellationToken.None);
            return refused;
        }

        GoOn();
        return View(await Read(Steps(CancellationToken.None)));
    }

    /// <summary>Where it is; null before it began.</summary>
    protected abstract StoreId? StoreOf(TState state);

    /// <summary>The event of somebody's wish that what is owed be tried at once.</summary>
    protected abstract TEvent RetryAsked(string operation);

    /// <summary>The operation of the last such wish, or null.</summary>
    protected abstract string? LastRetry(TState state);

    /// <summary>Whether it may still be given up.</summary>
    protected virtual bool CanBeCancelled(TState state) => false;

    /// <summary>What can be done to it beside a retry and a cancel.</summary>
    protected virtual ImmutableArray<string> FurtherActions(TState state) => [];

    private Decision<TEvent> DecideRetry(Operation operation) =>
        LastRetry(Decided) == operation.Id ? new Decision<TEvent>([], null)
        : EqualityComparer<TDebt>.Default.Equals(Owed(Decided), default) ? new Rejection(RejectionCode.IllegalTransition, "Nothing is owed.")
        : RetryAsked(operation.Id);

    private async Task<ImmutableArray<SagaStepView>> Steps(CancellationToken cancellationToken)
    {
        var steps = ImmutableArray.CreateBuilder<SagaStepView>();
        await foreach (var recorded in Services.Journal.ReadStream(new StreamName(_category, Key), 0, StepsMax, cancellationToken))
        {
            steps.Add(new(recorded.Type, recorded.RecordedAt, recorded.Context.Causation, recorded.Context.Actor, recorded.Version));
        }

        return steps.ToImmutable();
    }

    private SagaView View(ImmutableArray<SagaStepView> steps)
    {
        var (state, isOwing) = (Durable, IsOwing);
        return new(
            _category,
            Key,
            StoreOf(state) ?? default,
            JsonNamingPolicy.SnakeCaseUpper.ConvertName(NameOf(state)),
            isOwing ? JsonNamingPolicy.KebabCaseLower.ConvertName(Owed(state).ToString()) : null,
            steps.Last(step => !step.Event.EndsWith(".retry-asked", StringComparison.Ordinal)).At,
            isOwing ? _loop.Failures : 0,
            isOwing && _loop.Failures > 0 ? _loop.Fault ?? Trouble : null,
            isOwing ? _loop.PausedUntil : null,
            WakesAt,
            steps,
            [.. isOwing ? (string[])["retry"] : [], .. CanBeCancelled(state) ? (string[])["cancel"] : [], .. FurtherActions(state)],
            DurableVersion);
    }
}
