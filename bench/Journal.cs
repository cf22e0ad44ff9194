using System.Diagnostics;
using Npgsql;
using Pos.Journal;
using Pos.Journal.Postgres;
using Pos.Journal.Sqlite;
using Pos.Journal.Writing;

namespace Pos.Bench;

/// <summary>Durable appends through the journal's public API: events a second, and the wait of one caller.</summary>
internal static class Journal
{
    private const int PayloadBytes = 300;
    private const int RoundsCount = 5;
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RoundDuration = TimeSpan.FromSeconds(3);

    private static readonly Contender[] OnSqlite =
    [
        new("200 appenders", 200),
        new("200 appenders, no hash", 200, Hash: false),
        new("200 appenders, no head file", 200, HeadFile: false),
        new("200 appenders, neither", 200, Hash: false, HeadFile: false),
        new("1,000 appenders", 1_000),
        new("1 appender", 1),
    ];

    private static readonly Contender[] OnPostgres = [new("200 appenders", 200), new("1,000 appenders", 1_000), new("30 appenders", 30), new("1 appender", 1)];

    /// <param name="connection">Npgsql's connection string of a PostgreSQL; SQLite when null.</param>
    internal static Task RunAsync(string? connection) => connection is null
        ? CompareAsync(OnSqlite, OverSqliteAsync)
        : CompareAsync(OnPostgres, contender => OverPostgresAsync(contender, connection));

    private static async Task CompareAsync(Contender[] contenders, Func<Contender, Task<Round>> measure)
    {
        // Contenders take turns, so that a noisy moment of the machine meets all of them.
        var results = contenders.ToDictionary(c => c, _ => new List<Round>());
        for (var round = 0; round < RoundsCount; round++)
        {
            foreach (var contender in contenders)
            {
                results[contender].Add(await measure(contender));
            }
        }

        await Console.Out.WriteLineAsync($"{"",-30}{"events/s",10}{"p50 ms",9}{"p99 ms",9}{"max ms",9}{"server us",11}   medians of {RoundsCount}");
        foreach (var (contender, rounds) in results)
        {
            await Console.Out.WriteLineAsync(
                $"{contender.Name,-30}{rounds.Median(r => r.Rate),10:N0}{rounds.Median(r => r.P50),9:N2}"
                + $"{rounds.Median(r => r.P99),9:N2}{rounds.Median(r => r.Max),9:N2}{rounds.Median(r => r.ServerTime),11:N2}");
        }
    }

    private static async Task<Round> OverSqliteAsync(Contender contender)
    {
        var folder = Directory.CreateTempSubdirectory("pos-bench-journal-").FullName;
        try
        {
            using var instruments = new JournalInstruments();
            using var journal = SqliteJournal.Open(
                new SqliteJournalOptions { Path = folder }, TimeProvider.System, instruments, null,
                store => contender.HeadFile ? store : new WithoutHeadFile(store));
            journal.Hashing = contender.Hash;
            return await MeasureAsync(contender, journal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    // Every round has a new database on the same server.
    private static async Task<Round> OverPostgresAsync(Contender contender, string connection)
    {
        const string Database = "pos_bench_journal";
        await using var server = NpgsqlDataSource.Create(connection);
        await ExecuteAsync(server, $"DROP DATABASE IF EXISTS {Database} WITH (FORCE)");
        await ExecuteAsync(server, $"CREATE DATABASE {Database}");
        // Every round begins at the same distance from the next checkpoint.
        await ExecuteAsync(server, "CHECKPOINT");
        try
        {
            var options = new PostgresJournalOptions
            {
                ConnectionString = new NpgsqlConnectionStringBuilder(connection) { Database = Database }.ConnectionString,
            };
            using var instruments = new JournalInstruments();
            using var journal = PostgresJournal.Open(options, TimeProvider.System, instruments);
            var round = await MeasureAsync(contender, journal);
            return round with { ServerTime = await ServerTimeAsync(server) / round.Events };
        }
        finally
        {
            await ExecuteAsync(server, $"DROP DATABASE {Database} WITH (FORCE)");
        }
    }

    private static async Task ExecuteAsync(NpgsqlDataSource server, string sql)
    {
        await using var command = server.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    // Processor time of the session that writes, in microseconds, as long as the server runs on this machine.
    private static async Task<double> ServerTimeAsync(NpgsqlDataSource server)
    {
        await using var command = server.CreateCommand("SELECT pid FROM pg_stat_activity WHERE query LIKE '%pos_journal.append(%' AND pid <> pg_backend_pid()");
        var usage = $"/proc/{await command.ExecuteScalarAsync()}/schedstat";
        return File.Exists(usage)
            ? long.Parse((await File.ReadAllTextAsync(usage)).Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture) / 1_000.0
            : double.NaN;
    }

    private static async Task<Round> MeasureAsync(Contender contender, IJournal journal)
    {
        var begin = Stopwatch.GetTimestamp() + (long)(WarmUp.TotalSeconds * Stopwatch.Frequency);
        var end = begin + (long)(RoundDuration.TotalSeconds * Stopwatch.Frequency);
        var waits = await Task.WhenAll(Enumerable.Range(0, contender.Appenders).Select(i => AppendAsync(journal, i, begin, end)));
        double[] all = [.. waits.SelectMany(w => w).Order()];
        return new Round(journal.Head, all.Length / RoundDuration.TotalSeconds, all[all.Length / 2], all[(int)(all.Length * 0.99)], all[^1]);
    }

    internal static async Task<List<double>> AppendAsync(IJournal journal, int appender, long begin, long end)
    {
        await Task.Yield();
        var payload = new byte[PayloadBytes];
        Array.Fill(payload, (byte)'x');
        NewEvent[] events = [new("stock.reserved", 1, payload)];
        var context = new EventContext(
            TimeProvider.System.GetUtcNow(), "london", "till-7", "anna", $"order-{appender}", $"command-{appender}");
        var session = await journal.Open(new StreamName("stock", $"london/{appender:D6}"), new Nothing(), CancellationToken.None);
        var waits = new List<double>(4_096);
        for (var start = Stopwatch.GetTimestamp(); start < end; start = Stopwatch.GetTimestamp())
        {
            if (!session.TryAppend(events, context, WakeUpChange.Keep, out var result)
                || await result != AppendResult.Durable)
            {
                throw new InvalidOperationException("An append was not durable.");
            }

            if (start >= begin)
            {
                waits.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }
        }

        return waits;
    }

    /// <summary>Acknowledges batches that no head file confirms.</summary>
    private sealed class WithoutHeadFile(IJournalStore inner) : IJournalStore
    {
        public JournalMark Opened => inner.Opened;

        public IJournalReads Reads => inner.Reads;

        public CommitOutcome Commit(Batch batch) => inner.Commit(batch);

        public void LookUp(Batch batch) => inner.LookUp(batch);

        public void Confirm(JournalMark mark)
        {
        }

        public void Maintain() => inner.Maintain();

        public void Dispose() => inner.Dispose();
    }

    private sealed record Contender(string Name, int Appenders, bool Hash = true, bool HeadFile = true);

    private sealed record Round(long Events, double Rate, double P50, double P99, double Max, double ServerTime = double.NaN);

    private sealed class Nothing : IStreamFold
    {
        public int StateVersion => 1;

        public void Restore(ReadOnlyMemory<byte> state, long version)
        {
            // The benchmark only appends.
        }

        public void Apply(in RecordedEvent recorded)
        {
            // The benchmark only appends.
        }
    }
}
