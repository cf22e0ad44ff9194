using System.Buffers;

namespace Pos.Journal.Writing;

/// <summary>What became of an operation in the transaction it travelled in.</summary>
internal enum Fate : byte
{
    /// <summary>Nothing yet.</summary>
    Open,

    /// <summary>Stored with the transaction.</summary>
    Stored,

    /// <summary>Its version is taken by another event; nothing of it is stored.</summary>
    Conflict,

    /// <summary>Left out because an append before it in its session was not stored.</summary>
    Poisoned,

    /// <summary>The transaction was rolled back, or a look-up found nothing of it.</summary>
    Failed,

    /// <summary>Nobody could be asked in time.</summary>
    Unknown,
}

/// <summary>Something the writer does inside a transaction.</summary>
internal abstract class WriteOperation
{
    /// <summary>Events it counts for against the limits.</summary>
    public abstract int Events { get; }

    /// <summary>Bytes it counts for against the limits.</summary>
    public abstract int Bytes { get; }

    /// <summary>Set by the store and the writer; read when it is settled.</summary>
    public Fate Fate { get; set; }

    /// <summary>Tells whoever waits. Called once, without any lock held.</summary>
    public abstract void Settle(Exception? failure);
}

/// <summary>The append of one session. The buffer reads: previous hash, then per event its encoding and its hash.</summary>
internal sealed class Append(
    WriterSession session, long firstVersion, int count, byte[] buffer, int length, WakeUpChange wakeUp, bool asynchronous)
    : WriteOperation
{
    private readonly TaskCompletionSource<AppendResult> completion =
        new(asynchronous ? TaskCreationOptions.RunContinuationsAsynchronously : TaskCreationOptions.None);

    private byte[]? rented = buffer;

    public WriterSession Session => session;

    public long FirstVersion => firstVersion;

    public long LastVersion => firstVersion + count - 1;

    public WakeUpChange WakeUp => wakeUp;

    /// <summary>Where the first event's encoding begins in <see cref="Encoded"/>; each is followed by its hash.</summary>
    public static int FirstEvent => ChainHash.Size;

    public ReadOnlySpan<byte> Encoded => rented.AsSpan(0, length);

    /// <summary>As <see cref="Encoded"/>, for who has to keep it until the append is settled.</summary>
    public ReadOnlyMemory<byte> Buffer => rented.AsMemory(0, length);

    public ReadOnlySpan<byte> PreviousHash => rented.AsSpan(0, ChainHash.Size);

    public ReadOnlySpan<byte> LastHash => rented.AsSpan(length - ChainHash.Size, ChainHash.Size);

    public Task<AppendResult> Result => completion.Task;

    public override int Events => count;

    public override int Bytes => length;

    /// <summary>Gives the buffer back; nothing may read it any more.</summary>
    public void Drop()
    {
        if (rented is { } bytes)
        {
            rented = null;
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    public override void Settle(Exception? failure)
    {
        var result = Fate switch
        {
            Fate.Stored when session.IsPoisonedBefore(firstVersion) => AppendResult.Unknown,
            Fate.Stored => AppendResult.Durable,
            Fate.Conflict => AppendResult.Conflict,
            Fate.Poisoned => AppendResult.Poisoned,
            Fate.Failed => AppendResult.Failed,
            Fate.Unknown => AppendResult.Unknown,
            Fate.Open => throw new System.Diagnostics.UnreachableException("An append was settled before its fate was known."),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
        if (result == AppendResult.Durable)
            session.OnDurable(LastVersion);
        else
            session.Poison(firstVersion);

        Drop();
        completion.TrySetResult(result);
    }
}

/// <summary>Saves a snapshot; nobody waits for it.</summary>
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
        // A snapshot that was not saved costs time at the next activation, nothing else.
    }
}

/// <summary>Leases due wake-ups.</summary>
internal sealed class WakeUpClaim(string owner, DateTimeOffset now, DateTimeOffset until, int limit, bool asynchronous) : WriteOperation
{
    private readonly TaskCompletionSource<IReadOnlyList<WakeUpLease>> completion =
        new(asynchronous ? TaskCreationOptions.RunContinuationsAsynchronously : TaskCreationOptions.None);

    public string Owner => owner;

    public DateTimeOffset Now => now;

    public DateTimeOffset Until => until;

    public int Limit => limit;

    /// <summary>The wake-ups that the store claimed; emptied when the transaction starts anew.</summary>
    public List<WakeUpLease> Claimed { get; } = [];

    public Task<IReadOnlyList<WakeUpLease>> Result => completion.Task;

    public override int Events => 1;

    public override int Bytes => 256;

    public override void Settle(Exception? failure)
    {
        if (Fate == Fate.Stored)
            completion.TrySetResult(Claimed);
        else
            completion.TrySetException(new JournalUnavailableException("Wake-ups could not be claimed.", failure));
    }
}

/// <summary>Ends a lease.</summary>
internal sealed class WakeUpCompletion(WakeUpLease claimed, DateTimeOffset? next, bool asynchronous) : WriteOperation
{
    private readonly TaskCompletionSource completion =
        new(asynchronous ? TaskCreationOptions.RunContinuationsAsynchronously : TaskCreationOptions.None);

    public WakeUpLease Claimed => claimed;

    public DateTimeOffset? Next => next;

    public Task Result => completion.Task;

    public override int Events => 1;

    public override int Bytes => 256;

    public override void Settle(Exception? failure)
    {
        if (Fate == Fate.Stored)
            completion.TrySetResult();
        else
            completion.TrySetException(new JournalUnavailableException("A wake-up's lease could not be ended.", failure));
    }
}

/// <summary>Ends all leases of one owner, among the wake-ups that may have been due by its clock.</summary>
internal sealed class WakeUpLeasesEnd(string owner, DateTimeOffset dueUntil, bool asynchronous) : WriteOperation
{
    private readonly TaskCompletionSource<int> completion =
        new(asynchronous ? TaskCreationOptions.RunContinuationsAsynchronously : TaskCreationOptions.None);

    public string Owner => owner;

    public DateTimeOffset DueUntil => dueUntil;

    /// <summary>The number of leases that the store ended; set anew when the transaction starts anew.</summary>
    public int Ended { get; set; }

    public Task<int> Result => completion.Task;

    public override int Events => 1;

    public override int Bytes => 256;

    public override void Settle(Exception? failure)
    {
        if (Fate == Fate.Stored)
            completion.TrySetResult(Ended);
        else
            completion.TrySetException(new JournalUnavailableException("The leases of wake-ups could not be ended.", failure));
    }
}
