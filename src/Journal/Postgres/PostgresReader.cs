using System.Text;
using Npgsql;
using NpgsqlTypes;
using Pos.Journal.Writing;

namespace Pos.Journal.Postgres;

/// <summary>Reads on pooled connections. A read that meets a connection which died while it lay idle is tried once more.</summary>
internal sealed class PostgresReader : IJournalReads
{
    /// <summary>Selects the columns of <see cref="ReadEvent"/>.</summary>
    internal const string Columns = "SELECT position, stream, version, record FROM pos_journal.events ";

    // Where the stream's name stands in a record, from 1.
    private const int NameAt = 6;

    private readonly PostgresConnections _connections;
    private readonly PostgresLink _link;
    private readonly PostgresStreamReads _streams;

    public PostgresReader(PostgresConnections connections, PostgresLink link)
    {
        _connections = connections;
        _link = link;
        _streams = new PostgresStreamReads(this, connections.CommandMax);
    }

    public ValueTask<long> ReadStream(
        StreamName stream, long afterVersion, int limit, List<RecordedEvent> page, CancellationToken cancellationToken)
    {
        RequireFenced();
        return _streams.Read(stream, afterVersion, limit, page, cancellationToken);
    }

    public ValueTask ReadAll(
        long afterPosition, long upToPosition, string? categories, int limit, List<RecordedEvent> page, CancellationToken cancellationToken)
    {
        if (categories is null)
        {
            return ReadEvents(
                Columns + "WHERE position > $1 AND position <= $2 ORDER BY position LIMIT $3", page, cancellationToken,
                Number(afterPosition), Number(upToPosition), Number(limit));
        }

        // The first bytes of a name tell most other categories apart; the whole name is compared only where they match.
        string[] wanted = [.. categories.Split('/', StringSplitOptions.RemoveEmptyEntries).Select(static c => c + "/")];
        var bytes = wanted.Length == 0 ? 0 : wanted.Min(Encoding.UTF8.GetByteCount);
        return ReadEvents(
            $"""
            {Columns}WHERE position > $1 AND position <= $2 AND substr(record, {NameAt}, $3) = ANY ($4)
              AND EXISTS (SELECT FROM unnest($5) c WHERE substr(record, {NameAt}, length(c)) = c) ORDER BY position LIMIT $6
            """,
            page, cancellationToken, Number(afterPosition), Number(upToPosition), new NpgsqlParameter<int> { TypedValue = bytes },
            PostgresBatch.Array(NpgsqlDbType.Bytea, [.. wanted.Select(c => Encoding.UTF8.GetBytes(c)[..bytes])]),
            PostgresBatch.Array(NpgsqlDbType.Bytea, [.. wanted.Select(Encoding.UTF8.GetBytes)]), Number(limit));
    }

    public ValueTask ReadStreams(
        string category, string afterStream, long afterVersion, long upToPosition, int limit, List<RecordedEvent> page,
        CancellationToken cancellationToken) =>
        ReadEvents(
            """
            SELECT e.position, e.stream, e.version, e.record
            FROM (SELECT name, id FROM pos_journal.streams WHERE name >= $1 AND name < $3 ORDER BY name) s
            CROSS JOIN LATERAL (
                SELECT * FROM pos_journal.events x
                WHERE x.stream = s.id AND x.version > CASE WHEN s.name = $1 THEN $2 ELSE 0 END AND x.position <= $4
                ORDER BY x.stream, x.version LIMIT $5) e
            LIMIT $5
            """,
            page, cancellationToken, Text(afterStream), Number(afterVersion), Text(Beyond(category)), Number(upToPosition), Number(limit));

    public async ValueTask<SnapshotRecord?> ReadSnapshot(StreamName stream, CancellationToken cancellationToken)
    {
        RequireFenced();
        var found = await Read(
            "SELECT state, state_version, version, hash FROM pos_journal.snapshots WHERE stream = $1",
            static row => new SnapshotRecord(row.GetFieldValue<byte[]>(0), row.GetInt32(1), row.GetInt64(2), row.GetFieldValue<byte[]>(3)),
            [], cancellationToken, Text(stream.Value));
        return found.Count == 0 ? null : found[0];
    }

    /// <summary>Saves a snapshot in a transaction of its own, behind the commit of its last event.</summary>
    public async ValueTask SaveSnapshot(SnapshotWrite snapshot, CancellationToken cancellationToken) => await Read(
        """
        INSERT INTO pos_journal.snapshots AS s (stream, version, state_version, hash, state)
        SELECT b.name, e.version, $3, pos_journal.hash_in(e.record), $4
        FROM pos_journal.streams b JOIN pos_journal.events e ON e.stream = b.id WHERE b.name = $1 AND e.version = $2
        ON CONFLICT (stream) DO UPDATE
        SET version = excluded.version, state_version = excluded.state_version, hash = excluded.hash, state = excluded.state
        WHERE excluded.version >= s.version OR excluded.state_version <> s.state_version
        """,
        static _ => true, [], cancellationToken, Text(snapshot.Stream.Value), Number(snapshot.Version),
        new NpgsqlParameter<int> { TypedValue = snapshot.StateVersion }, new NpgsqlParameter<ReadOnlyMemory<byte>> { TypedValue = snapshot.State });

    public async ValueTask<IReadOnlyList<WakeUpLease>> ListWakeUps(string category, string store, string afterKey, int limit, CancellationToken cancellationToken) =>
        await Read(
            """
            SELECT w.stream, w.due, w.owner, w.leased_until FROM pos_journal.wake_ups w
            WHERE w.stream > $1 AND w.stream < $2
              AND ($4 = '' OR EXISTS (SELECT FROM pos_journal.streams s WHERE s.name = w.stream AND s.store = $4))
            ORDER BY w.stream LIMIT $3
            """,
            static row => new WakeUpLease(
                StreamName.Parse(row.GetString(0)), new DateTimeOffset(row.GetInt64(1), TimeSpan.Zero),
                row.IsDBNull(2) ? "" : row.GetString(2), new DateTimeOffset(row.GetInt64(3), TimeSpan.Zero)),
            [], cancellationToken, Text($"{category}/{afterKey}"), Text(Beyond(category)), Number(limit), Text(store));

    public async ValueTask<IReadOnlyList<StreamListing>> ListStreams(
        string store, string category, long afterPosition, long upToPosition, int limit, CancellationToken cancellationToken) =>
        await Read(
            """
            SELECT name, id FROM pos_journal.streams
            WHERE store = $1 AND id > $2 AND id <= $3 AND name >= $4 AND name < $5
            ORDER BY store, id LIMIT $6
            """,
            static row => new StreamListing(StreamName.Parse(row.GetString(0)), row.GetInt64(1)),
            [], cancellationToken, Text(store), Number(afterPosition), Number(upToPosition), Text(category + "/"), Text(Beyond(category)),
            Number(limit));

    /// <summary>How far the database says it reaches, and the last position there is an event at.</summary>
    public async ValueTask<(JournalMark Mark, long Last)> ReadHead(CancellationToken cancellationToken)
    {
        var found = await Read(
            "SELECT h.position, h.running, coalesce((SELECT max(e.position) FROM pos_journal.events e), 0) FROM pos_journal.head h",
            static row => (new JournalMark(row.GetInt64(0), row.GetFieldValue<byte[]>(1)), row.GetInt64(2)), [], cancellationToken);
        return found[0];
    }

    /// <summary>Reads one row of <see cref="Columns"/>.</summary>
    /// <exception cref="JournalCorruptException">The bytes are no event, or another one than the row says.</exception>
    internal static RecordedEvent ReadEvent(NpgsqlDataReader row)
    {
        var position = row.GetInt64(0);
        var record = row.GetFieldValue<byte[]>(3);
        try
        {
            var encoded = record.AsMemory(..^ChainHash.Size);
            var recorded = EncodedEvent.Decode(encoded.Span, position, record.AsMemory(encoded.Length));
            if (recorded.Version == row.GetInt64(2) && (recorded.Version > 1 || position == row.GetInt64(1)) && EncodedEvent.Measure(encoded.Span) == encoded.Length)
            {
                return recorded;
            }
        }
        catch (Exception e) when (e is ArgumentException or FormatException or OverflowException or IndexOutOfRangeException)
        {
            throw new JournalCorruptException($"The event at position {position} cannot be read.", e);
        }

        throw new JournalCorruptException($"The event at position {position} is not the one that its row names.");
    }

    /// <summary>
    /// While an attempt that was given up may still come through, a stream that is opened could end before its events: opening waits for
    /// the fence.
    /// </summary>
    private void RequireFenced()
    {
        if (_link.OwesFence)
        {
            throw new JournalUnavailableException("The outcome of an earlier commit is not known yet.");
        }
    }

    // '0' is the character behind '/': everything between the two begins with the category and a slash.
    private static string Beyond(string category) => category + "0";

    private static NpgsqlParameter<string> Text(string value) => new() { TypedValue = value };

    private static NpgsqlParameter<long> Number(long value) => new() { TypedValue = value };

    private async ValueTask ReadEvents(
        string sql, List<RecordedEvent> page, CancellationToken cancellationToken, params NpgsqlParameter[] parameters) =>
        await Read(sql, ReadEvent, page, cancellationToken, parameters);

    /// <summary>Runs a query and adds its rows to a list.</summary>
    public async ValueTask<List<T>> Read<T>(
        string sql, Func<NpgsqlDataReader, T> read, List<T> into, CancellationToken cancellationToken, params NpgsqlParameter[] parameters)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                // A read that takes too long is left behind. Its connection goes back to the pool when the server answers.
                into.AddRange(await Read(sql, read, parameters).WaitAsync(_connections.CommandMax, cancellationToken));
                return into;
            }
            catch (Exception failed) when (PostgresLink.IsFailure(failed))
            {
                if (attempt == 2 || failed is TimeoutException or PostgresException { InvariantSeverity: "ERROR" } || failed.InnerException is TimeoutException)
                {
                    throw new JournalUnavailableException("The journal's database cannot be read now.", failed);
                }
            }
        }
    }

    private async Task<List<T>> Read<T>(string sql, Func<NpgsqlDataReader, T> read, NpgsqlParameter[] parameters)
    {
        var rows = new List<T>();
        await using var command = _connections.Reading.CreateCommand(sql);
        foreach (var parameter in parameters)
        {
            command.Parameters.Add(parameter.Clone());
        }

        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
        {
            rows.Add(read(reader));
        }

        return rows;
    }
}
