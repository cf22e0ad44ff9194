namespace Pos.Streams;

/// <content>What subclasses may do besides taking events.</content>
public abstract partial class JournalConsumer<TState>
{
    /// <summary>
    /// Whether an event that failed with an error is to blame for it, so that it is tried again and then parks the consumer. Otherwise the delivery
    /// fails, and is repeated until it does not.
    /// </summary>
    protected virtual bool IsAtFault(Exception error) => true;

    /// <summary>Changes the state between two batches, and stores it.</summary>
    protected Task Change(Func<Task> change) => InTurn(async () =>
    {
        await change();
        await Save();
    });

    /// <summary>Reads the journal from the consumer's own position, as a gap has it do.</summary>
    protected Task CatchUpTo(long position) => InTurn(() => _kept.State.Parked is null ? CloseGap(position) : Note(position));
}
