using System.Collections.Concurrent;
using Orleans;
using Orleans.Runtime;
using Pos.Journal;
using Pos.Streams;

namespace Pos.Tests;

/// <summary>The positions that a consumer took, in the order it took them.</summary>
[GenerateSerializer, Alias("test.Seen")]
public sealed class Seen
{
    [Id(0)]
    public List<long> Positions { get; set; } = [];
}

/// <summary>What a test wants to happen in consumers.</summary>
public sealed class Script
{
    /// <summary>Positions whose event cannot be taken.</summary>
    public ConcurrentDictionary<long, bool> Poison { get; } = new();

    /// <summary>Stores whose consumer waits before each event.</summary>
    public ConcurrentDictionary<string, Task> Waits { get; } = new();

    public ConcurrentDictionary<string, int> Taken { get; } = new();

    /// <summary>Hears of each attempt at an event.</summary>
    public Action<string> OnTaking { get; set; } = static _ => { };
}

/// <summary>What a test asks a consumer beside what operators ask.</summary>
[Alias("test.ISeeing")]
public interface ISeeing : IGrainWithStringKey
{
    /// <summary>Events in the state, stored or not. Nothing of this interface says that it may interleave.</summary>
    [Alias("Count")]
    Task<int> Count();

    /// <summary>Leaves the silo at once.</summary>
    [Alias("Leave")]
    Task Leave();
}

[GrainType("seeing")]
[ImplicitStreamSubscription(JournalStreams.Namespace)]
public sealed class SeeingConsumer([PersistentState("seen", "consumers")] IPersistentState<Consumed<Seen>> kept, IServiceProvider services, Script script)
    : JournalConsumer<Seen>(kept, services), ISeeing
{
    public Task<int> Count() => Task.FromResult(State.Positions.Count);

    public Task Leave()
    {
        DeactivateOnIdle();
        return Task.CompletedTask;
    }

    protected override async ValueTask Take(Seen state, RecordedEvent recorded)
    {
        Assert.Equal(Store, recorded.Context.Store);
        script.OnTaking(Store);
        // The half of a change is made before it fails, so that a state which is not restored shows.
        state.Positions.Add(recorded.Position);
        if (script.Waits.TryGetValue(Store, out var wait))
        {
            await wait;
        }

        if (script.Poison.ContainsKey(recorded.Position))
        {
            throw new InvalidOperationException($"poison at {recorded.Position}");
        }

        script.Taken.AddOrUpdate(Store, 1, static (_, taken) => taken + 1);
    }
}
