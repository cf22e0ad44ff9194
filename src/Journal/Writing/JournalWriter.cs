using System.Security.Cryptography;
using Microsoft.Extensions.Logging;

namespace Pos.Journal.Writing;

/// <summary>
/// The one writer of a journal. Sessions put operations into its queue; the <see cref="Committer"/> takes them out in batches and commits
/// them; the <see cref="Confirmer"/> makes each committed batch durable and tells its callers.
/// </summary>
/// <remarks>
/// Nothing here has a thread. <see cref="WriterThreads"/> drives committer and confirmer over a real store; the simulator drives them step
/// by step over a simulated one.
/// </remarks>
internal sealed partial class JournalWriter : IDisposable
{
    private readonly IJournalStore _store;
    private readonly ILogger _logger;

    /// <summary>Creates a writer with an empty queue. The writer owns the store from now on.</summary>
    public JournalWriter(
        IJournalStore store, JournalOptions options, TimeProvider time, JournalInstruments instruments, ILogger logger, bool asynchronous)
    {
        _store = store;
        _logger = logger;
        Options = options;
        Time = time;
        Instruments = instruments;
        Asynchronous = asynchronous;
        Queue = new WriteQueue(options);
        Durable = new DurablePosition(store.Opened.Position, asynchronous);
        Committer = new Committer(this, store, logger);
        Confirmer = new Confirmer(this, store, logger);
        instruments.Watch(Queue);
    }

    public JournalOptions Options { get; }

    public TimeProvider Time { get; }

    public JournalInstruments Instruments { get; }

    /// <summary>Whether continuations of those who wait run on the thread pool instead of inside the step that settles them.</summary>
    public bool Asynchronous { get; }

    public WriteQueue Queue { get; }

    public Committer Committer { get; }

    public Confirmer Confirmer { get; }

    public DurablePosition Durable { get; }

    /// <summary>Called after something entered the queue. A driver without threads takes its next step here.</summary>
    public Action OnEntered { get; set; } = static () => { };

    /// <summary>Runs work that nobody waits for. A driver with threads has one for it, so that no decision waits either.</summary>
    public Action<Action> Aside { get; set; } = static work => work();

    /// <summary>Off only in the benchmark that shows the cost of hashing.</summary>
    public bool Hashing { get; set; } = true;

    /// <summary>Puts an operation into the queue. False: the queue is full. A closed journal takes the operation and fails it at once.</summary>
    public bool TryEnter(WriteOperation operation)
    {
        if (!Queue.TryEnter(operation))
        {
            return false;
        }

        OnEntered();
        return true;
    }

    public void Hash(ReadOnlySpan<byte> encoded, Span<byte> hash)
    {
        if (Hashing)
        {
            SHA256.HashData(encoded, hash);
        }
        else
        {
            hash.Clear();
        }
    }

    /// <summary>Tells everybody who waits for a batch, and everybody who waits behind an append of it that was not stored.</summary>
    public void Settle(Batch batch)
    {
        if (batch.Settle())
        {
            Queue.SettlePoisoned();
        }
    }

    /// <summary>The store could not be asked in time, or its flush kept failing: whatever may be stored ends unknown.</summary>
    public void GiveUp(Batch batch)
    {
        if (batch.IsSettled)
        {
            return;
        }

        LogGivenUp(_logger, batch.Operations.Count, batch.Failure);
        Instruments.OnFailure("given-up");
        batch.Fail(AppendResult.Unknown);
        Settle(batch);
    }

    /// <summary>Writes a state out and saves it.</summary>
    public void SaveSnapshot(StreamName stream, Func<ReadOnlyMemory<byte>> state, int stateVersion, long version)
    {
        try
        {
            var snapshot = new SnapshotWrite(stream, state(), stateVersion, version);
            // A full queue drops the snapshot.
            if (!_store.TrySaveSnapshot(snapshot))
            {
                TryEnter(snapshot);
            }
        }
#pragma warning disable CA1031 // A snapshot only saves time: whatever is wrong with one ends nothing else.
        catch (Exception failed)
#pragma warning restore CA1031
        {
            LogSnapshotNotSaved(_logger, stream.Value, failed);
        }
    }

    /// <summary>Waits until a position is durable.</summary>
    /// <exception cref="JournalUnavailableException">It did not become durable within <see cref="JournalOptions.UnknownAfter"/>.</exception>
    public async ValueTask WaitDurable(long position, CancellationToken cancellationToken)
    {
        var reached = Durable.Reached(position);
        if (reached.IsCompleted)
        {
            return;
        }

        try
        {
            await reached.WaitAsync(Options.UnknownAfter, Time, cancellationToken);
        }
        catch (TimeoutException)
        {
            throw new JournalUnavailableException($"Position {position} is written but not yet durable.");
        }
    }

    public void Dispose()
    {
        Instruments.Unwatch(Queue);
        Queue.Dispose();
        _store.Dispose();
    }

    [LoggerMessage(4, LogLevel.Critical, "The outcome of {Operations} operations could not be found out in time: their callers are told that it is unknown.")]
    private static partial void LogGivenUp(ILogger logger, int operations, Exception? cause);

    [LoggerMessage(6, LogLevel.Warning, "The snapshot of '{Stream}' was not saved: its next activation reads more events.")]
    private static partial void LogSnapshotNotSaved(ILogger logger, string stream, Exception exception);
}
