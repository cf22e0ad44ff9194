using System.Diagnostics;
using System.Runtime.CompilerServices;
using Pos.Journal.Writing;

namespace Pos.Journal;

/// <summary>
/// A journal over a store: sessions, reads that end before anything that is not durable, wake-ups. The journals differ in their stores, and
/// in who drives the writer.
/// </summary>
public abstract class JournalOverStore : IJournal
{
    private const int PageEvents = 512;

    // Positions that one read of some categories passes over at most, however few events of them it finds.
    private const int PagePositions = 16 * PageEvents;

    // The clock of the silo that claimed a wake-up may be ahead of the clock of the silo that ends its lease.
    private static readonly TimeSpan ClocksApartMax = TimeSpan.FromMinutes(1);

    private readonly IJournalReads _reads;

    private protected JournalOverStore(IJournalStore store, JournalWriter writer)
    {
        _reads = store.Reads;
        Writer = writer;
    }

    /// <inheritdoc/>
    public long Head => Writer.Durable.Value;

    private protected JournalWriter Writer { get; }

    /// <inheritdoc/>
    public async ValueTask<JournalSession> Open(StreamName stream, IStreamFold fold, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(fold);
        var page = new List<RecordedEvent>();
        var (version, hash, id) = await Restore(stream, fold, page, cancellationToken);
        var next = new byte[ChainHash.Size];
        do
        {
            page.Clear();
            var found = await _reads.ReadStream(stream, version, PageEvents, page, cancellationToken);
            id = page.Count > 0 ? found : id;
            // A commit that is not confirmed may still be lost, so nothing is decided on it.
            if (page.Count > 0)
            {
                await WaitDurable(page[^1].Position, cancellationToken);
            }

            foreach (var recorded in page)
            {
                ChainHash.Compute(hash, recorded, next);
                if (recorded.Version != version + 1 || !recorded.Hash.Span.SequenceEqual(next))
                {
                    throw new JournalCorruptException($"'{stream}' is broken at version {version + 1} (position {recorded.Position}).");
                }

                fold.Apply(recorded);
                version = recorded.Version;
                next.CopyTo(hash, 0);
            }
        }
        while (page.Count == PageEvents);

        return new WriterSession(Writer, stream, id, version, hash);
    }

    /// <inheritdoc/>
    public JournalSession Begin(StreamName stream) => new WriterSession(Writer, stream, 0, 0, new byte[ChainHash.Size]);

    /// <inheritdoc/>
    public async IAsyncEnumerable<RecordedEvent> ReadStream(
        StreamName stream, long afterVersion, int limit, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var head = Head;
        var page = new List<RecordedEvent>();
        for (var left = limit; left > 0; left -= page.Count)
        {
            page.Clear();
            var wanted = Math.Min(left, PageEvents);
            await _reads.ReadStream(stream, afterVersion, wanted, page, cancellationToken);
            foreach (var recorded in page)
            {
                if (recorded.Position > head)
                {
                    yield break;
                }

                afterVersion = recorded.Version;
                yield return recorded;
            }

            if (page.Count < wanted)
            {
                yield break;
            }
        }
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<RecordedEvent> ReadAll(long afterPosition, CancellationToken cancellationToken) =>
        ReadPages(afterPosition, null, cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<RecordedEvent> ReadAll(
        long afterPosition, IReadOnlyCollection<string> categories, CancellationToken cancellationToken) =>
        ReadPages(afterPosition, $"/{string.Join('/', categories)}/", cancellationToken);

    /// <inheritdoc/>
    public async IAsyncEnumerable<RecordedEvent> ReadStreams(string category, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(category);
        var head = Head;
        var (stream, version) = (category + "/", 0L);
        var page = new List<RecordedEvent>();
        do
        {
            page.Clear();
            await _reads.ReadStreams(category, stream, version, head, PageEvents, page, cancellationToken);
            foreach (var recorded in page)
            {
                (stream, version) = (recorded.Stream.Value, recorded.Version);
                yield return recorded;
            }
        }
        while (page.Count == PageEvents);
    }

    /// <inheritdoc/>
    public Task WaitBeyond(long position, CancellationToken cancellationToken) =>
        Writer.Durable.Reached(position + 1).WaitAsync(cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<WakeUpLease>> ListWakeUps(string category, string store, string afterKey, int limit, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(category);
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(afterKey);
        return _reads.ListWakeUps(category, store, afterKey, limit, cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<StreamListing>> ListStreams(
        string store, string category, long afterPosition, int limit, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentException.ThrowIfNullOrEmpty(category);
        return _reads.ListStreams(store, category, afterPosition, Head, limit, cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<WakeUpLease>> ClaimWakeUps(
        string owner, TimeSpan lease, int limit, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(owner);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(lease, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        cancellationToken.ThrowIfCancellationRequested();
        var now = Writer.Time.GetUtcNow();
        return await Run(new WakeUpClaim(owner, now, now + lease, limit, Writer.Asynchronous), cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask CompleteWakeUp(WakeUpLease claimed, DateTimeOffset? next, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        await Run(new WakeUpCompletion(claimed, next, Writer.Asynchronous), cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask<int> EndLeases(string owner, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(owner);
        cancellationToken.ThrowIfCancellationRequested();
        return await Run(new WakeUpLeasesEnd(owner, Writer.Time.GetUtcNow() + ClocksApartMax, Writer.Asynchronous), cancellationToken);
    }

    /// <summary>Waits until a position that was read is durable.</summary>
    private protected virtual ValueTask WaitDurable(long position, CancellationToken cancellationToken) =>
        Writer.WaitDurable(position, cancellationToken);

    private protected async Task<T> Run<T>(AnsweredOperation<T> operation, CancellationToken cancellationToken)
    {
        if (!Writer.TryEnter(operation))
        {
            throw new JournalUnavailableException($"{operation.Refusal}: the journal's queue is full.");
        }

        return await operation.Result.WaitAsync(cancellationToken);
    }

    // In pages, each a read of its own: a long read would keep the store from tidying up behind it.
    private async IAsyncEnumerable<RecordedEvent> ReadPages(
        long afterPosition, string? categories, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var head = Head;
        var page = new List<RecordedEvent>();
        while (afterPosition < head)
        {
            page.Clear();
            var end = categories is null ? head : Math.Min(afterPosition + PagePositions, head);
            await _reads.ReadAll(afterPosition, end, categories, PageEvents, page, cancellationToken);
            foreach (var recorded in page)
            {
                Debug.Assert(recorded.Position > afterPosition && recorded.Position <= head, "A read left its order, or what is durable.");
                afterPosition = recorded.Position;
                yield return recorded;
            }

            if (page.Count < PageEvents)
            {
                afterPosition = end;
            }
        }
    }

    /// <summary>
    /// Restores the snapshot if the stream still holds the event that the snapshot was taken at. A snapshot of another state version, of
    /// another history, or ahead of a stream that lost its tail is ignored.
    /// </summary>
    private async ValueTask<(long Version, byte[] Hash, long StreamId)> Restore(
        StreamName stream, IStreamFold fold, List<RecordedEvent> page, CancellationToken cancellationToken)
    {
        // Most streams are short and have no snapshots. Looking for one would make two reads of the one with which each order begins.
        var snapshot = fold.StateVersion == 0 ? null : await _reads.ReadSnapshot(stream, cancellationToken);
        if (snapshot is { } saved && saved.StateVersion == fold.StateVersion)
        {
            var id = await _reads.ReadStream(stream, saved.Version - 1, 1, page, cancellationToken);
            if (page.Count == 1 && page[0].Version == saved.Version && page[0].Hash.Span.SequenceEqual(saved.Hash.Span))
            {
                fold.Restore(saved.State, saved.Version);
                return (saved.Version, saved.Hash.ToArray(), id);
            }
        }

        return (0, new byte[ChainHash.Size], 0);
    }
}
