using Microsoft.Extensions.Logging;
using Pos.Journal;

namespace Pos.Grains.EventSourcing;

public abstract partial class EventSourcedGrain<TState, TEvent>
{
    // Enough to keep up with whatever one decision can end, and little enough to stay unnoticed.
    private const int ForgottenPerDecisionMax = 4;

    // A shorter replay is cheaper than reading a snapshot.
    private const int SnapshotOnLeavingMin = 100;

    private static readonly Task<AppendResult> NothingPending = Task.FromResult(AppendResult.Durable);

    private static readonly Rejection JournalFull = new(RejectionCode.JournalFull, "The journal's queue is full; nothing was decided.");

    /// <summary>
    /// Before a wake-up is answered, a saga is told that something has ended, or a request is refused because nothing is known of it:
    /// another activation may have gone on without this one, or what we decided may yet fail, and an answer from what we know would take
    /// away the wake-up that it has asked for, settle what is still held, or refuse what it has accepted.
    /// </summary>
    /// <exception cref="NotDurableException">The journal holds events that this activation has never seen, or cannot be read now.</exception>
    protected async ValueTask RequireNewest(CancellationToken cancellationToken)
    {
        await Durably(new Recording(Session.Pending, null));
        var newer = services.Journal.ReadStream(new StreamName(aggregate.Category, Key), Session.Version, 1, cancellationToken);
        try
        {
            await foreach (var found in newer)
            {
                // What this activation has decided during the read is no news to it.
                if (found.Version > Session.Version)
                {
                    Close(AppendResult.Conflict);
                    throw NotDurable(AppendResult.Conflict);
                }
            }
        }
        catch (JournalUnavailableException unreadable)
        {
            throw Unreadable(unreadable);
        }
    }

    /// <summary>
    /// Any key can be asked for, and of most of them nothing is known: an activation for each would stay for its whole collection age. The
    /// same holds for everything that is over and was only read. Such an activation answers, and goes.
    /// </summary>
    protected void LeaveIfIdle()
    {
        if (!IsDeciding && (DecidedVersion == 0 || (DurableVersion == DecidedVersion && IsOver(Durable))))
        {
            DeactivateOnIdle();
        }
    }

    /// <summary>
    /// Waits for the answer of another grain that a decision needs. When the answer is an exception, nothing is decided, and the activation leaves as it does
    /// after a refusal.
    /// </summary>
    protected async Task<T> Asked<T>(Task<T> answer)
    {
        try
        {
            return await answer;
        }
        catch
        {
            LeaveIfIdle();
            throw;
        }
    }

    private void Close(AppendResult because)
    {
        if (_closed)
        {
            return;
        }

        _closed = true;
        services.Instruments.OnPoisoned(aggregate.Category, because);
        LogPoisoned(services.Logger, aggregate.Category, Key, because, DurableVersion);
        DeactivateOnIdle();
        OnClosed();
    }

    // Callers know one exception for "the journal failed", whoever noticed.
    private NotDurableException Unreadable(JournalUnavailableException because) =>
        new($"{aggregate.Category}/{Key} cannot be read: {because.Message}");

    private NotDurableException NotDurable(AppendResult because) =>
        new($"{aggregate.Category}/{Key}: a decision did not become durable ({because}). Repeat the same operation.");

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "{Category}/{Key}: an append ended {Result} behind version {Version}; this activation refuses everything and goes.")]
    private static partial void LogPoisoned(ILogger logger, string category, string key, AppendResult result, long version);
}
