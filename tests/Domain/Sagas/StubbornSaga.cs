using System.Text.Json.Serialization;
using Orleans;
using Orleans.Concurrency;
using Pos.Grains;
using Pos.Journal;

namespace Pos.Tests;

/// <summary>A saga whose target always answers, and never with anything new.</summary>
[Alias("pos.tests.IStubbornGrain")]
public interface IStubbornGrain : ISagaGrain
{
    /// <summary>Begins to owe; from then on the target has been asked so often as it says.</summary>
    [Alias("Begin")]
    Task<int> Begin();
}

/// <summary>What a stubborn saga owes.</summary>
public enum StubbornDebt
{
    /// <summary>Nothing.</summary>
    Nothing,

    /// <summary>All of it.</summary>
    All,
}

/// <summary>What happens to a stubborn saga.</summary>
public abstract record StubbornEvent
{
    private StubbornEvent()
    {
    }

    /// <summary>It has begun.</summary>
    public sealed record Begun : StubbornEvent;
}

/// <summary>Whether a stubborn saga has begun.</summary>
public sealed record StubbornState(bool HasBegun);

/// <summary>The saga.</summary>
[Reentrant, GrainType("stubborn")]
public sealed class StubbornGrain(IGrainContext context, GrainServices services)
    : SagaGrain<StubbornState, StubbornEvent, StubbornDebt, object>(context, StubbornJournal.Aggregate, services), IStubbornGrain
{
    // Without the guard the saga would ask for ever in no time at all.
    private const int AsksMax = 10_000;

    private int _asked;

    /// <inheritdoc/>
    public async Task<int> Begin()
    {
        if (!Decided.HasBegun)
        {
            await Durably(Record(new StubbornEvent.Begun(), Context(StubbornDebt.All)));
            GoOn();
        }

        return _asked;
    }

    /// <inheritdoc/>
    protected override StubbornDebt Owed(StubbornState state) => state.HasBegun && _asked < AsksMax ? StubbornDebt.All : StubbornDebt.Nothing;

    /// <inheritdoc/>
    protected override Task<object?> Do(StubbornDebt debt)
    {
        _asked++;
        return Task.FromResult<object?>("nothing new");
    }

    /// <inheritdoc/>
    protected override Decision<StubbornEvent> Decide(StubbornState state, object fact) => default;

    /// <inheritdoc/>
    protected override EventContext Context(StubbornDebt debt) => new(Now, "");

    /// <inheritdoc/>
    protected override DateTimeOffset OwedSince(StubbornState state) => Now;

    /// <inheritdoc/>
    protected override bool IsOver(StubbornState state) => false;

    /// <inheritdoc/>
    protected override string NameOf(StubbornState state) => "stubborn";

    /// <inheritdoc/>
    protected override StoreId? StoreOf(StubbornState state) => null;

    /// <inheritdoc/>
    protected override StubbornEvent RetryAsked(string operation) => new StubbornEvent.Begun();

    /// <inheritdoc/>
    protected override string? LastRetry(StubbornState state) => null;
}

/// <summary>How it is journaled.</summary>
public static class StubbornJournal
{
    /// <summary>Everything a grain needs.</summary>
    public static Aggregate<StubbornState, StubbornEvent> Aggregate { get; } = new(
        "stubborn", new(false), static (_, _) => new(true), new(new EventCase("stubborn.begun", 1, StubbornJson.Default.Begun)));
}

[JsonSerializable(typeof(StubbornEvent.Begun))]
internal sealed partial class StubbornJson : JsonSerializerContext;
