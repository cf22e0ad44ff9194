using Pos.Journal.Tail;

namespace Pos.Streams;

/// <content>What subclasses may do besides taking events.</content>
public abstract partial class JournalConsumer<TState>
{
    /// <summary>
    /// Whether an event that failed with an error is to blame for it, so that it is tried again and then parks the consumer. Otherwise the delivery
    /// fails, and is repeated until it does not.
    /// </summary>
    protected virtual bool IsAtFault(Exception error) => true;

    /// <summary>Changes the state between two batches, and stores it. A change that fails or cannot be stored is undone by reading the stored state again.</summary>
    protected Task Change(Func<Task> change) => InTurn(async () =>
    {
        try
        {
            await change();
            await Save();
        }
        catch
        {
            _isTorn = true;
            throw;
        }
    });

    /// <summary>The store's next events behind a position, from the pages that all readers of the silo share. Waits until there is something beyond the position.</summary>
    /// <exception cref="OperationCanceledException">This silo has not heard of anything beyond the position for too long.</exception>
    protected async Task<JournalPage> ReadPast(long after)
    {
        using var patience = new CancellationTokenSource(_services.Options.CatchUpMax, _services.Clock);
        return await _services.Pages.Read(after, _store, patience.Token);
    }

    /// <summary>Reads the journal from the consumer's own position, as a gap has it do.</summary>
    protected Task CatchUpTo(long position) => InTurn(() => _kept.State.Parked is null ? CloseGap(position) : Note(position));

    /// <summary>
    /// Ends when the state holds whole events alone, so that whoever is answered from it is not shown the half of one: an event that is being taken may wait for
    /// the storage, and one that has failed leaves what it did until the stored state is read again.
    /// </summary>
    /// <exception cref="Exception">The stored state cannot be read again.</exception>
    protected async Task WaitUntilWhole()
    {
        while (_isTorn)
        {
            await (_turn.IsCompleted
                ? InTurn(static () => Task.CompletedTask)
                : (_whole ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task);
        }
    }

    // Whoever waits goes on before the next event begins.
    private ValueTask LetAnswer() => _whole is null ? default : LetAnswerFirst();

    private async ValueTask LetAnswerFirst()
    {
        _whole!.TrySetResult();
        _whole = null;
        await Task.Yield();
    }
}
