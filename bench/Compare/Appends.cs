using System.Diagnostics;
using Pos.Journal;
using Pos.Journal.Postgres;
using Pos.Journal.Sqlite;
using Pos.Tests.Rigs;

namespace Pos.Bench.Compare;

/// <summary>Durable appends of one event through the journal's public contract, hash included.</summary>
internal static class Appends
{
    public static async Task<Figure> OnSqlite(int appenders, TimeSpan turn)
    {
        var folder = Directory.CreateTempSubdirectory("pos-bench-journal-").FullName;
        try
        {
            using var instruments = new JournalInstruments();
            using var journal = SqliteJournal.Open(new SqliteJournalOptions { Path = folder }, TimeProvider.System, instruments);
            return await Measure(journal, appenders, turn);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Every turn has an empty database. Otherwise the turn would include reading back the events of earlier rounds.</summary>
    public static async Task<Figure> OnPostgres(PostgresServer postgres, int appenders, TimeSpan turn)
    {
        var connectionString = postgres.ConnectionString(postgres.CreateDatabase());
        using var instruments = new JournalInstruments();
        using var journal = PostgresJournal.Open(new PostgresJournalOptions { ConnectionString = connectionString }, TimeProvider.System, instruments);
        return await Measure(journal, appenders, turn);
    }

    private static async Task<Figure> Measure(IJournal journal, int appenders, TimeSpan turn)
    {
        var begin = Stopwatch.GetTimestamp();
        var end = begin + (long)(turn.TotalSeconds * Stopwatch.Frequency);
        var waits = await Task.WhenAll(Enumerable.Range(0, appenders).Select(i => Bench.Journal.AppendAsync(journal, i, begin, end)));
        var seconds = Stopwatch.GetElapsedTime(begin).TotalSeconds;
        double[] all = [.. waits.SelectMany(wait => wait).Order()];
        return new Figure(all.Length / seconds, all.Average(), all[(int)(all.Length * 0.99)]);
    }
}
