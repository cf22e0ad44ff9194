using System.Data.Common;
using Npgsql;
using NpgsqlTypes;
using Pos.Journal.Writing;

namespace Pos.Journal.Postgres;

/// <summary>
/// The operations of a batch on wake-ups: ended and moved leases, leases of a dead owner, claims. They run behind the appends and in this
/// order. Nobody has been told of any of them yet, so the order in which they were queued does not matter.
/// </summary>
internal static class PostgresWakeUps
{
    private const string End =
        """
        DELETE FROM pos_journal.wake_ups w USING unnest($1, $2, $3, $4) AS c (stream, due, owner, leased_until)
        WHERE w.stream = c.stream AND w.due = c.due AND w.owner = c.owner AND w.leased_until = c.leased_until
        """;

    private const string Move =
        """
        UPDATE pos_journal.wake_ups w SET due = c.next, owner = NULL, leased_until = 0
        FROM unnest($1, $2, $3, $4, $5) AS c (stream, due, owner, leased_until, next)
        WHERE w.stream = c.stream AND w.due = c.due AND w.owner = c.owner AND w.leased_until = c.leased_until
        """;

    // Only a wake-up that was due can have been claimed. The index passes over the rest.
    private const string Free =
        """
        WITH freed AS
            (UPDATE pos_journal.wake_ups SET owner = NULL, leased_until = 0 WHERE due <= $1 AND owner = $2 RETURNING 1)
        SELECT count(*) FROM freed
        """;

    private const string Claim =
        """
        WITH found AS MATERIALIZED
            (SELECT stream FROM pos_journal.wake_ups WHERE due <= $1 AND leased_until <= $1 ORDER BY due, stream LIMIT $2)
        UPDATE pos_journal.wake_ups w SET owner = $3, leased_until = $4 FROM found f WHERE w.stream = f.stream RETURNING w.stream, w.due
        """;

    public static void Add(NpgsqlBatch command, Batch batch)
    {
        List<WakeUpCompletion>? ended = null;
        List<WakeUpCompletion>? moved = null;
        List<WakeUpLeasesEnd>? freed = null;
        List<WakeUpClaim>? claims = null;
        foreach (var operation in batch.Operations)
        {
            switch (operation)
            {
                case WakeUpCompletion { Next: null } end:
                    (ended ??= []).Add(end);
                    break;
                case WakeUpCompletion move:
                    (moved ??= []).Add(move);
                    break;
                case WakeUpLeasesEnd free:
                    (freed ??= []).Add(free);
                    break;
                case WakeUpClaim claim:
                    (claims ??= []).Add(claim);
                    break;
            }
        }

        if (ended is not null)
        {
            command.BatchCommands.Add(Leases(End, ended));
        }

        if (moved is not null)
        {
            var move = Leases(Move, moved);
            move.Parameters.Add(PostgresBatch.Array(NpgsqlDbType.Bigint, moved.ConvertAll(static m => m.Next!.Value.UtcTicks)));
            command.BatchCommands.Add(move);
        }

        freed?.ForEach(free => command.BatchCommands.Add(Freeing(free)));
        claims?.ForEach(claim => command.BatchCommands.Add(Claiming(claim)));
    }

    /// <summary>Reads the freed leases and the claims. The reader stands on the result of the appends.</summary>
    public static async Task Read(DbDataReader reader, Batch batch)
    {
        // Only these statements return rows. The reader passes over the others.
        foreach (var free in batch.Operations.OfType<WakeUpLeasesEnd>())
        {
            if (!await reader.NextResultAsync() || !await reader.ReadAsync())
            {
                throw new System.Diagnostics.UnreachableException();
            }

            free.Ended = (int)reader.GetInt64(0);
        }

        foreach (var operation in batch.Operations)
        {
            if (operation is not WakeUpClaim claim)
            {
                continue;
            }

            claim.Claimed.Clear();
            if (!await reader.NextResultAsync())
            {
                throw new System.Diagnostics.UnreachableException();
            }

            while (await reader.ReadAsync())
            {
                claim.Claimed.Add(new WakeUpLease(
                    StreamName.Parse(reader.GetString(0)), new DateTimeOffset(reader.GetInt64(1), TimeSpan.Zero), claim.Owner, claim.Until));
            }

            claim.Claimed.Sort(static (a, b) =>
                a.Due != b.Due ? a.Due.CompareTo(b.Due) : string.CompareOrdinal(a.Stream.Value, b.Stream.Value));
        }
    }

    private static NpgsqlBatchCommand Leases(string sql, List<WakeUpCompletion> completions)
    {
        var command = new NpgsqlBatchCommand(sql);
        command.Parameters.Add(PostgresBatch.Array(NpgsqlDbType.Text, completions.ConvertAll(static c => c.Claimed.Stream.Value)));
        command.Parameters.Add(PostgresBatch.Array(NpgsqlDbType.Bigint, completions.ConvertAll(static c => c.Claimed.Due.UtcTicks)));
        command.Parameters.Add(PostgresBatch.Array(NpgsqlDbType.Text, completions.ConvertAll(static c => c.Claimed.Owner)));
        command.Parameters.Add(PostgresBatch.Array(NpgsqlDbType.Bigint, completions.ConvertAll(static c => c.Claimed.LeasedUntil.UtcTicks)));
        return command;
    }

    private static NpgsqlBatchCommand Freeing(WakeUpLeasesEnd free)
    {
        var command = new NpgsqlBatchCommand(Free);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = free.DueUntil.UtcTicks });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = free.Owner });
        return command;
    }

    private static NpgsqlBatchCommand Claiming(WakeUpClaim claim)
    {
        var command = new NpgsqlBatchCommand(Claim);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = claim.Now.UtcTicks });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = claim.Limit });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = claim.Owner });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = claim.Until.UtcTicks });
        return command;
    }
}
