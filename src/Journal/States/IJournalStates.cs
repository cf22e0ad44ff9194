namespace Pos.Journal.States;

/// <summary>
/// States beside a journal's events: reports and other folds that can be computed again from the events. A state is written in the same
/// transactions as events, by the same connection, so a loss that takes events takes the states that had seen these events, too.
/// </summary>
/// <remarks>
/// Every write names the tag of the state that it replaces. Of two writers of one state the second gets null and reads again. Tags are never
/// used twice, also not after a removal.
/// </remarks>
public interface IJournalStates
{
    /// <summary>The state, or null.</summary>
    /// <param name="name">What kind of state it is.</param>
    /// <param name="key">Whose state it is.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <exception cref="JournalUnavailableException">The store cannot be read now.</exception>
    ValueTask<StateRecord?> ReadState(string name, string key, CancellationToken cancellationToken);

    /// <summary>Stores a state. Ends when the disk has it.</summary>
    /// <param name="name">What kind of state it is.</param>
    /// <param name="key">Whose state it is.</param>
    /// <param name="tag">The tag of the state that is replaced; null when there is none yet.</param>
    /// <param name="state">The bytes; not changed by the caller until the write ends.</param>
    /// <param name="cancellationToken">Ends the wait, and not the write.</param>
    /// <returns>The new tag; null when another write came first, and nothing was stored.</returns>
    /// <exception cref="JournalUnavailableException">The store cannot be written now, or the queue is full. The state may have been stored all the same.</exception>
    ValueTask<long?> WriteState(string name, string key, long? tag, ReadOnlyMemory<byte> state, CancellationToken cancellationToken);

    /// <summary>Removes a state.</summary>
    /// <returns>Whether it was there under this tag.</returns>
    /// <exception cref="JournalUnavailableException">The store cannot be written now, or the queue is full. The state may have been removed all the same.</exception>
    ValueTask<bool> RemoveState(string name, string key, long tag, CancellationToken cancellationToken);
}

/// <summary>A stored state.</summary>
public readonly record struct StateRecord(long Tag, ReadOnlyMemory<byte> State);
