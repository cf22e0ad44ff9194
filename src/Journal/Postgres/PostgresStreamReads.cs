using Npgsql;
using NpgsqlTypes;

namespace Pos.Journal.Postgres;

/// <summary>
/// Reads many streams in one round trip: requests that come while others are being read wait and then travel together. Thousands of
/// orders a second begin by looking whether they exist. Alone, each look would cost the server more than storing the order's events.
/// </summary>
internal sealed class PostgresStreamReads(PostgresReader reader, TimeSpan waitMax)
{
    private const int StreamsMax = 64;
    private const int RoundTripsMax = 2;

    private const string Sql =
        """
        SELECT e.position, e.stream, e.version, e.record, w.n
        FROM unnest($1, $2, $3) WITH ORDINALITY AS w (name, after, most, n)
        JOIN pos_journal.streams s ON s.name = w.name
        CROSS JOIN LATERAL (
            SELECT * FROM pos_journal.events x WHERE x.stream = s.id AND x.version > w.after ORDER BY x.stream, x.version LIMIT w.most) e
        """;

    private readonly Lock _gate = new();
    private readonly Queue<Wanted> _waiting = new();
    private int _underWay;

    /// <summary>Adds the stream's events above a version to a page, ascending, at most so many.</summary>
    /// <returns>The store's id of the stream; 0 when no event was found.</returns>
    public async ValueTask<long> Read(StreamName stream, long afterVersion, int limit, List<RecordedEvent> page, CancellationToken cancellationToken)
    {
        var wanted = new Wanted(stream, afterVersion, limit);
        var first = false;
        lock (_gate)
        {
            _waiting.Enqueue(wanted);
            if (_underWay < RoundTripsMax)
            {
                _underWay++;
                first = true;
            }
        }

        // On the thread pool and not on the caller's scheduler: other callers wait for it too.
        if (first)
        {
            _ = Task.Run(ReadWhatWaits, CancellationToken.None);
        }

        try
        {
            await wanted.Found.Task.WaitAsync(waitMax, cancellationToken);
            page.AddRange(wanted.Page);
            return wanted.Id;
        }
        catch (TimeoutException late)
        {
            throw new JournalUnavailableException("The journal's database cannot be read now.", late);
        }
    }

    private async Task ReadWhatWaits()
    {
        while (Take() is { Count: > 0 } together)
        {
            try
            {
                await ReadTogether(together);
            }
            catch (Exception failed)
            {
                foreach (var wanted in together)
                {
                    wanted.Found.TrySetException(failed);
                }
            }
        }
    }

    private List<Wanted> Take()
    {
        var together = new List<Wanted>();
        lock (_gate)
        {
            while (together.Count < StreamsMax && _waiting.TryDequeue(out var wanted))
            {
                together.Add(wanted);
            }

            if (together.Count == 0)
            {
                _underWay--;
            }
        }

        return together;
    }

    private async Task ReadTogether(List<Wanted> together)
    {
        var found = await reader.Read(
            Sql, static row => (Number: (int)row.GetInt64(4) - 1, Id: row.GetInt64(1), Event: ReadEvent(row)), [], CancellationToken.None,
            PostgresBatch.Array(NpgsqlDbType.Text, together.ConvertAll(static w => w.Stream.Value)),
            PostgresBatch.Array(NpgsqlDbType.Bigint, together.ConvertAll(static w => w.AfterVersion)),
            PostgresBatch.Array(NpgsqlDbType.Bigint, together.ConvertAll(static w => (long)w.Limit)));
        foreach (var (number, id, (recorded, corrupt)) in found)
        {
            together[number].Take(id, recorded, corrupt);
        }

        foreach (var wanted in together)
        {
            wanted.Found.TrySetResult();
        }
    }

    // A corrupt stream fails its own reader alone.
    private static (RecordedEvent Event, JournalCorruptException? Corrupt) ReadEvent(NpgsqlDataReader row)
    {
        try
        {
            return (PostgresReader.ReadEvent(row), null);
        }
        catch (JournalCorruptException corrupt)
        {
            return (default, corrupt);
        }
    }

    private sealed record Wanted(StreamName Stream, long AfterVersion, int Limit)
    {
        public List<RecordedEvent> Page { get; } = [];

        public long Id { get; private set; }

        public TaskCompletionSource Found { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Take(long id, in RecordedEvent recorded, JournalCorruptException? corrupt)
        {
            Id = id;
            if (corrupt is null && recorded.Stream == Stream)
            {
                Page.Add(recorded);
            }
            else
            {
                Found.TrySetException(corrupt ?? new JournalCorruptException($"'{recorded.Stream}' is filed under '{Stream}' (position {recorded.Position})."));
            }
        }
    }
}
