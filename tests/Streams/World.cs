using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Runtime;
using Orleans.Storage;
using Orleans.TestingHost;
using Pos.Journal;
using Pos.Journal.Postgres;
using Pos.Journal.Sqlite;
using Pos.Journal.Tail;
using Pos.Streams;
using Pos.Streams.Storage;

namespace Pos.Tests;

/// <summary>A journal, a storage, and clusters that come and go over them.</summary>
internal sealed class World : IAsyncDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pos-streams-").FullName;
    private readonly JournalInstruments _instruments = new();
    private readonly ConcurrentDictionary<string, JournalSession> _sessions = new();
    private readonly ConcurrentDictionary<string, long> _counted = new();
    private readonly MeterListener _listener = new();
    private readonly Action<JournalStreamsOptions> _configure;
    private readonly IConfiguration? _postgres;
    private readonly IDisposable _opened;
    private InProcessTestCluster? _cluster;
    private bool _isDisposed;

    /// <param name="configure">Settings of the streams.</param>
    /// <param name="postgres">A database in which journal and states are, each silo with connections of its own. Null: all share one SQLite journal.</param>
    public World(Action<JournalStreamsOptions>? configure = null, string? postgres = null)
    {
        _configure = configure ?? (static _ => { });
        if (postgres is null)
        {
            var journal = SqliteJournal.Open(new SqliteJournalOptions { Path = _folder }, TimeProvider.System, _instruments);
            (Journal, _opened) = (journal, journal);
        }
        else
        {
            var patience = TimeSpan.FromSeconds(30);
            var journal = PostgresJournal.Open(
                new PostgresJournalOptions { ConnectionString = postgres, CommandTimeout = patience, ConnectTimeout = patience }, TimeProvider.System, _instruments);
            (Journal, _opened) = (journal, journal);
            _postgres = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
            {
                ["Journal:Provider"] = "postgres",
                ["Journal:CommandTimeout"] = "00:00:30",
                ["Journal:ConnectTimeout"] = "00:00:30",
                ["ConnectionStrings:Journal"] = postgres,
            }).Build();
        }

        _listener.InstrumentPublished = static (instrument, listener) =>
        {
            if (instrument.Meter.Name == "Pos.Streams")
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => _counted.AddOrUpdate(instrument.Name, value, (_, sum) => sum + value));
        _listener.Start();
    }

    public IJournal Journal { get; }

    public SharedStorage Storage { get; } = new();

    public Script Script { get; } = new();

    public InProcessTestCluster Cluster => _cluster!;

    /// <summary>What else each silo has.</summary>
    public Action<ISiloBuilder> Also { get; set; } = static _ => { };

    /// <summary>Positions by store.</summary>
    public Dictionary<string, List<long>> Written { get; } = [];

    public long Counted(string instrument) => _counted.GetValueOrDefault(instrument);

    public async Task Start(short silos = 1)
    {
        var builder = new InProcessTestClusterBuilder(silos);
        builder.ConfigureSilo((_, silo) =>
        {
            silo.Services.AddSingleton(Script);
            if (_postgres is null)
            {
                silo.Services.AddSingleton(Journal);
                silo.Services.AddKeyedSingleton<IGrainStorage>("consumers", Storage);
                silo.Services.AddKeyedSingleton<IGrainStorage>(JournalStreams.Storage, Storage);
            }
            else
            {
                silo.Services.AddJournal(_postgres);
                silo.AddJournalStates(_postgres);
                silo.Services.AddKeyedSingleton<IGrainStorage>(
                    "consumers", (services, _) => new NotedStorage(services.GetRequiredKeyedService<IGrainStorage>(StatesRegistration.Reports), Storage));
            }

            Also(silo);
            silo.Configure<ClusterMembershipOptions>(static membership => (membership.ProbeTimeout, membership.NumMissedProbesLimit) = (TimeSpan.FromSeconds(1), 2));
            silo.AddJournalStreams(configure: options =>
            {
                options.CheckpointEvery = TimeSpan.FromMilliseconds(50);
                options.RetryMin = TimeSpan.FromMilliseconds(1);
                options.SaveEvery = TimeSpan.FromMilliseconds(20);
                _configure(options);
            });
        });
        _cluster = builder.Build();
        await _cluster.DeployAsync();
    }

    /// <summary>All silos die at once.</summary>
    public async Task Kill()
    {
        foreach (var silo in _cluster!.Silos.ToList())
        {
            await _cluster.KillSiloAsync(silo);
        }

        await _cluster.DisposeAsync();
        _cluster = null;
    }

    public async Task Stop()
    {
        await _cluster!.StopAllSilosAsync();
        await _cluster.DisposeAsync();
        _cluster = null;
    }

    /// <summary>Appends events to a store's stream; empty for none.</summary>
    public async Task Append(string store, int count)
    {
        if (!_sessions.TryGetValue(store, out var session))
        {
            _sessions[store] = session = await Journal.Open(new StreamName("test", store.Length == 0 ? "none" : store), new Ignored(), CancellationToken.None);
        }

        for (var left = count; left > 0; left -= 100)
        {
            var events = Enumerable.Repeat(new NewEvent("test.happened", 1, "{}"u8.ToArray()), Math.Min(left, 100)).ToArray();
            Assert.True(session.TryAppend(events, new EventContext(TimeProvider.System.GetUtcNow(), store), WakeUpChange.Keep, out var result));
            Assert.Equal(AppendResult.Durable, await result);
        }
    }

    public async Task<Dictionary<string, List<long>>> All()
    {
        var all = new Dictionary<string, List<long>>();
        await foreach (var recorded in Journal.ReadAll(0, CancellationToken.None))
        {
            (all.TryGetValue(recorded.Context.Store, out var positions) ? positions : all[recorded.Context.Store] = []).Add(recorded.Position);
        }

        return all;
    }

    public List<long> SeenBy(string store) => Kept(store)?.State.Positions ?? [];

    public Consumed<Seen>? Kept(string store) => Storage.Read<Consumed<Seen>>("seen", "/" + (store.Length == 0 ? JournalStreams.NoStore : store));

    /// <summary>Every consumer has seen its whole stream, in order and once.</summary>
    public async Task UntilComplete(params string[] but)
    {
        var all = await All();
        foreach (var (store, positions) in all.Where(stream => !but.Contains(stream.Key)))
        {
            await Storage.Until(() => SeenBy(store).Count >= positions.Count, $"the consumer of '{store}' has seen {positions.Count} events, not {SeenBy(store).Count}");
            Assert.Equal(positions, SeenBy(store));
        }
    }

    public IJournalConsumer Consumer(string store) => Cluster.Client.GetGrain<IJournalConsumer>(GrainId.Create("seeing", store.Length == 0 ? JournalStreams.NoStore : store));

    public int CachedEvents() => Cluster.Silos.Sum(silo => ((JournalAdapter)Cluster.GetSiloServiceProvider(silo.SiloAddress)
        .GetRequiredKeyedService<Orleans.Streams.IQueueAdapterFactory>(JournalStreams.Provider)).CachedEvents);

    public long PagesRead() => Cluster.Silos.Sum(silo => Cluster.GetSiloServiceProvider(silo.SiloAddress).GetRequiredService<JournalPages>().Reads);

    public int WindowEvents() => Cluster.Silos.Sum(silo => Cluster.GetSiloServiceProvider(silo.SiloAddress).GetRequiredService<JournalTail>().WindowEvents);

    public async ValueTask DisposeAsync()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        if (_cluster is not null)
        {
            await Stop();
        }

        _listener.Dispose();
        _opened.Dispose();
        _instruments.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private sealed class Ignored : IStreamFold
    {
        public int StateVersion => 0;

        public void Restore(ReadOnlyMemory<byte> state, long version)
        {
            // Only appended to.
        }

        public void Apply(in RecordedEvent recorded)
        {
            // Only appended to.
        }
    }
}
