using System.Runtime.CompilerServices;
using Npgsql;

namespace Pos.Journal.Postgres;

/// <summary>
/// The whole journal as it is at one moment, read in one REPEATABLE READ transaction. Later commits are not seen, and neither reader nor
/// writers wait. Needs no right but to read.
/// </summary>
public sealed class PostgresSnapshot : IAsyncDisposable
{
    private readonly PostgresConnections _connections;
    private readonly NpgsqlConnection _connection;

    private PostgresSnapshot(PostgresConnections connections, NpgsqlConnection connection)
    {
        _connections = connections;
        _connection = connection;
    }

    /// <summary>How far the journal says it reaches.</summary>
    public JournalMark Mark { get; private set; }

    /// <summary>Takes the snapshot.</summary>
    /// <exception cref="JournalRefusedException">
    /// The connection string is missing or cannot be read, there is no journal, or an older or newer program made it.
    /// </exception>
    /// <exception cref="JournalUnavailableException">It cannot be read now.</exception>
    public static async ValueTask<PostgresSnapshot> Open(PostgresJournalOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        var connections = PostgresConnections.Create(options);
        NpgsqlConnection? connection = null;
        try
        {
            connection = await connections.Reading.OpenConnectionAsync(cancellationToken);
            PostgresSchema.Check(connection, connections.Place);
            var snapshot = new PostgresSnapshot(connections, connection);
            await snapshot.Begin(cancellationToken);
            return snapshot;
        }
        catch (Exception failed)
        {
            if (connection is not null)
            {
                await connection.DisposeAsync();
            }

            connections.Dispose();
            if (failed is NpgsqlException or System.Net.Sockets.SocketException or TimeoutException)
            {
                throw new JournalUnavailableException($"The {connections.Place} cannot be read: {failed.Message}", failed);
            }

            throw;
        }
    }

    /// <summary>Every event, by position from the first. Once.</summary>
    /// <exception cref="JournalUnavailableException">The connection was lost on the way.</exception>
    /// <exception cref="JournalCorruptException">What a row holds is no event, or another one than the row says.</exception>
    public async IAsyncEnumerable<RecordedEvent> ReadAll([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var names = new Dictionary<long, int>();
        await foreach (var row in Read(PostgresReader.Columns + "ORDER BY position", cancellationToken))
        {
            var recorded = PostgresReader.ReadEvent(row);
            var name = NameHash(recorded.Stream.Value);
            if (!names.TryAdd(row.GetInt64(1), name) && names[row.GetInt64(1)] != name)
            {
                throw new JournalCorruptException($"The event at position {recorded.Position} is filed under another stream than '{recorded.Stream}'.");
            }

            yield return recorded;
        }

        // A stream whose name does not lead to its events looks empty to whoever opens it.
        await foreach (var row in Read("SELECT id, name FROM pos_journal.streams", cancellationToken))
        {
            if (names.TryGetValue(row.GetInt64(0), out var name) && name == NameHash(row.GetString(1)))
            {
                names.Remove(row.GetInt64(0));
            }
        }

        foreach (var unnamed in names.Keys)
        {
            throw new JournalCorruptException($"The stream that began at position {unnamed} is not in the list of streams.");
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _connection.DisposeAsync();
        _connections.Dispose();
    }

    // Enough to notice a mistake, in little memory.
    private static int NameHash(string name) => string.GetHashCode(name, StringComparison.Ordinal);

    private async IAsyncEnumerable<NpgsqlDataReader> Read(string sql, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // No time-out: the whole journal may take long, and the caller can cancel.
        await using var command = new NpgsqlCommand(sql, _connection) { CommandTimeout = 0 };
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await Next(reader, cancellationToken))
        {
            yield return reader;
        }
    }

    private static async ValueTask<bool> Next(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        try
        {
            return await reader.ReadAsync(cancellationToken);
        }
        catch (Exception failed) when (failed is NpgsqlException or IOException)
        {
            throw new JournalUnavailableException("The journal's database cannot be read any more.", failed);
        }
    }

    private async Task Begin(CancellationToken cancellationToken)
    {
        await using (var begin = new NpgsqlCommand("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", _connection))
        {
            await begin.ExecuteNonQueryAsync(cancellationToken);
        }

        await using var head = new NpgsqlCommand("SELECT position, running FROM pos_journal.head", _connection);
        await using var reader = await head.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
        {
            throw new JournalRefusedException($"There is no head in {_connections.Place}.");
        }

        Mark = new JournalMark(reader.GetInt64(0), reader.GetFieldValue<byte[]>(1));
    }
}
