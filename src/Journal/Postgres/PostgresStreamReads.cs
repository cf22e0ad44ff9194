using Npgsql;
using NpgsqlTypes;

namespace Pos.Journal.Postgres;

/// <summary>
/// Reads streams, many in one round trip: what is asked for while others are being read waits for them and travels together. Thousands
/// of orders a second begin by looking whether they are there, and each would cost the server more alone than storing its events does.
/// </summary>
internal sealed class PostgresStreamReads(PostgresReader reader, TimeSpan waitMax)
{
    private const int StreamsMax = 64;
    private const int RoundTripsMax = 2;

    private const string Sql =
        """
        SELECT e.position, e.stream, e.version, e.record, w.n
        FROM unnest($1, $2, $3) WITH ORDINALITY AS w (stream, after, most, n)
        CROSS JOIN LATERAL (
            SELECT * FROM pos_journal.events s WHERE s.stream = w.stream AND s.version > w.after ORDER BY s.stream, s.version LIMIT w.most) e
        """;

    private readonly Lock gate = new();
    private readonly Queue<Wanted> waiting = new();
    private int underWay;

    /// <summary>Adds the stream's events above a version to a page, ascending, at most so many.</summary>
    public async ValueTask Read(StreamName stream, long afterVersion, int limit, List<RecordedEvent> page, CancellationToken cancellationToken)
    {
        var wanted = new Wanted(StreamKey.Of(stream.Value), afterVersion, limit);
        var first = false;
        lock (gate)
        {
            waiting.Enqueue(wanted);
            if (underWay < RoundTripsMax)
            {
                underWay++;
                first = true;
            }
        }

        // On no caller's scheduler: others wait for it too.
        if (first)
            _ = Task.Run(ReadWhatWaits, CancellationToken.None);
        try
        {
            page.AddRange(await wanted.Found.Task.WaitAsync(waitMax, cancellationToken));
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
                    wanted.Found.TrySetException(failed);
            }
        }
    }

    private List<Wanted> Take()
    {
        var together = new List<Wanted>();
        lock (gate)
        {
            while (together.Count < StreamsMax && waiting.TryDequeue(out var wanted))
                together.Add(wanted);
            if (together.Count == 0)
                underWay--;
        }

        return together;
    }

    private async Task ReadTogether(List<Wanted> together)
    {
        var found = await reader.Read(
            Sql, static row => (Number: (int)row.GetInt64(4) - 1, Event: ReadEvent(row)), [], CancellationToken.None,
            PostgresBatch.Array(NpgsqlDbType.Uuid, together.ConvertAll(static w => w.Stream)),
            PostgresBatch.Array(NpgsqlDbType.Bigint, together.ConvertAll(static w => w.AfterVersion)),
            PostgresBatch.Array(NpgsqlDbType.Bigint, together.ConvertAll(static w => (long)w.Limit)));
        foreach (var (number, (recorded, corrupt)) in found)
        {
            var wanted = together[number];
            if (corrupt is not null)
                wanted.Found.TrySetException(corrupt);
            else
                wanted.Page.Add(recorded);
        }

        foreach (var wanted in together)
            wanted.Found.TrySetResult(wanted.Page);
    }

    // What is wrong with one stream is no other's business.
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

    private sealed record Wanted(Guid Stream, long AfterVersion, int Limit)
    {
        public List<RecordedEvent> Page { get; } = [];

        public TaskCompletionSource<List<RecordedEvent>> Found { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
