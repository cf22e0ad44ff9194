using System.Reflection;
using Orleans.CodeGeneration;
using Orleans.Serialization.Invocation;
using Orleans.Streams;
using Pos.Streams;

namespace Pos.Tests.Simulated;

/// <summary>
/// The journal's streams as grains see them. A grain resumes its one implicit subscription when it is activated, and a pulling agent calls whoever has
/// resumed.
/// </summary>
internal sealed class SimulatedStreams : IStreamProvider
{
    public string Name => JournalStreams.Provider;

    public bool IsRewindable => true;

    public IAsyncStream<T> GetStream<T>(StreamId streamId) => new Stream<T>(streamId);

    private sealed class Stream<T>(StreamId id) : IAsyncStream<T>
    {
        public bool IsRewindable => true;

        public string ProviderName => JournalStreams.Provider;

        public StreamId StreamId => id;

        public Task<IList<StreamSubscriptionHandle<T>>> GetAllSubscriptionHandles() => Task.FromResult<IList<StreamSubscriptionHandle<T>>>([new Handle<T>(id)]);

        public bool Equals(IAsyncStream<T>? other) => other?.StreamId == id;

        public int CompareTo(IAsyncStream<T>? other) => throw NotSimulated();

        public Task<StreamSubscriptionHandle<T>> SubscribeAsync(IAsyncObserver<T> observer) => throw NotSimulated();

        public Task<StreamSubscriptionHandle<T>> SubscribeAsync(IAsyncObserver<T> observer, StreamSequenceToken? token, string? filterData = null) => throw NotSimulated();

        public Task<StreamSubscriptionHandle<T>> SubscribeAsync(IAsyncBatchObserver<T> observer) => throw NotSimulated();

        public Task<StreamSubscriptionHandle<T>> SubscribeAsync(IAsyncBatchObserver<T> observer, StreamSequenceToken? token) => throw NotSimulated();

        public Task OnNextAsync(T item, StreamSequenceToken? token = null) => throw NotSimulated();

        public Task OnNextBatchAsync(IEnumerable<T> batch, StreamSequenceToken? token = null) => throw NotSimulated();

        public Task OnCompletedAsync() => throw NotSimulated();

        public Task OnErrorAsync(Exception ex) => throw NotSimulated();
    }

    private sealed class Handle<T>(StreamId id) : StreamSubscriptionHandle<T>
    {
        public override StreamId StreamId => id;

        public override string ProviderName => JournalStreams.Provider;

        public override Guid HandleId => Guid.Empty;

        public override Task<StreamSubscriptionHandle<T>> ResumeAsync(IAsyncObserver<T> observer, StreamSequenceToken? token = null)
        {
            SimulatedActivation.Current!.SetComponent(new Subscription((IAsyncObserver<JournalBatch>)observer, token?.SequenceNumber));
            return Task.FromResult<StreamSubscriptionHandle<T>>(this);
        }

        public override Task<StreamSubscriptionHandle<T>> ResumeAsync(IAsyncBatchObserver<T> observer, StreamSequenceToken? token = null) => throw NotSimulated();

        public override Task UnsubscribeAsync() => throw NotSimulated();

        public override bool Equals(StreamSubscriptionHandle<T>? other) => other is Handle<T> && other.StreamId == id;
    }

    private static NotSupportedException NotSimulated() => new("Only implicit subscriptions to the journal are simulated: nobody else writes or subscribes.");
}

/// <summary>Who takes the events of an activation's stream.</summary>
internal sealed class Subscription(IAsyncObserver<JournalBatch> observer, long? expected)
{
    public IAsyncObserver<JournalBatch> Observer => observer;

    /// <summary>The position behind which the consumer wants its next batch. It is told to an agent that is elsewhere.</summary>
    public long? Expected { get; set; } = expected;
}

/// <summary>
/// The call of a pulling agent, as Orleans' own consumer extension takes one: a consumer that expects another place than the agent's answers with that
/// place, and the agent goes there.
/// </summary>
/// <param name="batch">What is delivered.</param>
/// <param name="delivered">Where the agent is; null for one that delivers whatever the consumer expects.</param>
internal sealed class BatchDelivery(JournalBatch batch, long? delivered) : IInvokable
{
    /// <summary>The answer to a batch that was taken.</summary>
    public const long Taken = -1;

    private static readonly MethodInfo Method = typeof(IAsyncObserver<JournalBatch>).GetMethod("OnNextAsync")!;

    private ITargetHolder? _holder;

    public object? GetTarget() => _holder?.GetTarget();

    public void SetTarget(ITargetHolder holder) => _holder = holder;

    public async ValueTask<Response> Invoke()
    {
        try
        {
            var subscription = (Subscription?)_holder!.GetComponent(typeof(Subscription)) ?? throw new InvalidOperationException("Nobody has resumed the subscription.");
            if (delivered is { } at && subscription.Expected is { } expected && expected != at)
            {
                return Response.FromResult(expected);
            }

            await subscription.Observer.OnNextAsync(batch, new JournalToken(batch.UpTo));
            subscription.Expected = batch.Events.Count > 0 ? batch.UpTo : subscription.Expected;
            return Response.FromResult(Taken);
        }
        catch (Exception failure)
        {
            return Response.FromException(failure);
        }
    }

    public int GetArgumentCount() => 0;

    public object? GetArgument(int index) => throw new ArgumentOutOfRangeException(nameof(index));

    public void SetArgument(int index, object value) => throw new ArgumentOutOfRangeException(nameof(index));

    public string GetMethodName() => "DeliverBatch";

    public string GetInterfaceName() => "IStreamConsumerExtension";

    public string GetActivityName() => "IStreamConsumerExtension/DeliverBatch";

    public MethodInfo GetMethod() => Method;

    public Type GetInterfaceType() => typeof(IAsyncObserver<JournalBatch>);

    public void Dispose()
    {
        // An agent keeps its batch until somebody has taken it.
    }
}
