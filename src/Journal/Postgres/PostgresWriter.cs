using System.Diagnostics;
using Npgsql;
using NpgsqlTypes;
using Pos.Journal.Writing;

namespace Pos.Journal.Postgres;

/// <summary>Commits batches: lock, events, wake-ups and commit in one round trip.</summary>
internal sealed class PostgresWriter(PostgresLink link)
{
    private PostgresBatch rows = new();

    /// <summary>As <see cref="IJournalStore.Commit"/> says.</summary>
    public CommitOutcome Commit(Batch batch)
    {
        lock (link.Gate)
        {
            rows.Fill(batch);
            return TryCommit(batch, each: false) ?? TryCommit(batch, each: true) ?? throw new UnreachableException();
        }
    }

    /// <summary>As <see cref="IJournalStore.LookUp"/> says: the new connection's fence makes the answer final.</summary>
    public void LookUp(Batch batch)
    {
        lock (link.Gate)
        {
            link.Break(uncertain: true);
            var connection = link.Use();
            var stored = batch.Operations.OfType<Append>().Where(static a => a.Fate == Fate.Stored).ToList();
            var command = new NpgsqlCommand(
                """
                SELECT e.stream, pos_journal.hash_in(e.record) FROM unnest($1, $2) WITH ORDINALITY AS a (name, version, n)
                LEFT JOIN pos_journal.streams s ON s.name = a.name
                LEFT JOIN pos_journal.events e ON e.stream = s.id AND e.version = a.version ORDER BY a.n
                """,
                connection);
            command.Parameters.Add(PostgresBatch.Array(NpgsqlDbType.Text, stored.ConvertAll(static a => a.Session.Stream.Value)));
            command.Parameters.Add(PostgresBatch.Array(NpgsqlDbType.Bigint, stored.ConvertAll(static a => a.LastVersion)));
            var found = link.Within(ReadHashes(command));
            foreach (var (append, there) in stored.Zip(found))
            {
                append.Fate = there is not var (id, hash) ? Fate.Failed : append.LastHash.SequenceEqual(hash) ? Fate.Stored : Fate.Conflict;
                append.Session.StreamId = there?.Stream ?? 0;
            }

            batch.Mark = link.Known;
        }
    }

    private static async Task<List<(long Stream, byte[] Hash)?>> ReadHashes(NpgsqlCommand command)
    {
        var hashes = new List<(long, byte[])?>();
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
            hashes.Add(reader.IsDBNull(0) ? null : (reader.GetInt64(0), reader.GetFieldValue<byte[]>(1)));
        return hashes;
    }

    /// <summary>Null: something of it did not fit, and nothing is stored.</summary>
    private CommitOutcome? TryCommit(Batch batch, bool each)
    {
        var sent = false;
        try
        {
            var connection = link.Use();
            var command = Command(batch, connection, each);
            sent = true;
            var (mark, refused) = link.Within(Run(command, batch, each));
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
            // An error ends its transaction. Whatever ends the session with it may have come while the commit was under way.
            var certain = !sent || failed is PostgresException { InvariantSeverity: "ERROR" };
            link.Break(uncertain: !certain);
            // What was given up may still be reading these.
            rows = new PostgresBatch();
            if (certain)
                return CommitOutcome.NothingStored;
            MarkStored(batch);
            return CommitOutcome.Unknown;
        }
    }

    private static bool IsTakenVersion(PostgresException refused) =>
        refused is { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: "events_stream" or "streams_name" };

    private NpgsqlBatch Command(Batch batch, NpgsqlConnection connection, bool each)
    {
        var attempt = link.NextAttempt();
        var command = new NpgsqlBatch(connection);
        command.BatchCommands.Add(each ? rows.Each(link.Writer, attempt) : rows.All(link.Writer, attempt, link.Known));
        PostgresSideEffects.Add(command, batch);
        return command;
    }

    /// <summary>Reads everything, to the answer of the commit itself, which comes last.</summary>
    private static async Task<(JournalMark Mark, int[] Refused)> Run(NpgsqlBatch command, Batch batch, bool each)
    {
        await using var reader = await command.ExecuteReaderAsync();
        if (!await reader.ReadAsync())
            throw new UnreachableException();
        var mark = new JournalMark(reader.GetInt64(0), reader.GetFieldValue<byte[]>(1));
        int[] refused = each ? reader.GetFieldValue<int[]>(2) : [];
        await PostgresSideEffects.Read(reader, batch);
        while (await reader.NextResultAsync())
        {
        }

        return (mark, refused);
    }

    private void Settle(Batch batch, JournalMark mark, int[] refused)
    {
        foreach (var number in refused)
        {
            var append = rows.Appends[number - 1];
            if (Batch.MayWrite(append))
                Batch.Conflicted(append);
        }

        MarkStored(batch);
        NameStreams(mark.Position);
        batch.Mark = mark;
        if (refused.Length == 0 && rows.Events > 0)
            link.OnCommitted(mark, rows.LastHash);
        else
            link.OnCommitted(mark);
    }

    /// <summary>What the streams that began are called from now on: the position they began at.</summary>
    private void NameStreams(long position)
    {
        for (var i = rows.Appends.Count - 1; i >= 0; i--)
        {
            var append = rows.Appends[i];
            if (append.Fate != Fate.Stored)
                continue;
            position -= append.Events;
            if (append.FirstVersion == 1)
                append.Session.StreamId = position + 1;
        }
    }

    private static void MarkStored(Batch batch)
    {
        foreach (var operation in batch.Operations)
        {
            if (operation.Fate == Fate.Open)
                operation.Fate = Fate.Stored;
        }
    }
}
