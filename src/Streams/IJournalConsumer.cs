using Orleans;
using Orleans.Concurrency;

namespace Pos.Streams;

/// <summary>What an operator may ask of every consumer of the journal's streams.</summary>
[Alias("pos.IJournalConsumer")]
public interface IJournalConsumer : IGrainWithStringKey
{
    /// <summary>How far the consumer is, and what has parked it.</summary>
    [AlwaysInterleave, Alias("Progress")]
    Task<ConsumerProgress> Progress();

    /// <summary>Tries the event again that has parked the consumer, and goes on behind it. Does nothing when nothing is parked.</summary>
    [Alias("Retry")]
    Task<ConsumerProgress> Retry();

    /// <summary>Passes over the event that has parked the consumer, and goes on behind it.</summary>
    /// <param name="position">The parked event's position. Another position does nothing, so that a call that is repeated skips nothing else.</param>
    [Alias("Skip")]
    Task<ConsumerProgress> Skip(long position);
}

/// <summary>How far a consumer is.</summary>
/// <param name="Position">Everything of its stream up to here is in its state.</param>
/// <param name="Known">Position of the last event of its stream that it has heard of.</param>
/// <param name="Parked">The event that has parked it, or null.</param>
[GenerateSerializer, Immutable, Alias("pos.ConsumerProgress")]
public sealed record ConsumerProgress(long Position, long Known, ParkedEvent? Parked);

/// <summary>An event that a consumer could not take.</summary>
/// <param name="Position">The event's position.</param>
/// <param name="Stream">The journal's stream that it is in.</param>
/// <param name="Version">Its place in that stream.</param>
/// <param name="Type">Its type.</param>
/// <param name="Error">What the last attempt failed with.</param>
/// <param name="Attempts">Attempts so far.</param>
/// <param name="Since">When it was parked, UTC.</param>
[GenerateSerializer, Immutable, Alias("pos.ParkedEvent")]
public sealed record ParkedEvent(long Position, string Stream, long Version, string Type, string Error, int Attempts, DateTimeOffset Since);

/// <summary>A consumer's state with its position: they are stored together, so that one cannot be ahead of the other.</summary>
[GenerateSerializer, Alias("pos.Consumed`1")]
public sealed class Consumed<TState> where TState : class, new()
{
    /// <summary>Everything of the stream up to here is in the state.</summary>
    [Id(0)]
    public long Position { get; set; }

    /// <summary>What the consumer makes of the events.</summary>
    [Id(1)]
    public TState State { get; set; } = new();

    /// <summary>The event that has parked the consumer, or null.</summary>
    [Id(2)]
    public ParkedEvent? Parked { get; set; }

    /// <summary>Position of the last event that the consumer heard of while it was parked.</summary>
    [Id(3)]
    public long Known { get; set; }
}
