using Pos.Journal.Writing;

namespace Pos.Journal.Postgres;

/// <summary>A PostgreSQL database as a store: one writing connection, a pool of reading ones.</summary>
internal sealed class PostgresStore : IJournalStore
{
    private readonly PostgresConnections connections;
    private readonly PostgresLink link;
    private readonly PostgresWriter writer;
    private readonly PostgresReader reader;
    private readonly PostgresStreamReads streams;

    private PostgresStore(PostgresConnections connections, PostgresLink link, PostgresReader reader, JournalMark opened)
    {
        this.connections = connections;
        this.link = link;
        this.reader = reader;
        writer = new PostgresWriter(link);
        streams = new PostgresStreamReads(reader, connections.CommandMax);
        Opened = opened;
    }

    public JournalMark Opened { get; }

    /// <summary>Connects, makes the schema in an empty database, and checks that the end of the journal is there.</summary>
    public static PostgresStore Open(PostgresJournalOptions options)
    {
        var connections = PostgresConnections.Create(options);
        var link = new PostgresLink(connections);
        try
        {
            link.Start();
            var reader = new PostgresReader(connections);
            var (mark, last) = reader.ReadHead(CancellationToken.None).AsTask().GetAwaiter().GetResult();
            if (last != mark.Position)
            {
                throw new JournalCorruptException(
                    $"The journal in {connections.Place} ends at position {last}, but position {mark.Position} was committed: restore a copy.");
            }

            return new PostgresStore(connections, link, reader, mark);
        }
        catch (Exception failed)
        {
            link.Dispose();
            connections.Dispose();
            if (failed is Npgsql.NpgsqlException or System.Net.Sockets.SocketException or TimeoutException or ArgumentException)
            {
                throw new JournalUnavailableException(
                    $"The {connections.Place} cannot be used ({PostgresJournalOptions.ConnectionSetting}): {failed.Message}", failed);
            }

            throw;
        }
    }

    public CommitOutcome Commit(Batch batch) => writer.Commit(batch);

    public void LookUp(Batch batch)
    {
        try
        {
            writer.LookUp(batch);
        }
        catch (Exception failed) when (PostgresLink.IsFailure(failed))
        {
            lock (link.Gate)
            {
                link.Break(uncertain: true);
            }

            throw new JournalUnavailableException("The fate of a commit cannot be looked up.", failed);
        }
    }

    public void Confirm(JournalMark mark)
    {
        // A commit is answered when it is flushed, and kept by the server alone.
    }

    public void Maintain()
    {
        // The server looks after its own files.
    }

    /// <summary>How far the journal reaches now, whoever wrote it.</summary>
    public async ValueTask<JournalMark> ReadMark(CancellationToken cancellationToken) => (await reader.ReadHead(cancellationToken)).Mark;

    /// <summary>Makes attempts of unknown outcome final as soon as the server is there again, if the writer has nothing to do meanwhile.</summary>
    public void FenceIfOwed()
    {
        if (!link.OwesFence || !link.Gate.TryEnter())
            return;
        try
        {
            link.Use();
        }
        catch (Exception failed) when (failed is JournalUnavailableException || PostgresLink.IsFailure(failed))
        {
            // The server is still away. Whoever looks, or the writer, tries again.
        }
        finally
        {
            link.Gate.Exit();
        }
    }

    public bool TrySaveSnapshot(SnapshotWrite snapshot)
    {
        reader.SaveSnapshot(snapshot, CancellationToken.None).AsTask().GetAwaiter().GetResult();
        return true;
    }

    public ValueTask<SnapshotRecord?> ReadSnapshot(StreamName stream, CancellationToken cancellationToken)
    {
        RequireFenced();
        return reader.ReadSnapshot(stream, cancellationToken);
    }

    public ValueTask<long> ReadStream(StreamName stream, long afterVersion, int limit, List<RecordedEvent> page, CancellationToken cancellationToken)
    {
        RequireFenced();
        return streams.Read(stream, afterVersion, limit, page, cancellationToken);
    }

    public ValueTask ReadAll(
        long afterPosition, long upToPosition, int limit, List<RecordedEvent> page, CancellationToken cancellationToken) =>
        reader.ReadAll(afterPosition, upToPosition, limit, page, cancellationToken);

    public ValueTask ReadAll(
        long afterPosition, long upToPosition, string categories, int limit, List<RecordedEvent> page, CancellationToken cancellationToken) =>
        reader.ReadAll(afterPosition, upToPosition, categories, limit, page, cancellationToken);

    public ValueTask ReadStreams(
        string category, string afterStream, long afterVersion, long upToPosition, int limit, List<RecordedEvent> page,
        CancellationToken cancellationToken) =>
        reader.ReadStreams(category, afterStream, afterVersion, upToPosition, limit, page, cancellationToken);

    public ValueTask<IReadOnlyList<WakeUpLease>> ListWakeUps(string category, string store, string afterKey, int limit, CancellationToken cancellationToken) =>
        reader.ListWakeUps(category, store, afterKey, limit, cancellationToken);

    public ValueTask<IReadOnlyList<StreamListing>> ListStreams(
        string store, string category, long afterPosition, long upToPosition, int limit, CancellationToken cancellationToken) =>
        reader.ListStreams(store, category, afterPosition, upToPosition, limit, cancellationToken);

    public void Dispose()
    {
        link.Dispose();
        connections.Dispose();
    }

    /// <summary>
    /// While an attempt given up may still come through, a stream that is opened would tell half the truth: it waits for the fence.
    /// </summary>
    private void RequireFenced()
    {
        if (link.OwesFence)
            throw new JournalUnavailableException("The outcome of an earlier commit is not known yet.");
    }
}
