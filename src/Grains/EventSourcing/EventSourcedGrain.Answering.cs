using Microsoft.Extensions.Logging;
using Pos.Journal;

namespace Pos.Grains.EventSourcing;

/// <summary>How a grain answers: with nothing that is not durable, and with no refusal that another activation knows to be wrong.</summary>
public abstract partial class EventSourcedGrain<TState, TEvent>
{
    // As many as one decision can end, so that the memory does not grow; few enough to cost next to nothing.
    private const int ForgottenPerDecisionMax = 4;

    // Replaying fewer events is cheaper than reading a snapshot.
    private const int SnapshotOnLeavingMin = 100;

    private static readonly Task<AppendResult> NothingPending = Task.FromResult(AppendResult.Durable);

    private static readonly Rejection JournalFull = new(RejectionCode.JournalFull, "The journal takes nothing now: its queue is full, or its disk does not sync. Nothing was decided.");

    /// <summary>
    /// Answers a command. Waits until the decision, and everything it was decided on, is durable. A refusal is given only when this activation is
    /// the newest: one that another has overtaken could deny what that other has accepted. <see cref="StaleRefusals"/> lists the exceptions.
    /// </summary>
    /// <param name="recording">The decision.</param>
    /// <param name="view">Shows the state right after the decision; not looked at when the decision is a refusal.</param>
    /// <exception cref="NotDurableException">The decision is not durable, or nobody knows, or this activation is not the newest.</exception>
    protected async Task<Outcome<TView>> Answer<TView>(Recording recording, TView? view) where TView : class
    {
        var result = await recording.Result;
        return Settle(recording, result) is { } refused ? await Confirm(refused) : view!;
    }

    /// <summary>As <see cref="Answer{TView}"/>, for a command whose view is not known yet: the refusal, or null when it was accepted.</summary>
    /// <exception cref="NotDurableException">The decision is not durable, or nobody knows, or this activation is not the newest.</exception>
    protected async ValueTask<Rejection?> FindRefusal(Recording recording) =>
        Settle(recording, await recording.Result) is { } refused ? await Confirm(refused) : null;

    /// <summary>Waits until a decision of the grain itself, and everything it was decided on, is durable; returns its refusal or null.</summary>
    /// <exception cref="NotDurableException">It is not durable, or nobody knows.</exception>
    protected async ValueTask<Rejection?> WaitUntilDurable(Recording recording) => Settle(recording, await recording.Result);

    /// <summary>Waits for a read of the journal. A journal that cannot be read fails as a journal that cannot be written does.</summary>
    /// <exception cref="NotDurableException">The journal cannot be read now.</exception>
    protected async Task<T> Read<T>(Task<T> reading)
    {
        try
        {
            return await reading;
        }
        catch (JournalUnavailableException unreadable)
        {
            throw Unreadable(unreadable);
        }
    }

    /// <summary>
    /// Fails when another activation of this grain has journaled events that this one has never seen. Such an activation must not refuse a
    /// request, answer a wake-up, or end somebody's hold: its view of the stream is out of date.
    /// </summary>
    /// <exception cref="NotDurableException">Another activation is newer, or the journal cannot be read now.</exception>
    protected async ValueTask RequireNewest(CancellationToken cancellationToken)
    {
        await WaitUntilDurable(new Recording(Session.Pending, null));
        var newer = services.Journal.ReadStream(new StreamName(aggregate.Category, Key), Session.Version, 1, cancellationToken);
        try
        {
            await foreach (var found in newer)
            {
                // This activation may have appended events of its own during the read.
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
    /// Asks Orleans to deactivate a grain that does not exist, or whose state is final and durable. Anybody can ask for any key: without this,
    /// every such question would leave an activation for the whole collection age.
    /// </summary>
    protected void LeaveIfIdle()
    {
        if (!IsDeciding && (DecidedVersion == 0 || (DurableVersion == DecidedVersion && IsOver(Durable))))
        {
            DeactivateOnIdle();
        }
    }

    /// <summary>
    /// Waits for another grain's answer that a decision needs. When the other grain fails, nothing is decided, and the activation may leave.
    /// </summary>
    protected async Task<T> WaitFor<T>(Task<T> answer)
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

    private async ValueTask<Rejection> Confirm(Rejection refused)
    {
        if (StaleRefusals.CanBeStale(refused.Code))
        {
            await RequireNewest(CancellationToken.None);
        }

        return refused;
    }

    private Rejection? Settle(Recording recording, AppendResult result)
    {
        if (result != AppendResult.Durable)
        {
            Close(result);
            throw NotDurable(result);
        }

        Advance();
        LeaveIfIdle();
        if (recording.Rejection is { } refused)
        {
            services.Instruments.OnRefused(aggregate.Category, refused.Code);
        }

        return recording.Rejection;
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

    // Callers handle one exception for every failure of the journal.
    private NotDurableException Unreadable(JournalUnavailableException because) =>
        new($"{aggregate.Category}/{Key} cannot be read: {because.Message}");

    private NotDurableException NotDurable(AppendResult because) =>
        new($"{aggregate.Category}/{Key}: a decision did not become durable ({because}). Repeat the same operation.");

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "{Category}/{Key}: an append after version {Version} ended as {Result}. This activation refuses every call and is deactivated.")]
    private static partial void LogPoisoned(ILogger logger, string category, string key, AppendResult result, long version);
}
