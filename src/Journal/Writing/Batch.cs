using System.Diagnostics;

namespace Pos.Journal.Writing;

/// <summary>The operations of one transaction, in the order they were queued.</summary>
internal sealed class Batch
{
    private readonly List<WriteOperation> _operations = [];

    public IReadOnlyList<WriteOperation> Operations => _operations;

    public int Events { get; private set; }

    public long Bytes { get; private set; }

    /// <summary>When the committer took the batch, in the clock's timestamps.</summary>
    public long TakenAt { get; set; }

    /// <summary>The span of the batch; null when none of its appends is traced.</summary>
    public Activity? Span { get; set; }

    /// <summary>How far the journal reaches when this batch is durable. The store sets it with the commit or the look-up.</summary>
    public JournalMark Mark { get; set; }

    /// <summary>Why the batch failed: for logs, and for those who wait for something other than an append.</summary>
    public Exception? Failure { get; set; }

    /// <summary>Whether everybody who waited for the batch has been told.</summary>
    public bool IsSettled { get; private set; }

    public void Add(WriteOperation operation)
    {
        _operations.Add(operation);
        Events += operation.Events;
        Bytes += operation.Bytes;
    }

    /// <summary>
    /// Sets the result of everything that may have been stored, and poisons the sessions of all appends. Call <see cref="Settle"/> then.
    /// </summary>
    public void Fail(AppendResult result)
    {
        foreach (var operation in _operations)
        {
            // A conflict inside a transaction that was rolled back may have been with something that is gone as well.
            if (operation.Ends is null or AppendResult.Durable || (operation.Ends == AppendResult.Conflict && result == AppendResult.Failed))
            {
                operation.Ends = result;
            }

            if (operation is Append append)
            {
                append.OnLost();
            }
        }
    }

    /// <summary>Tells everybody who waits for the batch. Returns whether an append was not stored, so that its session is poisoned.</summary>
    public bool Settle()
    {
        IsSettled = true;
        var poisoned = false;
        foreach (var operation in _operations)
        {
            operation.Settle(Failure);
            poisoned |= operation is Append && operation.Ends != AppendResult.Durable;
        }

        Span?.End(_operations[0].Ends);

        return poisoned;
    }
}
