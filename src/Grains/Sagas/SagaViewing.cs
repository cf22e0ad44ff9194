using System.Collections.Immutable;
using System.Text.Json;
using Pos.Journal;

namespace Pos.Grains.Sagas;

/// <summary>Shows a saga to operators.</summary>
internal static class SagaViewing
{
    // More than any saga has.
    private const int StepsMax = 1_000;

    /// <summary>Every event of the saga, oldest first.</summary>
    public static async Task<ImmutableArray<SagaStepView>> ReadSteps(IJournal journal, StreamName stream, CancellationToken cancellationToken)
    {
        var steps = ImmutableArray.CreateBuilder<SagaStepView>();
        await foreach (var recorded in journal.ReadStream(stream, 0, StepsMax, cancellationToken))
        {
            steps.Add(new(recorded.Type, recorded.RecordedAt, recorded.Context.Causation, recorded.Context.Actor, recorded.Version));
        }

        return steps.ToImmutable();
    }

    public static SagaView View(
        string kind,
        string id,
        StoreId store,
        string state,
        string? owed,
        SagaAttempts attempts,
        DateTimeOffset? wakesAt,
        ImmutableArray<SagaStepView> steps,
        ReadOnlySpan<string?> actions,
        long version)
    {
        var isOwing = owed is not null;
        var offered = ImmutableArray.CreateBuilder<string>();
        foreach (var action in (ReadOnlySpan<string?>)[isOwing ? "retry" : null, .. actions])
        {
            if (action is not null)
            {
                offered.Add(action);
            }
        }

        return new(
            kind,
            id,
            store,
            JsonNamingPolicy.SnakeCaseUpper.ConvertName(state),
            isOwing ? JsonNamingPolicy.KebabCaseLower.ConvertName(owed!) : null,
            steps.Last(step => !step.Event.EndsWith(".retry-asked", StringComparison.Ordinal)).At,
            isOwing ? attempts.Failed : 0,
            isOwing && attempts.Failed > 0 ? attempts.Trouble : null,
            isOwing ? attempts.NextAt : null,
            wakesAt,
            steps,
            offered.ToImmutable(),
            version);
    }
}
