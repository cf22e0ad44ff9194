using System.Diagnostics;
using Npgsql;
using NpgsqlTypes;
using Pos.Journal.Writing;

namespace Pos.Journal.Postgres;

/// <summary>
/// A PostgreSQL database as a store: one connection that writes, a pool of connections that read. A batch is committed in one round trip
/// with lock, events, wake-ups and commit.
/// </summary>
internal sealed class PostgresStore : IJournalStore
{
    private readonly PostgresConnections _connections;
    private readonly PostgresLink _link;
    private readonly PostgresReader _reader;
    private PostgresBatch _rows = new();

    private PostgresStore(PostgresConnections connections, PostgresLink link, PostgresReader reader, JournalMark opened)
    {
        _connections = connections;
        _link = link;
        _reader = reader;
        Opened = opened;
    }

    public JournalMark Opened { get; }

    public IJournalReads Reads => _reader;

    /// <summary>Connects, makes the schema in an empty database, and checks that the end of the journal is there.</summary>
    public static PostgresStore Open(PostgresJournalOptions options)
    {
        var connections = PostgresConnections.Create(options);
        var link = new PostgresLink(connections);
        try
        {
            link.Start();
            var reader = new PostgresReader(connections, link);
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
            if (failed is NpgsqlException or System.Net.Sockets.SocketException or TimeoutException or ArgumentException)
            {
                throw new JournalUnavailableException(
                    $"The {connections.Place} cannot be used ({PostgresJournalOptions.ConnectionSetting}): {failed.Message}", failed);
            }

            throw;
        }
    }

    public CommitOutcome Commit(Batch batch)
    {
        lock (_link.Gate)
        {
            _rows.Fill(batch);
            return TryCommit(batch, each: false) ?? TryCommit(batch, each: true) ?? throw new UnreachableException();
        }
    }

    public void LookUp(Batch batch)
    {
        lock (_link.Gate)
        {
            _link.Break(uncertain: true);
            try
            {
                // The fence of the new connection makes the answer final.
                LookUp(batch, _link.Use());
            }
            catch (Exception failed) when (PostgresLink.IsFailure(failed))
            {
                _link.Break(uncertain: true);
                throw new JournalUnavailableException("The outcome of a commit cannot be looked up.", failed);
            }
        }
    }

    public void Confirm(JournalMark mark)
    {
        // The server answers a commit when it has flushed it, and keeps it.
    }

    public void Maintain()
    {
        // The server looks after its own files.
    }

    public bool TrySaveSnapshot(SnapshotWrite snapshot)
    {
        _reader.SaveSnapshot(snapshot, CancellationToken.None).AsTask().GetAwaiter().GetResult();
        return true;
    }

    /// <summary>How far the journal reaches now, whoever wrote it.</summary>
    public async ValueTask<JournalMark> ReadMark(CancellationToken cancellationToken) => (await _reader.ReadHead(cancellationToken)).Mark;

    /// <summary>Makes attempts of unknown outcome final as soon as the server is there again, if the writer has nothing to do meanwhile.</summary>
    public void FenceIfOwed()
    {
        if (!_link.OwesFence || !_link.Gate.TryEnter())
        {
            return;
        }

        try
        {
            _link.Use();
        }
        catch (Exception failed) when (failed is JournalUnavailableException || PostgresLink.IsFailure(failed))
        {
            // The server is still away. The watch tries again, and so does the committer.
        }
        finally
        {
            _link.Gate.Exit();
        }
    }

    public void Dispose()
    {
        _link.Dispose();
        _connections.Dispose();
    }

    private void LookUp(Batch batch, NpgsqlConnection connection)
    {
        var stored = batch.Operations.OfType<Append>().Where(static a => a.Ends == AppendResult.Durable).ToList();
        var command = new NpgsqlCommand(
            """
            SELECT e.stream, pos_journal.hash_in(e.record) FROM unnest($1, $2) WITH ORDINALITY AS a (name, version, n)
            LEFT JOIN pos_journal.streams s ON s.name = a.name
            LEFT JOIN pos_journal.events e ON e.stream = s.id AND e.version = a.version ORDER BY a.n
            """,
            connection);
        command.Parameters.Add(PostgresBatch.Array(NpgsqlDbType.Text, stored.ConvertAll(static a => a.Session.Stream.Value)));
        command.Parameters.Add(PostgresBatch.Array(NpgsqlDbType.Bigint, stored.ConvertAll(static a => a.LastVersion)));
        var found = _link.Within(ReadHashes(command));
        Debug.Assert(found.Count == stored.Count, "The server answered for fewer appends than it was asked for.");
        foreach (var (append, there) in stored.Zip(found))
        {
            append.Ends = there is not var (id, hash) ? AppendResult.Failed
                : append.LastHash.SequenceEqual(hash) ? AppendResult.Durable : AppendResult.Conflict;
            append.Session.StreamId = there?.Stream ?? 0;
        }

        batch.Mark = _link.Known;
    }

    private static async Task<List<(long Stream, byte[] Hash)?>> ReadHashes(NpgsqlCommand command)
    {
        var hashes = new List<(long, byte[])?>();
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            hashes.Add(reader.IsDBNull(0) ? null : (reader.GetInt64(0), reader.GetFieldValue<byte[]>(1)));
        }

        return hashes;
    }

    /// <summary>Null: an append of the batch did not fit, and nothing is stored.</summary>
    private CommitOutcome? TryCommit(Batch batch, bool each)
    {
        var sent = false;
        try
        {
            var connection = _link.Use();
            var command = Command(batch, connection, each);
            sent = true;
            var (mark, refused) = _link.Within(Run(command, batch, each));
            Settle(batch, mark, refused);
            return CommitOutcome.Committed;
        }
        catch (PostgresException refused) when (sent && !each && IsTakenVersion(refused))
        {
            return null;
        }
        catch (Exception failed) when (failed is JournalUnavailableException || PostgresLink.IsFailure(failed))
        {
            batch.Failure = failed;
            // An error ends its transaction. A failure that ends the whole session may have come while the commit was under way.
            var certain = !sent || failed is PostgresException { InvariantSeverity: "ERROR" };
            _link.Break(uncertain: !certain);
            // A command that was given up may still be reading the old ones.
            _rows = new PostgresBatch();
            if (certain)
            {
                return CommitOutcome.NothingStored;
            }

            MarkStored(batch);
            return CommitOutcome.Unknown;
        }
    }

    private static bool IsTakenVersion(PostgresException refused) =>
        refused is { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: "events_stream" or "streams_name" };

    private NpgsqlBatch Command(Batch batch, NpgsqlConnection connection, bool each)
    {
        var attempt = _link.NextAttempt();
        var command = new NpgsqlBatch(connection);
        command.BatchCommands.Add(each ? _rows.Each(_link.Writer, attempt) : _rows.All(_link.Writer, attempt, _link.Known));
        PostgresWakeUps.Add(command, batch);
        return command;
    }

    /// <summary>Reads everything, to the answer of the commit itself, which comes last.</summary>
    private static async Task<(JournalMark Mark, int[] Refused)> Run(NpgsqlBatch command, Batch batch, bool each)
    {
        await using var reader = await command.ExecuteReaderAsync();
        if (!await reader.ReadAsync())
        {
            throw new UnreachableException();
        }

        var mark = new JournalMark(reader.GetInt64(0), reader.GetFieldValue<byte[]>(1));
        int[] refused = each ? reader.GetFieldValue<int[]>(2) : [];
        await PostgresWakeUps.Read(reader, batch);
        while (await reader.NextResultAsync())
        {
        }

        return (mark, refused);
    }

    private void Settle(Batch batch, JournalMark mark, int[] refused)
    {
        foreach (var number in refused)
        {
            var append = _rows.Appends[number - 1];
            if (append.MayBeWritten())
            {
                append.OnConflict();
            }
        }

        MarkStored(batch);
        NameStreams(mark.Position);
        batch.Mark = mark;
        if (refused.Length == 0 && _rows.Events > 0)
        {
            _link.OnCommitted(mark, _rows.LastHash);
        }
        else
        {
            _link.OnCommitted(mark);
        }
    }

    /// <summary>Sets the ids of the streams that began: the position of the first event.</summary>
    private void NameStreams(long position)
    {
        for (var i = _rows.Appends.Count - 1; i >= 0; i--)
        {
            var append = _rows.Appends[i];
            if (append.Ends != AppendResult.Durable)
            {
                continue;
            }

            position -= append.Events;
            if (append.FirstVersion == 1)
            {
                append.Session.StreamId = position + 1;
            }
        }
    }

    private static void MarkStored(Batch batch)
    {
        foreach (var operation in batch.Operations)
        {
            if (operation.Ends is null)
            {
                operation.Ends = AppendResult.Durable;
            }
        }
    }
}
