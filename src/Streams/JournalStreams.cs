using System.Collections.Concurrent;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Providers.Streams.Common;
using Orleans.Runtime;
using Orleans.Storage;
using Orleans.Streams;
using Pos.Journal;
using Pos.Journal.Tail;

namespace Pos.Streams;

/// <summary>The journal as an Orleans stream provider.</summary>
public static class JournalStreams
{
    /// <summary>Name of the provider.</summary>
    public const string Provider = "journal";

    /// <summary>Namespace of the streams. The key is the store.</summary>
    public const string Namespace = "store";

    /// <summary>Key of the stream of what belongs to no store: the catalogue. No store can be called so.</summary>
    public const string NoStore = "*";

    /// <summary>Name of the grain storage that keeps the checkpoints. Without such a storage every partition begins at the journal's first event.</summary>
    public const string Storage = "journal-checkpoints";

    /// <summary>Section of the settings.</summary>
    public const string Section = "Pos:Streams";

    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(10);

    /// <summary>Registers the provider; the host registers the journal. Only for silos in which something consumes.</summary>
    /// <param name="silo">The silo.</param>
    /// <param name="name">Name of the provider.</param>
    /// <param name="configure">Settings.</param>
    public static ISiloBuilder AddJournalStreams(this ISiloBuilder silo, string name = Provider, Action<JournalStreamsOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(silo);
        silo.Services.AddOptions<JournalStreamsOptions>().Configure(options => configure?.Invoke(options)).ValidateOnStart();
        silo.Services.AddSingleton<IValidateOptions<JournalStreamsOptions>, OptionsValidation>();
        silo.Services.AddMetrics();
        silo.Services.TryAddSingleton(TimeProvider.System);
        silo.Services.TryAddSingleton<StreamInstruments>();
        silo.Services.TryAddSingleton<ConsumerServices>();
        silo.Services.AddJournalTail();
        return silo.AddPersistentStreams(name, JournalAdapter.Create, static provider =>
        {
            provider.ConfigureStreamPubSub(StreamPubSubType.ImplicitOnly);
            provider.ConfigurePullingAgent(static agent => agent.Configure(static options =>
            {
                options.GetQueueMsgsTimerPeriod = Poll;
                options.BatchContainerBatchSize = 1;
                // An event that is given up is lost to a subscriber. A consumer that cannot take it parks it; anything else heals.
                options.MaxEventDeliveryTime = Timeout.InfiniteTimeSpan;
            }));
        });
    }

    /// <summary>Registers the provider unless <c>Pos:Streams:Enabled</c> is false, with the settings of the section.</summary>
    public static ISiloBuilder AddJournalStreams(this ISiloBuilder silo, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var section = configuration.GetSection(Section);
        return section.GetValue("Enabled", true) ? silo.AddJournalStreams(Provider, section.Bind) : silo;
    }

    /// <summary>The stream of a store; empty for what belongs to none.</summary>
    public static StreamId StreamOf(string store) => StreamId.Create(Namespace, string.IsNullOrEmpty(store) ? NoStore : store);

    /// <summary>The store of a stream; empty for what belongs to none.</summary>
    public static string StoreOf(StreamId stream) => stream.GetKeyAsString() is var key && key == NoStore ? "" : key;

    private sealed class OptionsValidation : IValidateOptions<JournalStreamsOptions>
    {
        public ValidateOptionsResult Validate(string? name, JournalStreamsOptions options)
        {
            var problems = options.Problems().ToList();
            return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
        }
    }
}

/// <summary>Makes the partitions of a silo.</summary>
internal sealed class JournalAdapter(string name, IServiceProvider services, JournalStreamsOptions options) : IQueueAdapterFactory, IQueueAdapter, IQueueAdapterCache
{
    private readonly HashRingBasedStreamQueueMapper _mapper = new(new HashRingStreamQueueMapperOptions { TotalQueueCount = options.Partitions }, name);
    private readonly ConcurrentDictionary<QueueId, JournalQueue> _queues = new();

    public string Name => name;

    public bool IsRewindable => true;

    public StreamProviderDirection Direction => StreamProviderDirection.ReadOnly;

    /// <summary>Events kept in the caches of this silo's partitions.</summary>
    public int CachedEvents => _queues.Values.Sum(static queue => queue.Events);

    public static IQueueAdapterFactory Create(IServiceProvider services, string name) =>
        new JournalAdapter(name, services, services.GetRequiredService<IOptions<JournalStreamsOptions>>().Value);

    public Task<IQueueAdapter> CreateAdapter() => Task.FromResult<IQueueAdapter>(this);

    public IQueueAdapterCache GetQueueAdapterCache() => this;

    public IStreamQueueMapper GetStreamQueueMapper() => _mapper;

    public Task<IStreamFailureHandler> GetDeliveryFailureHandler(QueueId queueId) =>
        Task.FromResult<IStreamFailureHandler>(new NoOpStreamDeliveryFailureHandler());

    public Task QueueMessageBatchAsync<T>(
        StreamId streamId, IEnumerable<T> events, StreamSequenceToken? token, Dictionary<string, object>? requestContext) =>
        throw new NotSupportedException("The streams are the journal: grains append to it, and nobody else writes them.");

    // Orleans makes a partition's cache before its receiver.
    public IQueueCache CreateQueueCache(QueueId queueId) => _queues[queueId] = new JournalQueue(
        store => _mapper.GetQueueForStream(JournalStreams.StreamOf(store)).Equals(queueId), options, services.GetRequiredService<TimeProvider>());

    public IQueueAdapterReceiver CreateReceiver(QueueId queueId) => new JournalReceiver(
        _queues[queueId],
        services.GetRequiredService<JournalTail>(),
        services.GetRequiredService<JournalPages>(),
        new CheckpointFile(services.GetKeyedService<IGrainStorage>(JournalStreams.Storage), name, options.Partitions, queueId),
        options,
        services.GetRequiredService<StreamInstruments>(),
        services.GetRequiredService<TimeProvider>(),
        services.GetRequiredService<ILogger<JournalReceiver>>());
}
