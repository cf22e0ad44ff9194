using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Concurrency;
using Orleans.Runtime;
using Orleans.Streams;
using Pos.Journal;

namespace Pos.Streams;

/// <summary>
/// A grain that folds one stream of the journal into a state. A subclass names its grain type, carries
/// <c>[ImplicitStreamSubscription("store")]</c>, and says what an event does to the state; the rest is here.
/// </summary>
/// <remarks>
/// <para>State and position are stored together, at most every <see cref="JournalStreamsOptions.SaveEvery"/>. A batch that was taken before is
/// passed over. A batch behind a gap has the consumer read the journal from its own position, so an activation that dies with unsaved events loses
/// none. An empty batch asks the consumer to store what it has.</para>
/// <para>An event that fails again and again parks the consumer: the error is stored, counted and shown, later batches are only noted, and
/// <see cref="IJournalConsumer.Retry"/> or <see cref="IJournalConsumer.Skip"/> go on from the journal. What a failed attempt did to the
/// state is undone by reading the stored state again.</para>
/// <para>The grain is reentrant so that it can be read while it takes events. Events are taken one after the other.</para>
/// </remarks>
/// <typeparam name="TState">Mutable. Only <see cref="Take"/> changes it.</typeparam>
[Reentrant]
public abstract partial class JournalConsumer<TState> : Grain, IJournalConsumer, IAsyncObserver<JournalBatch> where TState : class, new()
{
    private readonly IPersistentState<Consumed<TState>> _kept;
    private readonly ConsumerServices _services;
    private readonly string _kind;
    private string _store = "";
    private Task _turn = Task.CompletedTask;
    private bool _isCountedParked;
    private TaskCompletionSource? _whole;

    /// <param name="kept">Where the state is stored; constructor parameter with <c>[PersistentState(name, storage)]</c>.</param>
    /// <param name="services">The silo's services.</param>
    protected JournalConsumer(IPersistentState<Consumed<TState>> kept, IServiceProvider services)
        // The container knows which grain is being made.
        : base((IGrainContext)services.GetService(typeof(IGrainContext))!)
    {
        (_kept, _kind) = (kept, GetType().Name);
        _services = (ConsumerServices?)services.GetService(typeof(ConsumerServices))
            ?? throw new InvalidOperationException($"{_kind} consumes the journal's streams: add them to the silo with AddJournalStreams.");
    }

    /// <summary>The state. It may hold events that are not stored yet.</summary>
    protected TState State => _kept.State.State;

    /// <summary>Everything of the stream up to here is in the state.</summary>
    protected long Position => _kept.State.Position;

    /// <summary>The store; empty for what belongs to none.</summary>
    protected string Store => _store;

    /// <summary>Name of the stream provider.</summary>
    protected virtual string ProviderName => JournalStreams.Provider;

    /// <inheritdoc/>
    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        var key = this.GetPrimaryKeyString();
        var stream = this.GetStreamProvider(ProviderName).GetStream<JournalBatch>(StreamId.Create(JournalStreams.Namespace, key));
        _store = JournalStreams.StoreOf(stream.StreamId);
        _savedAt = _services.Clock.GetTimestamp();
        foreach (var handle in await stream.GetAllSubscriptionHandles())
        {
            await handle.ResumeAsync(this, new JournalToken(Position));
        }

        CountParked();
    }

    /// <inheritdoc/>
    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        await SaveAtEnd(cancellationToken);
        if (_isCountedParked)
        {
            _isCountedParked = false;
            _services.Instruments.OnParked(_kind, -1);
        }
    }

    /// <summary>Takes a batch. Called by Orleans. An empty batch asks the consumer to store everything up to there.</summary>
    public Task OnNextAsync(JournalBatch item, StreamSequenceToken? token = null) => InTurn(async () =>
    {
        if (item.UpTo > Position)
        {
            await (_kept.State.Parked is not null ? Note(item.UpTo)
                : item.After > Position ? CloseGap(item.UpTo)
                : TakeAll(item.Events, item.UpTo));
        }

        if (item.Events.Count == 0)
        {
            await SaveAll();
        }
    });

    /// <inheritdoc/>
    public Task OnErrorAsync(Exception ex)
    {
        // Deliveries are repeated without end, and a gap is seen at the next event.
        LogStreamFailed(_services.Logger, _kind, _store, ex);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task<ConsumerProgress> Progress() =>
        Task.FromResult(new ConsumerProgress(Position, Math.Max(Position, _kept.State.Known), _kept.State.Parked));

    /// <inheritdoc/>
    public Task<ConsumerProgress> Retry() => GoOn(static parked => parked.Position - 1, parked: null);

    /// <inheritdoc/>
    public Task<ConsumerProgress> Skip(long position) => GoOn(static parked => parked.Position, position);

    /// <summary>What an event does to the state. Events come in order, each once unless the attempt before failed or was not stored.</summary>
    /// <exception cref="Exception">
    /// The event cannot be taken. It is tried again, from the stored state, and then parks the consumer.
    /// </exception>
    protected abstract ValueTask Take(TState state, RecordedEvent recorded);

    /// <summary>Reads the journal from the consumer's own position.</summary>
    /// <exception cref="TimeoutException">There is more than one call may take. What was read is stored, and the next call goes on.</exception>
    private async Task CloseGap(long upTo)
    {
        if (upTo <= Position)
        {
            return;
        }

        _services.Instruments.OnGap(_kind);
        var began = _services.Clock.GetTimestamp();
        while (Position < upTo && _kept.State.Parked is null)
        {
            if (_services.Clock.GetElapsedTime(began) > _services.Options.CatchUpMax)
            {
                await SaveAll();
                throw new TimeoutException($"{_kind} of store '{_store}' is at position {Position} and reads on to {upTo}.");
            }

            var page = await ReadPast(Position);
            await TakeAll(page.Events, page.UpTo);
        }

        if (_kept.State.Parked is not null)
        {
            await Note(upTo);
        }
    }

    /// <summary>Takes all events up to a position, or parks at one of them. Stores the state when it is due.</summary>
    private async Task TakeAll(IReadOnlyList<RecordedEvent> events, long upTo)
    {
        foreach (var recorded in events)
        {
            if (recorded.Position > Position && await TryTake(recorded) is { } error && !await TryAgain(recorded, error))
            {
                await Note(upTo);
                return;
            }
        }

        _kept.State.Position = upTo;
        _kept.State.Known = Math.Max(_kept.State.Known, upTo);
        // Counted also when nothing was taken: a position that moves far without an event is worth storing, too.
        _unsaved++;
        await SaveWhenDue();
    }

    private async ValueTask<Exception?> TryTake(RecordedEvent recorded)
    {
        // Until the event has been taken whole, the state may be half of something, and is not stored.
        _isTorn = true;
        try
        {
            await Take(State, recorded);
        }
        catch (Exception error) when (IsAtFault(error))
        {
            return error;
        }

        _kept.State.Position = recorded.Position;
        _isTorn = false;
        _unsaved++;
        await LetAnswer();
        return null;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The stream of {Consumer} of store '{Store}' reports a failure.")]
    private static partial void LogStreamFailed(ILogger logger, string consumer, string store, Exception exception);
}
