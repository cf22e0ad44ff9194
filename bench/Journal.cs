using System.Diagnostics;
using Pos.Journal;
using Pos.Journal.Sqlite;

namespace Pos.Bench;

/// <summary>Durable appends through the journal's public API: events a second, and how long one caller waits.</summary>
internal static class Journal
{
    private const int PayloadBytes = 300;
    private const int RoundsCount = 5;
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RoundDuration = TimeSpan.FromSeconds(3);

    internal static async Task RunAsync()
    {
        Contender[] contenders =
        [
            new("200 appenders", 200, true, true),
            new("200 appenders, no hash", 200, false, true),
            new("200 appenders, no head file", 200, true, false),
            new("200 appenders, neither", 200, false, false),
            new("1,000 appenders", 1_000, true, true),
            new("1 appender", 1, true, true),
        ];
        // Contenders take turns, so that a noisy moment of the machine meets all of them.
        var results = contenders.ToDictionary(c => c, _ => new List<Round>());
        for (var round = 0; round < RoundsCount; round++)
        {
            foreach (var contender in contenders)
                results[contender].Add(await MeasureAsync(contender));
        }

        await Console.Out.WriteLineAsync($"{"",-30}{"events/s",10}{"p50 ms",9}{"p99 ms",9}{"max ms",9}   medians of {RoundsCount}");
        foreach (var (contender, rounds) in results)
        {
            await Console.Out.WriteLineAsync(
                $"{contender.Name,-30}{Median(rounds, r => r.Rate),10:N0}{Median(rounds, r => r.P50),9:N2}"
                + $"{Median(rounds, r => r.P99),9:N2}{Median(rounds, r => r.Max),9:N2}");
        }
    }

    private static double Median(List<Round> rounds, Func<Round, double> of) => rounds.Select(of).Order().ElementAt(rounds.Count / 2);

    private static async Task<Round> MeasureAsync(Contender contender)
    {
        var folder = Directory.CreateTempSubdirectory("pos-bench-journal-").FullName;
        try
        {
            using var instruments = new JournalInstruments();
            using var journal = SqliteJournal.Open(new SqliteJournalOptions { Path = folder }, TimeProvider.System, instruments);
            journal.Hashing = contender.Hash;
            journal.HeadFileOn = contender.HeadFile;
            var begin = Stopwatch.GetTimestamp() + (long)(WarmUp.TotalSeconds * Stopwatch.Frequency);
            var end = begin + (long)(RoundDuration.TotalSeconds * Stopwatch.Frequency);
            var waits = await Task.WhenAll(Enumerable.Range(0, contender.Appenders).Select(i => AppendAsync(journal, i, begin, end)));
            double[] all = [.. waits.SelectMany(w => w).Order()];
            return new Round(all.Length / RoundDuration.TotalSeconds, all[all.Length / 2], all[(int)(all.Length * 0.99)], all[^1]);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
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
            if (session.TryAppend(events, context, WakeUpChange.Keep, out var result) != AppendAdmission.Admitted
                || await result != AppendResult.Durable)
                throw new InvalidOperationException("An append was not durable.");
            if (start >= begin)
                waits.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        return waits;
    }

    private sealed record Contender(string Name, int Appenders, bool Hash, bool HeadFile);

    private sealed record Round(double Rate, double P50, double P99, double Max);

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
