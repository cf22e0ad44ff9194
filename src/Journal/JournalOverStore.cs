using System.Runtime.CompilerServices;
using Pos.Journal.Writing;

namespace Pos.Journal;

/// <summary>What every journal shares: sessions, reads bounded by what is durable, wake-ups. Stores and drivers differ.</summary>
public abstract class JournalOverStore : IJournal
{
    private const int PageEvents = 512;

    // Positions that one read passes over at most, however little of it is wanted.
    private const int PagePositions = 16 * PageEvents;

    // Between who claimed a wake-up, because it was due, and who ends the lease.
    private static readonly TimeSpan ClocksApartMax = TimeSpan.FromMinutes(1);

    private readonly IJournalStore store;

    private protected JournalOverStore(IJournalStore store, JournalWriter pipeline)
    {
        this.store = store;
        Pipeline = pipeline;
    }

    /// <inheritdoc/>
    public long Head => Pipeline.DurablePosition;

    private protected JournalWriter Pipeline { get; }

    /// <inheritdoc/>
    public async ValueTask<JournalSession> Open(StreamName stream, IStreamFold fold, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(fold);
        var page = new List<RecordedEvent>();
        var (version, hash, id) = await Restore(stream, fold, page, cancellationToken);
        long position = 0;
        var next = new byte[ChainHash.Size];
        do
        {
            page.Clear();
            var found = await store.ReadStream(stream, version, PageEvents, page, cancellationToken);
            id = page.Count > 0 ? found : id;
            // A commit that is not yet confirmed may still be lost: nothing is decided on it before it is durable.
            if (page.Count > 0)
            {
                position = page[^1].Position;
                await WaitDurable(position, cancellationToken);
            }

            foreach (var recorded in page)
            {
                ChainHash.Compute(hash, recorded, next);
                if (recorded.Version != version + 1 || !recorded.Hash.Span.SequenceEqual(next))
                    throw new JournalCorruptException($"'{stream}' is broken at version {version + 1} (position {recorded.Position}).");
                fold.Apply(recorded);
                version = recorded.Version;
                next.CopyTo(hash, 0);
            }
        }
        while (page.Count == PageEvents);

        return new WriterSession(Pipeline, stream, id, version, hash);
    }

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
            await store.ReadStream(stream, afterVersion, wanted, page, cancellationToken);
            foreach (var recorded in page)
            {
                if (recorded.Position > head)
                    yield break;
                afterVersion = recorded.Version;
                yield return recorded;
            }

            if (page.Count < wanted)
                yield break;
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<RecordedEvent> ReadAll(long afterPosition, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var head = Head;
        var page = new List<RecordedEvent>();
        // In pages, each a read of its own: a long read would keep the store from tidying up behind it.
        do
        {
            page.Clear();
            await store.ReadAll(afterPosition, head, PageEvents, page, cancellationToken);
            foreach (var recorded in page)
            {
                afterPosition = recorded.Position;
                yield return recorded;
            }
        }
        while (page.Count == PageEvents);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<RecordedEvent> ReadAll(
        long afterPosition, IReadOnlyCollection<string> categories, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var head = Head;
        var wanted = $"/{string.Join('/', categories)}/";
        var page = new List<RecordedEvent>();
        while (afterPosition < head)
        {
            page.Clear();
            var end = Math.Min(afterPosition + PagePositions, head);
            await store.ReadAll(afterPosition, end, wanted, PageEvents, page, cancellationToken);
            foreach (var recorded in page)
                yield return recorded;
            afterPosition = page.Count == PageEvents ? page[^1].Position : end;
        }
    }

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
            await store.ReadStreams(category, stream, version, head, PageEvents, page, cancellationToken);
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
        Pipeline.Reached(position + 1).WaitAsync(cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<WakeUpLease>> ListWakeUps(string category, string store, string afterKey, int limit, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(category);
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(afterKey);
        return this.store.ListWakeUps(category, store, afterKey, limit, cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<StreamListing>> ListStreams(
        string store, string category, long afterPosition, int limit, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentException.ThrowIfNullOrEmpty(category);
        return this.store.ListStreams(store, category, afterPosition, Head, limit, cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<WakeUpLease>> ClaimWakeUps(
        string owner, TimeSpan lease, int limit, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(owner);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(lease, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        cancellationToken.ThrowIfCancellationRequested();
        var now = Pipeline.Time.GetUtcNow();
        var claim = new WakeUpClaim(owner, now, now + lease, limit, Pipeline.Asynchronous);
        Enter(claim, "Wake-ups cannot be claimed");
        return await claim.Result.WaitAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask CompleteWakeUp(WakeUpLease claimed, DateTimeOffset? next, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var completion = new WakeUpCompletion(claimed, next, Pipeline.Asynchronous);
        Enter(completion, "A lease cannot be ended");
        await completion.Result.WaitAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask<int> EndLeases(string owner, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(owner);
        cancellationToken.ThrowIfCancellationRequested();
        var ending = new WakeUpLeasesEnd(owner, Pipeline.Time.GetUtcNow() + ClocksApartMax, Pipeline.Asynchronous);
        Enter(ending, "Leases cannot be ended");
        return await ending.Result.WaitAsync(cancellationToken);
    }

    /// <summary>Ends when a position that was read is durable.</summary>
    private protected virtual ValueTask WaitDurable(long position, CancellationToken cancellationToken) =>
        Pipeline.WaitDurable(position, cancellationToken);

    private void Enter(WriteOperation operation, string what)
    {
        switch (Pipeline.Queue.Enter(operation))
        {
            case Entry.Taken:
                Pipeline.OnEntered();
                break;
            case Entry.Full:
                throw new JournalUnavailableException($"{what}: the journal's queue is full.");
            default:
                throw new JournalUnavailableException($"{what}: the journal is closed.");
        }
    }

    /// <summary>
    /// Restores the snapshot if the stream still holds the very event it was taken at: one of another state version, ahead of a
    /// stream that lost its tail, or of another history is as good as none.
    /// </summary>
    private async ValueTask<(long Version, byte[] Hash, long StreamId)> Restore(
        StreamName stream, IStreamFold fold, List<RecordedEvent> page, CancellationToken cancellationToken)
    {
        // Most streams are short and have none: an order would be looked for twice before it begins.
        var snapshot = fold.StateVersion == 0 ? null : await store.ReadSnapshot(stream, cancellationToken);
        if (snapshot is { } saved && saved.StateVersion == fold.StateVersion)
        {
            var id = await store.ReadStream(stream, saved.Version - 1, 1, page, cancellationToken);
            if (page.Count == 1 && page[0].Version == saved.Version && page[0].Hash.Span.SequenceEqual(saved.Hash.Span))
            {
                fold.Restore(saved.State, saved.Version);
                return (saved.Version, saved.Hash.ToArray(), id);
            }
        }

        return (0, new byte[ChainHash.Size], 0);
    }
}
