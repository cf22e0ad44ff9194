using Microsoft.Extensions.Logging;
using Pos.Journal;

namespace Pos.Streams;

/// <content>Events that a consumer cannot take: they are tried again, they park the consumer, and an operator lets it go on.</content>
public abstract partial class JournalConsumer<TState>
{
    /// <summary>Tries an event again that has failed once. Returns whether the event was taken; if not, the event has parked the consumer.</summary>
    private async Task<bool> TryAgain(RecordedEvent recorded, Exception error)
    {
        var pause = _services.Options.RetryMin;
        for (var attempt = 1; ; attempt++)
        {
            LogNotTaken(_services.Logger, _kind, _store, recorded.Position, attempt, error);
            await Restore();
            await TakeBefore(recorded);
            if (attempt == _services.Options.AttemptsMax)
            {
                await Park(recorded, error, attempt);
                return false;
            }

            await Task.Delay(pause, _services.Clock);
            pause *= 2;
            if (await TryTake(recorded) is not { } again)
            {
                return true;
            }

            error = again;
        }
    }

    /// <summary>Takes again the events before one, if they were in memory alone, and stores the state, so that the next attempt begins there.</summary>
    private async Task TakeBefore(RecordedEvent recorded)
    {
        while (Position < recorded.Position - 1)
        {
            var page = await ReadPast(Position);
            foreach (var earlier in page.Events.TakeWhile(earlier => earlier.Position < recorded.Position))
            {
                if (await TryTake(earlier) is { } failed)
                {
                    await Restore();
                    throw new InvalidOperationException(
                        $"{_kind} of store '{_store}' took the event at position {earlier.Position} and then could not take it again.", failed);
                }
            }

            _kept.State.Position = Math.Min(page.UpTo, recorded.Position - 1);
            _unsaved++;
        }

        await SaveAll();
    }

    private async Task Park(RecordedEvent poison, Exception error, int attempts)
    {
        _kept.State.Parked = new(
            poison.Position, poison.Stream.Value, poison.Version, poison.Type, $"{error.GetType().Name}: {error.Message}", attempts, _services.Clock.GetUtcNow());
        _kept.State.Known = Math.Max(_kept.State.Known, poison.Position);
        await Save();
        _services.Instruments.OnPoison(_kind);
        CountParked();
        LogParked(_services.Logger, _kind, _store, poison.Position, poison.Type, poison.Stream, error);
    }

    // A parked consumer remembers how much there is, so that whoever lets it go on reads it all.
    private Task Note(long upTo)
    {
        if (upTo <= _kept.State.Known)
        {
            return Task.CompletedTask;
        }

        _kept.State.Known = upTo;
        _unsaved++;
        return SaveWhenDue();
    }

    // A batch is taken at once; a consumer that is behind reads the journal.
    private async Task<ConsumerProgress> GoOn(Func<ParkedEvent, long> from, long? parked)
    {
        await InTurn(async () =>
        {
            if (_kept.State.Parked is not { } poison)
            {
                // A retry before this one may have had more to read than one call may take.
                await (parked is null ? CloseGap(_kept.State.Known) : Task.CompletedTask);
                return;
            }

            if (parked is not null && parked != poison.Position)
            {
                return;
            }

            var upTo = Math.Max(_kept.State.Known, poison.Position);
            _kept.State.Parked = null;
            if (parked is not null)
            {
                LogSkipped(_services.Logger, _kind, _store, poison.Position, poison.Type, poison.Error);
            }

            _kept.State.Position = Math.Max(Position, from(poison));
            await Save();
            CountParked();
            await CloseGap(upTo);
        });
        return await Progress();
    }

    private void CountParked()
    {
        var isParked = _kept.State.Parked is not null;
        if (isParked != _isCountedParked)
        {
            _isCountedParked = isParked;
            _services.Instruments.OnParked(_kind, isParked ? 1 : -1);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Consumer} of store '{Store}' could not take the event at position {Position}, attempt {Attempt}.")]
    private static partial void LogNotTaken(ILogger logger, string consumer, string store, long position, int attempt, Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Consumer} of store '{Store}' is parked at position {Position}, {Type} of {Stream}. Mend the cause and retry it, or skip the event.")]
    private static partial void LogParked(ILogger logger, string consumer, string store, long position, string type, StreamName stream, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Consumer} of store '{Store}' passes over the event at position {Position}, {Type}, which it could not take: {Error}")]
    private static partial void LogSkipped(ILogger logger, string consumer, string store, long position, string type, string error);
}
