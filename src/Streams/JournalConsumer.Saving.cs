using Microsoft.Extensions.Logging;
using Orleans.Storage;

namespace Pos.Streams;

/// <content>When a consumer stores its state, and how it gets the stored state back.</content>
public abstract partial class JournalConsumer<TState>
{
    private bool _hasEnded;
    private bool _isSaveDue;
    private long _savedAt;
    private int _unsaved;
    private bool _isTorn;

    // The grain is reentrant, and batches, saves and operators take turns all the same, in the order in which they came.
    private Task InTurn(Func<Task> work) => _turn = Next(_turn, work);

    private async Task Next(Task before, Func<Task> work)
    {
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        try
        {
            // The turn before failed in the middle of a change.
            await (_isTorn ? Restore() : Task.CompletedTask);
            await work();
        }
        finally
        {
            // Whoever waits looks at the next turn, or restores the state.
            _whole?.TrySetResult();
            _whole = null;
        }
    }

    private Task SaveAll() => _unsaved > 0 ? Save() : Task.CompletedTask;

    /// <summary>Stores the state if the last time is long enough ago, and otherwise later. The partition's checkpoint waits for it.</summary>
    private async Task SaveWhenDue()
    {
        if (_unsaved < _services.Options.SaveEventsMax && _services.Clock.GetElapsedTime(_savedAt) < _services.Options.SaveEvery)
        {
            SaveLater();
            return;
        }

        try
        {
            await SaveAll();
        }
        catch (Exception failed) when (failed is not InconsistentStateException)
        {
            OnNotSaved(failed);
        }
    }

    private void SaveLater()
    {
        if (!_isSaveDue)
        {
            _isSaveDue = true;
            _ = SaveAfterPause();
        }
    }

    private async Task SaveAfterPause()
    {
        try
        {
            await Task.Delay(_services.Options.SaveEvery, _services.Clock);
            _isSaveDue = false;
            // An activation that ends stores its state itself.
            await (_hasEnded ? Task.CompletedTask : InTurn(SaveAll));
        }
        catch (InconsistentStateException)
        {
            // The activation ends: another one has stored the state.
        }
        catch (Exception failed)
        {
            OnNotSaved(failed);
        }
    }

    // The events are in memory and in the journal. Deliveries go on, and the partition's checkpoint stays.
    private void OnNotSaved(Exception failed)
    {
        LogNotSaved(_services.Logger, _kind, _store, _unsaved, failed);
        _savedAt = _services.Clock.GetTimestamp();
        if (!_hasEnded)
        {
            SaveLater();
        }
    }

    private async Task Save()
    {
        // Counted until it is stored, also when nothing but a position or a parked event has changed.
        _unsaved = Math.Max(1, _unsaved);
        try
        {
            await _kept.WriteStateAsync();
            (_unsaved, _savedAt) = (0, _services.Clock.GetTimestamp());
        }
        catch (InconsistentStateException)
        {
            // Another activation of this grain has written: this one is the older, or the other will find out.
            _isTorn = true;
            DeactivateOnIdle();
            throw;
        }
    }

    private async Task Restore()
    {
        _isTorn = true;
        await _kept.ReadStateAsync();
        (_isTorn, _unsaved) = (false, 0);
        await LetAnswer();
    }

    private async Task SaveLast(Task before)
    {
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        await (_isTorn ? Task.CompletedTask : SaveAll());
    }

    private async Task SaveAtEnd(CancellationToken cancellationToken)
    {
        _hasEnded = true;
        try
        {
            await (_turn = SaveLast(_turn)).WaitAsync(cancellationToken);
        }
        catch (Exception failed)
        {
            // The next activation takes the events again.
            LogNotSaved(_services.Logger, _kind, _store, _unsaved, failed);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Consumer} of store '{Store}' could not store its state; {Unsaved} changes are in memory alone.")]
    private static partial void LogNotSaved(ILogger logger, string consumer, string store, int unsaved, Exception exception);
}
