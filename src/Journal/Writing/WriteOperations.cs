using System.Buffers;
using System.Diagnostics;

namespace Pos.Journal.Writing;

/// <summary>One thing that the writer does inside a transaction.</summary>
internal abstract class WriteOperation
{
    /// <summary>The events that the operation counts for against the limits.</summary>
    public abstract int Events { get; }

    /// <summary>The bytes that the operation counts for against the limits.</summary>
    public abstract int Bytes { get; }

    /// <summary>
    /// How the operation ends when its batch is settled. Null: the store has not written it yet. <see cref="AppendResult.Durable"/> is
    /// set when the operation is written, and holds only if the transaction is committed and confirmed; whatever breaks before that
    /// sets another result.
    /// </summary>
    public AppendResult? Ends { get; set; }

    /// <summary>Tells the caller who waits for the operation. Called once, without any lock held.</summary>
    public abstract void Settle(Exception? failure);
}

/// <summary>The append of one session. The buffer holds the previous hash, then for each event its encoding and its hash.</summary>
internal sealed class Append(
    WriterSession session, long firstVersion, int count, byte[] buffer, int length, WakeUpChange wakeUp, bool asynchronous)
    : WriteOperation
{
    /// <summary>Where the first event's encoding begins in <see cref="Encoded"/>. Each encoding is followed by its hash.</summary>
    public const int FirstEvent = ChainHash.Size;

    private readonly TaskCompletionSource<AppendResult> _completion =
        new(asynchronous ? TaskCreationOptions.RunContinuationsAsynchronously : TaskCreationOptions.None);

    private byte[]? _rented = buffer;

    /// <summary>The span of the append; null when its request is not traced.</summary>
    public Activity? Span { get; init; }

    public WriterSession Session => session;

    public long FirstVersion => firstVersion;

    public long LastVersion => firstVersion + count - 1;

    public WakeUpChange WakeUp => wakeUp;

    public ReadOnlySpan<byte> Encoded => _rented.AsSpan(0, length);

    /// <summary>The same bytes as <see cref="Encoded"/>, for a store that keeps them until the append is settled.</summary>
    public ReadOnlyMemory<byte> Buffer => _rented.AsMemory(0, length);

    public ReadOnlySpan<byte> PreviousHash => _rented.AsSpan(0, ChainHash.Size);

    public ReadOnlySpan<byte> LastHash => _rented.AsSpan(length - ChainHash.Size, ChainHash.Size);

    public Task<AppendResult> Result => _completion.Task;

    public override int Events => count;

    public override int Bytes => length;

    /// <summary>
    /// Asks before the append is written: an append behind one of its session that was not stored must not be, also when both are in
    /// the same batch. Then the append ends <see cref="AppendResult.Poisoned"/>.
    /// </summary>
    public bool MayBeWritten()
    {
        if (!session.IsPoisonedBefore(firstVersion))
        {
            return true;
        }

        Ends = AppendResult.Poisoned;
        return false;
    }

    /// <summary>The version is taken by another event. Nothing behind the append in its session may be written any more.</summary>
    public void OnConflict()
    {
        Ends = AppendResult.Conflict;
        session.Poison(firstVersion);
    }

    /// <summary>The append was not stored, so nothing behind it in its session may be written any more.</summary>
    public void OnLost()
    {
        if (Ends == AppendResult.Failed && session.IsPoisonedBefore(firstVersion))
        {
            Ends = AppendResult.Poisoned;
        }

        session.Poison(firstVersion);
    }

    /// <summary>Gives the buffer back; nothing may read it any more.</summary>
    public void Drop()
    {
        if (_rented is { } bytes)
        {
            _rented = null;
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    public override void Settle(Exception? failure)
    {
        var result = Ends ?? throw new UnreachableException("An append was settled before its end was known.");
        // An append before this one was given up while this one was being committed: its owner goes by the first result that is not durable.
        if (result == AppendResult.Durable && session.IsPoisonedBefore(firstVersion))
        {
            result = AppendResult.Unknown;
        }

        if (result == AppendResult.Durable)
        {
            session.OnDurable(LastVersion);
        }
        else
        {
            session.Poison(firstVersion);
        }

        Drop();
        Span?.End(result);
        _completion.TrySetResult(result);
    }
}

/// <summary>Saves a snapshot. Nobody waits for it: a snapshot that was not saved costs time at the next activation, nothing else.</summary>
internal sealed class SnapshotWrite(StreamName stream, ReadOnlyMemory<byte> state, int stateVersion, long version) : WriteOperation
{
    public StreamName Stream => stream;

    public ReadOnlyMemory<byte> State => state;

    public int StateVersion => stateVersion;

    public long Version => version;

    public override int Events => 1;

    public override int Bytes => state.Length + 64;

    public override void Settle(Exception? failure)
    {
    }
}

/// <summary>An operation whose caller waits for what the store found.</summary>
/// <param name="refusal">Says what could not be done, without a full stop.</param>
/// <param name="asynchronous">As <see cref="JournalWriter.Asynchronous"/>.</param>
internal abstract class AnsweredOperation<T>(string refusal, bool asynchronous) : WriteOperation
{
    private readonly TaskCompletionSource<T> _completion =
        new(asynchronous ? TaskCreationOptions.RunContinuationsAsynchronously : TaskCreationOptions.None);

    public string Refusal => refusal;

    /// <summary>What the store found. Set anew when the transaction starts anew.</summary>
    public abstract T Found { get; }

    public Task<T> Result => _completion.Task;

    public override int Events => 1;

    public override int Bytes => 256;

    public override void Settle(Exception? failure)
    {
        if (Ends == AppendResult.Durable)
        {
            _completion.TrySetResult(Found);
        }
        else
        {
            _completion.TrySetException(new JournalUnavailableException($"{refusal}.", failure));
        }
    }
}

/// <summary>Leases due wake-ups.</summary>
internal sealed class WakeUpClaim(string owner, DateTimeOffset now, DateTimeOffset until, int limit, bool asynchronous)
    : AnsweredOperation<IReadOnlyList<WakeUpLease>>("Wake-ups could not be claimed", asynchronous)
{
    public string Owner => owner;

    public DateTimeOffset Now => now;

    public DateTimeOffset Until => until;

    public int Limit => limit;

    public List<WakeUpLease> Claimed { get; } = [];

    public override IReadOnlyList<WakeUpLease> Found => Claimed;
}

/// <summary>Ends a lease.</summary>
internal sealed class WakeUpCompletion(WakeUpLease claimed, DateTimeOffset? next, bool asynchronous)
    : AnsweredOperation<bool>("A wake-up's lease could not be ended", asynchronous)
{
    public WakeUpLease Claimed => claimed;

    public DateTimeOffset? Next => next;

    public override bool Found => true;
}

/// <summary>Ends all leases of one owner, among the wake-ups that may have been due by the owner's clock.</summary>
internal sealed class WakeUpLeasesEnd(string owner, DateTimeOffset dueUntil, bool asynchronous)
    : AnsweredOperation<int>("The leases of wake-ups could not be ended", asynchronous)
{
    public string Owner => owner;

    public DateTimeOffset DueUntil => dueUntil;

    /// <summary>The number of leases that the store ended.</summary>
    public int Ended { get; set; }

    public override int Found => Ended;
}
