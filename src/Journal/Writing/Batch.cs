namespace Pos.Journal.Writing;

/// <summary>The operations of one transaction, in the order they were queued.</summary>
internal sealed class Batch
{
    private readonly List<WriteOperation> operations = [];

    public IReadOnlyList<WriteOperation> Operations => operations;

    public int Events { get; private set; }

    public long Bytes { get; private set; }

    /// <summary>When the writer took it, in the clock's timestamps.</summary>
    public long TakenAt { get; set; }

    /// <summary>How far the journal reaches when this batch is durable. Set by the store with the commit or the look-up.</summary>
    public JournalMark Mark { get; set; }

    /// <summary>Why it failed, for logs and for those who wait for something other than an append.</summary>
    public Exception? Failure { get; set; }

    /// <summary>True when whoever waited has been told.</summary>
    public bool IsSettled { get; set; }

    public void Add(WriteOperation operation)
    {
        operations.Add(operation);
        Events += operation.Events;
        Bytes += operation.Bytes;
    }

    /// <summary>
    /// Whether an append may be written: not when one before it in its session was not stored, be it in this batch. Marks it so.
    /// </summary>
    public static bool MayWrite(Append append)
    {
        if (!append.Session.IsPoisonedBefore(append.FirstVersion))
            return true;
        append.Fate = Fate.Poisoned;
        return false;
    }

    /// <summary>Marks an append whose version was taken; nothing behind it in its session may be written any more.</summary>
    public static void Conflicted(Append append)
    {
        append.Fate = Fate.Conflict;
        append.Session.Poison(append.FirstVersion);
    }
}
