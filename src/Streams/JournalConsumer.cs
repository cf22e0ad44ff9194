using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans;
using Orleans.Concurrency;
using Orleans.Runtime;
using Orleans.Storage;
using Orleans.Streams;
using Pos.Journal;

namespace Pos.Streams;

/// <summary>What every consumer needs of its host.</summary>
internal sealed class ConsumerServices(
    IJournal journal, TimeProvider clock, StreamInstruments instruments, IOptions<JournalStreamsOptions> options, ILogger<ConsumerServices> logger)
{
    public IJournal Journal => journal;

    public TimeProvider Clock => clock;

    public StreamInstruments Instruments => instruments;

    public JournalStreamsOptions Options => options.Value;

    public ILogger Logger => logger;
}

/// <summary>
/// A grain that folds one stream of the journal into a state. A subclass names its grain type, carries
/// <c>[ImplicitStreamSubscription("store")]</c>, and says what an event does to the state; the rest is here.
/// </summary>
/// <remarks>
/// <para>State and position are stored together, after each batch. A batch that was taken before is passed over. A batch behind a gap has the
/// consumer read the journal from its own position.</para>
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
    private bool _isUnsaved;
    private bool _isTorn;
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

    /// <summary>The state. It may hold events that are not stored yet, while a batch is being taken.</summary>
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
        foreach (var handle in await stream.GetAllSubscriptionHandles())
        {
            await handle.ResumeAsync(this, new JournalToken(Position));
        }

        CountParked();
    }

    /// <inheritdoc/>
    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        if (_isCountedParked)
        {
            _isCountedParked = false;
            _services.Instruments.OnParked(_kind, -1);
        }

        return Task.CompletedTask;
    }

    /// <summary>Takes a batch. Called by Orleans.</summary>
    public Task OnNextAsync(JournalBatch item, StreamSequenceToken? token = null) => InTurn(() =>
        item.UpTo <= Position ? Task.CompletedTask
        : _kept.State.Parked is not null ? Note(item.UpTo)
        : item.After > Position ? CloseGap(item.UpTo)
        : TakeAll(item.Events, item.UpTo));

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

    // A batch is taken at once; a consumer that is behind reads the journal.
    private async Task<ConsumerProgress> GoOn(Func<ParkedEvent, long> from, long? parked)
    {
        await InTurn(async () =>
        {
            if (_kept.State.Parked is not { } poison)
            {
                // A retry before this one may have had more to read than one call may take.
                await (parked is null ? CloseGap(_kept.State.Known) : Task.CompletedTask);
                return;
            }

            if (parked is not null && parked != poison.Position)
            {
                return;
            }

            var upTo = Math.Max(_kept.State.Known, poison.Position);
            _kept.State.Parked = null;
            if (parked is not null)
            {
                LogSkipped(_services.Logger, _kind, _store, poison.Position, poison.Type, poison.Error);
            }

            _kept.State.Position = Math.Max(Position, from(poison));
            await Save();
            CountParked();
            await CloseGap(upTo);
        });
        return await Progress();
    }

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
        var events = new List<RecordedEvent>();
        var after = Position;
        await foreach (var recorded in _services.Journal.ReadAll(after, CancellationToken.None))
        {
            if (recorded.Position > upTo)
            {
                break;
            }

            after = recorded.Position;
            if (recorded.Context.Store == _store)
            {
                events.Add(recorded);
            }

            var isOver = (recorded.Position & 1_023) == 0 && _services.Clock.GetElapsedTime(began) > _services.Options.CatchUpMax;
            if (events.Count == 1_000 || isOver)
            {
                await TakeAll(events, after);
                events = [];
                if (_kept.State.Parked is not null)
                {
                    await Note(upTo);
                    return;
                }
            }

            if (isOver && after < upTo)
            {
                throw new TimeoutException($"{_kind} of store '{_store}' is at position {Position} and reads on to {upTo}.");
            }
        }

        await TakeAll(events, upTo);
        if (_kept.State.Parked is not null)
        {
            await Note(upTo);
        }
    }

    /// <summary>Takes all events up to a position and stores the state; or parks at one of them.</summary>
    private async Task TakeAll(IReadOnlyList<RecordedEvent> events, long upTo)
    {
        var pause = _services.Options.RetryMin;
        for (var attempt = 1; ; attempt++)
        {
            var (failedAt, error) = await TryTake(events, events.Count);
            if (error is null)
            {
                _kept.State.Position = upTo;
                _kept.State.Known = Math.Max(_kept.State.Known, upTo);
                await Save();
                return;
            }

            LogNotTaken(_services.Logger, _kind, _store, events[failedAt].Position, attempt, error);
            await Restore();
            if (attempt == _services.Options.AttemptsMax)
            {
                await Park(events, failedAt, error, attempt, upTo);
                return;
            }

            await Task.Delay(pause, _services.Clock);
            pause *= 2;
        }
    }

    private async Task<(int FailedAt, Exception? Error)> TryTake(IReadOnlyList<RecordedEvent> events, int count)
    {
        for (var at = 0; at < count; at++)
        {
            if (events[at].Position <= Position)
            {
                continue;
            }

            // Until the event has been taken whole, the state may be half of something, and is not stored.
            _isTorn = true;
            try
            {
                await Take(State, events[at]);
            }
            catch (Exception error) when (IsAtFault(error))
            {
                return (at, error);
            }

            _kept.State.Position = events[at].Position;
            (_isTorn, _isUnsaved) = (false, true);
            await LetAnswer();
        }

        return (count, null);
    }

    private async Task Park(IReadOnlyList<RecordedEvent> events, int failedAt, Exception error, int attempts, long known)
    {
        // What stands before the event was taken in each attempt; the restored state has none of it.
        var (_, again) = await TryTake(events, failedAt);
        if (again is not null)
        {
            await Restore();
            throw new InvalidOperationException($"{_kind} of store '{_store}' took an event and then could not take it again.", again);
        }

        var poison = events[failedAt];
        _kept.State.Parked = new(
            poison.Position, poison.Stream.Value, poison.Version, poison.Type, $"{error.GetType().Name}: {error.Message}", attempts, _services.Clock.GetUtcNow());
        _kept.State.Known = Math.Max(_kept.State.Known, known);
        await Save();
        _services.Instruments.OnPoison(_kind);
        CountParked();
        LogParked(_services.Logger, _kind, _store, poison.Position, poison.Type, poison.Stream, error);
    }

    // A parked consumer remembers how much there is, so that whoever lets it go on reads it all.
    private Task Note(long upTo)
    {
        if (upTo <= _kept.State.Known)
        {
            return Task.CompletedTask;
        }

        _kept.State.Known = upTo;
        return Save();
    }

    private async Task Save()
    {
        _isUnsaved = true;
        try
        {
            await _kept.WriteStateAsync();
            _isUnsaved = false;
        }
        catch (InconsistentStateException)
        {
            // Another activation of this grain has written: this one is the older, or the other will find out.
            _isTorn = true;
            DeactivateOnIdle();
            throw;
        }
    }

    private async Task Restore()
    {
        _isTorn = true;
        await _kept.ReadStateAsync();
        (_isTorn, _isUnsaved) = (false, false);
        await LetAnswer();
    }

    private void CountParked()
    {
        var isParked = _kept.State.Parked is not null;
        if (isParked != _isCountedParked)
        {
            _isCountedParked = isParked;
            _services.Instruments.OnParked(_kind, isParked ? 1 : -1);
        }
    }

    // The grain is reentrant, and batches and operators take turns all the same, in the order in which they came.
    private Task InTurn(Func<Task> work) => _turn = Next(_turn, work);

    private async Task Next(Task before, Func<Task> work)
    {
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        // The storage failed in the turn before. What was taken is stored first, so that the stored state is always one to go back to.
        try
        {
            await (_isTorn ? Restore() : _isUnsaved ? Save() : Task.CompletedTask);
            await work();
        }
        finally
        {
            // Whoever waits looks at the next turn, or restores the state.
            _whole?.TrySetResult();
            _whole = null;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Consumer} of store '{Store}' could not take the event at position {Position}, attempt {Attempt}.")]
    private static partial void LogNotTaken(ILogger logger, string consumer, string store, long position, int attempt, Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Consumer} of store '{Store}' is parked at position {Position}, {Type} of {Stream}. Mend the cause and retry it, or skip the event.")]
    private static partial void LogParked(ILogger logger, string consumer, string store, long position, string type, StreamName stream, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Consumer} of store '{Store}' passes over the event at position {Position}, {Type}, which it could not take: {Error}")]
    private static partial void LogSkipped(ILogger logger, string consumer, string store, long position, string type, string error);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The stream of {Consumer} of store '{Store}' reports a failure.")]
    private static partial void LogStreamFailed(ILogger logger, string consumer, string store, Exception exception);
}
