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
    : SagaGrain<StubbornState, StubbornEvent, StubbornDebt, object>(context, StubbornJournal.Rules, services), IStubbornGrain
{
    // Without the guard the saga would ask for ever in no time at all.
    private const int AsksMax = 10_000;

    private int _asked;

    /// <inheritdoc/>
    public async Task<int> Begin()
    {
        if (!Decided.HasBegun)
        {
            await WaitUntilDurable(Record(new StubbornEvent.Begun(), new(Now, "")));
            GoOn();
        }

        return _asked;
    }

    /// <inheritdoc/>
    protected override Task<object?> Do(StubbornDebt debt) => Task.FromResult<object?>(_asked++ < AsksMax ? "nothing new" : null);
}

/// <summary>How it is journaled.</summary>
public static class StubbornJournal
{
    /// <summary>Everything a grain needs.</summary>
    public static Aggregate<StubbornState, StubbornEvent> Aggregate { get; } = new(
        "stubborn", new(false), static (_, _) => new(true), new(new EventCase("stubborn.begun", 1, StubbornJson.Default.Begun)));

    /// <summary>Its rules.</summary>
    public static SagaRules<StubbornState, StubbornEvent, StubbornDebt, object> Rules { get; } = new(
        Aggregate,
        static state => state.HasBegun ? StubbornDebt.All : StubbornDebt.Nothing,
        static (_, _) => default,
        IsOver: static _ => false,
        NameOf: static _ => "stubborn",
        OriginOf: static _ => new(new("store-1"), default),
        LastRetry: static _ => null,
        RetryAsked: static _ => new StubbornEvent.Begun());
}

[JsonSerializable(typeof(StubbornEvent.Begun))]
internal sealed partial class StubbornJson : JsonSerializerContext;
