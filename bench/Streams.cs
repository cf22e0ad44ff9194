using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Hosting;
using Orleans.Runtime;
using Orleans.Streams;
using Pos.Journal;
using Pos.Journal.Sqlite;
using Pos.Streams;

namespace Pos.Bench;

/// <summary>The journal's streams in one silo on a SQLite journal: latency from commit to handler, and events a second into a trivial fold.</summary>
internal static class Streams
{
    private const int StoresCount = 64;
    private const int LatencyEvents = 5_000;
    private const int ThroughputEvents = 1_000_000;
    private const int AppendEvents = 100;

    internal static async Task RunAsync()
    {
        var folder = Directory.CreateTempSubdirectory("pos-bench-streams-").FullName;
        using var instruments = new JournalInstruments();
        using (var journal = SqliteJournal.Open(new SqliteJournalOptions { Path = folder }, TimeProvider.System, instruments))
        {
            var writers = await Task.WhenAll(Enumerable.Range(0, StoresCount).Select(i => Writer.Open(journal, $"s{i}")));
            var builder = Host.CreateApplicationBuilder();
            builder.Logging.SetMinimumLevel(LogLevel.Warning);
            builder.Services.AddSingleton<IJournal>(journal);
            builder.UseOrleans(silo => silo.UseLocalhostClustering(FreePort.Next(), FreePort.Next()).AddJournalStreams());
            using var host = builder.Build();
            await host.StartAsync();
            foreach (var writer in writers)
            {
                await writer.Append(1);
            }

            await Until(StoresCount);

            StreamBenchConsumer.Watch();
            for (var i = 0; i < LatencyEvents; i++)
            {
                await writers[i % StoresCount].Append(1);
            }

            await Until(StoresCount + LatencyEvents);
            var latencies = StreamBenchConsumer.Latencies();
            await Console.Out.WriteLineAsync(
                $"commit to handler, one event at a time: p50 {latencies[latencies.Length / 2]:F1} ms, p99 {latencies[latencies.Length * 99 / 100]:F1} ms, most {latencies[^1]:F1} ms");
            await host.StopAsync();

            // Written while no silo runs, so that the journal's writer takes no part in what is measured.
            var appends = ThroughputEvents / AppendEvents / StoresCount;
            await Task.WhenAll(writers.Select(async writer =>
            {
                for (var i = 0; i < appends; i++)
                {
                    await writer.Append(AppendEvents);
                }
            }));
            StreamBenchConsumer.Forget();
            builder = Host.CreateApplicationBuilder();
            builder.Logging.SetMinimumLevel(LogLevel.Warning);
            builder.Services.AddSingleton<IJournal>(journal);
            builder.UseOrleans(silo => silo.UseLocalhostClustering(FreePort.Next(), FreePort.Next()).AddJournalStreams(configure: static options => options.Partitions = 1));
            using var second = builder.Build();
            var processor = Process.GetCurrentProcess().TotalProcessorTime;
            await second.StartAsync();
            var began = Stopwatch.GetTimestamp();
            await Until(journal.Head);
            var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
            var cost = (Process.GetCurrentProcess().TotalProcessorTime - processor).TotalMicroseconds / journal.Head;
            await Console.Out.WriteLineAsync(
                $"{journal.Head:N0} events of {StoresCount} stores from the journal's first event on: {journal.Head / seconds:N0} events/s, {cost:F2} us of processor time an event");
            await second.StopAsync();
        }

        Directory.Delete(folder, recursive: true);
    }

    private static async Task Until(long taken)
    {
        while (StreamBenchConsumer.Taken < taken)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
        }
    }

    private sealed class Writer(JournalSession session, string store)
    {
        private static readonly byte[] Payload = new byte[300];

        public static async Task<Writer> Open(SqliteJournal journal, string store) =>
            new(await journal.Open(new StreamName("bench", store), new Nothing(), CancellationToken.None), store);

        public async Task Append(int count)
        {
            var events = new NewEvent[count];
            Array.Fill(events, new NewEvent("bench.happened", 1, Payload));
            Task<AppendResult> result;
            while (!session.TryAppend(events, new EventContext(TimeProvider.System.GetUtcNow(), store), WakeUpChange.Keep, out result))
            {
                await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System);
            }

            await result;
            StreamBenchConsumer.OnCommitted(store);
        }
    }

    private sealed class Nothing : IStreamFold
    {
        public int StateVersion => 0;

        public void Restore(ReadOnlyMemory<byte> state, long version)
        {
        }

        public void Apply(in RecordedEvent recorded)
        {
        }
    }
}

/// <summary>Counts the events of a store, and how long the last one took from its commit.</summary>
[GrainType("streambench")]
[ImplicitStreamSubscription(JournalStreams.Namespace)]
internal sealed class StreamBenchConsumer : Grain, IGrainWithStringKey, IAsyncObserver<JournalBatch>
{
    private static readonly ConcurrentDictionary<string, long> Committed = new();
    private static readonly ConcurrentDictionary<string, long> Handled = new();
    private static readonly ConcurrentDictionary<string, long> Positions = new();
    private static readonly ConcurrentBag<double> Measured = [];
    private static bool _watches;
    private static long _taken;
    private string _store = "";

    public static long Taken => Interlocked.Read(ref _taken);

    public static void Watch() => _watches = true;

    public static double[] Latencies() => [.. Measured.Order()];

    public static void Forget()
    {
        _watches = false;
        Interlocked.Exchange(ref _taken, 0);
        Positions.Clear();
    }

    // The handler may be there before the writer has heard that its event is durable: that counts as no time.
    public static void OnCommitted(string store) => Measure(store, Committed, Handled);

    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        _store = this.GetPrimaryKeyString();
        var stream = this.GetStreamProvider(JournalStreams.Provider).GetStream<JournalBatch>(JournalStreams.StreamOf(_store));
        foreach (var handle in await stream.GetAllSubscriptionHandles())
        {
            await handle.ResumeAsync(this, new JournalToken(Positions.GetValueOrDefault(_store)));
        }
    }

    public Task OnNextAsync(JournalBatch item, StreamSequenceToken? token = null)
    {
        var position = Positions.GetValueOrDefault(_store);
        if (item.UpTo > position)
        {
            if (item.After > position)
            {
                throw new InvalidOperationException($"{_store}: a gap behind {position}, the batch begins behind {item.After}.");
            }

            Interlocked.Add(ref _taken, item.Events.Count(recorded => recorded.Position > position));
            Positions[_store] = item.UpTo;
            Measure(_store, Handled, Committed);
        }

        return Task.CompletedTask;
    }

    public Task OnErrorAsync(Exception ex) => Task.CompletedTask;

    private static void Measure(string store, ConcurrentDictionary<string, long> mine, ConcurrentDictionary<string, long> other)
    {
        if (!_watches)
        {
            return;
        }

        var now = Stopwatch.GetTimestamp();
        if (other.TryRemove(store, out var then))
        {
            Measured.Add(ReferenceEquals(mine, Handled) ? Stopwatch.GetElapsedTime(then, now).TotalMilliseconds : 0);
        }
        else
        {
            mine[store] = now;
        }
    }
}
