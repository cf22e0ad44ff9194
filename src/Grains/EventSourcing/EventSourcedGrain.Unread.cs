using System.Diagnostics;
using Pos.Journal;

namespace Pos.Grains.EventSourcing;

/// <summary>
/// Beginning a stream without reading it. Nearly every order is asked for the first time by the request that places it, and then a look at the journal finds
/// nothing. So the activation takes the stream as new, and the journal is the judge: the first append is stored only if the stream did not exist. A conflict
/// tells that it did; then the stream is read, and the request is decided on the truth. Nobody is answered from an unread state, and no effect begins in it.
/// </summary>
public abstract partial class EventSourcedGrain<TState, TEvent>
{
    // Until the stream is read, or its first append is durable.
    private bool _isUnread;
    private Task<AppendResult>? _first;
    private Task? _reading;

    /// <summary>Whether streams of this kind mostly begin with the first request for them. Such a grain begins every call with <see cref="Opened"/>.</summary>
    protected virtual bool MayBeginUnread => false;

    /// <summary>Waits until the stream is read, or until its first append is durable.</summary>
    /// <exception cref="NotDurableException">The journal cannot be read now, or the outcome of the first append is unknown.</exception>
    protected ValueTask Opened() => _isUnread ? new(ReadOnce()) : ValueTask.CompletedTask;

    /// <summary>Called when the stream was read after the activation.</summary>
    protected virtual void OnRead()
    {
    }

    /// <summary>As <see cref="FindRefusal"/>, for a request that may begin the stream.</summary>
    /// <param name="decide">Decides and records in one block. Called again when the stream turns out to exist.</param>
    /// <exception cref="NotDurableException">The decision is not durable, or nobody knows, or this activation is not the newest.</exception>
    protected async ValueTask<Rejection?> FindFirstRefusal(Func<Recording> decide)
    {
        ArgumentNullException.ThrowIfNull(decide);
        if (_first is not null || _reading is not null)
        {
            await Opened();
        }

        var recording = decide();
        if (_isUnread)
        {
            // Without an append the request is refused, and a refusal is given only by an activation that has read the stream.
            var isNew = _first is not null && await _first == AppendResult.Durable;
            await Opened();
            recording = isNew ? recording : decide();
        }

        return await FindRefusal(recording);
    }

    private Task ReadOnce() => _reading is { IsCompleted: false } reading ? reading : _reading = ReadFirst();

    private async Task ReadFirst()
    {
        if (_first is { } first && await first is var result && result != AppendResult.Conflict)
        {
            if (result != AppendResult.Durable)
            {
                Close(result);
                throw NotDurable(result);
            }

            _isUnread = false;
            Advance();
            return;
        }

        if (_closed)
        {
            throw NotDurable(AppendResult.Poisoned);
        }

        try
        {
            await Read(CancellationToken.None);
        }
        catch
        {
            // An activation that cannot read its stream fails, and so does this one.
            DeactivateOnIdle();
            throw;
        }

        Debug.Assert(_isUnread, "A stream was read twice.");
        _isUnread = false;
        OnRead();
    }

    private void BeginUnread()
    {
        _session = services.Journal.Begin(new StreamName(aggregate.Category, Key));
        _isUnread = true;
        services.Instruments.OnActivated(aggregate.Category, 0);
    }

    private async Task Read(CancellationToken cancellationToken)
    {
        var fold = aggregate.Fold();
        try
        {
            _session = await services.Journal.Open(new StreamName(aggregate.Category, Key), fold, cancellationToken);
        }
        catch (JournalUnavailableException unreadable)
        {
            throw Unreadable(unreadable);
        }

        _underWay.Clear();
        Durable = _decided = Tidy(fold.State, int.MaxValue);
        DurableVersion = _session.Version;
        _snapshotVersion = fold.SnapshotVersion;
        JournaledTrace = fold.TraceParent;
        _wakeUp = NextWakeUp(_decided);
        services.Instruments.OnActivated(aggregate.Category, DurableVersion - _snapshotVersion);
    }
}
