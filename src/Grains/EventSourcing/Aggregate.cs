using Pos.Journal;

namespace Pos.Grains.EventSourcing;

/// <summary>The pure side of an aggregate, as its grain and a replay need it.</summary>
/// <param name="Category">The part of the streams' names before the first slash.</param>
/// <param name="Initial">The state before any event.</param>
/// <param name="Evolve">The state after an event; accepts every event ever journaled.</param>
/// <param name="Codec">How its events are stored.</param>
/// <param name="Snapshots">How its state is saved, or null where streams stay short.</param>
public sealed record Aggregate<TState, TEvent>(
    string Category,
    TState Initial,
    Func<TState, TEvent, TState> Evolve,
    EventCodec<TEvent> Codec,
    SnapshotFormat<TState>? Snapshots = null)
    where TState : class
    where TEvent : class
{
    /// <summary>A fold that begins at <see cref="Initial"/>.</summary>
    public StreamFold<TState, TEvent> Fold() => new(this);
}

/// <summary>How a state is saved so that an activation need not fold a long stream.</summary>
/// <param name="StateVersion">Version of the saved shape: raise it whenever shape or meaning changes, and old snapshots are ignored.</param>
/// <param name="Write">The state as bytes. Called on any thread.</param>
/// <param name="Read">The state from bytes.</param>
/// <param name="EventsBetween">Events after the last snapshot that make a new one worth its size, for a state.</param>
public sealed record SnapshotFormat<TState>(
    int StateVersion, Func<TState, byte[]> Write, Func<ReadOnlyMemory<byte>, TState> Read, Func<TState, int> EventsBetween);

/// <summary>Folds a stream as the journal reads it.</summary>
public sealed class StreamFold<TState, TEvent>(Aggregate<TState, TEvent> aggregate) : IStreamFold
    where TState : class
    where TEvent : class
{
    /// <summary>The state after everything read so far.</summary>
    public TState State { get; private set; } = aggregate.Initial;

    /// <summary>W3C trace context of the last event that has one, or empty.</summary>
    public string TraceParent { get; private set; } = "";

    /// <summary>Version of the snapshot it began with; 0 without one.</summary>
    public long SnapshotVersion { get; private set; }

    /// <inheritdoc/>
    public int StateVersion => aggregate.Snapshots?.StateVersion ?? 0;

    /// <inheritdoc/>
    public void Restore(ReadOnlyMemory<byte> state, long version)
    {
        if (aggregate.Snapshots is not { } format)
        {
            throw new InvalidOperationException($"Streams of '{aggregate.Category}' have no snapshots.");
        }

        State = format.Read(state);
        SnapshotVersion = version;
    }

    /// <inheritdoc/>
    public void Apply(in RecordedEvent recorded)
    {
        State = aggregate.Evolve(State, aggregate.Codec.Read(recorded));
        TraceParent = recorded.Context.TraceParent.Length > 0 ? recorded.Context.TraceParent : TraceParent;
    }
}
