using Orleans;
using Orleans.Concurrency;
using Orleans.Configuration;
using Orleans.Placement;
using Pos.Journal;

namespace Pos.Grains.Stock;

/// <summary>The shell of <see cref="StockRules"/>. Reentrant: thousands of tills wait for one disk write, and not for each other.</summary>
[Reentrant, GrainType("stock"), HashBasedPlacement]
[CollectionAgeLimit(Hours = 1)]
public sealed class StockGrain(IGrainContext context, GrainServices services)
    : EventSourcedGrain<StockState, StockEvent>(context, StockJournal.Aggregate, services), IStockGrain
{
    private StockKey _key;
    private bool _verified;

    /// <inheritdoc/>
    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        await base.OnActivateAsync(cancellationToken);
        _key = StockKey.Parse(Key);
        _verified = DecidedVersion > 0;
    }

    /// <inheritdoc/>
    public Task<Outcome<StockView>> Receive(ReceiveStock command) =>
        Change(new StockCommand.Receive(command, Now), command.Operation);

    /// <inheritdoc/>
    public Task<Outcome<StockView>> Restock(RestockReturned command) =>
        Change(new StockCommand.Restock(command, Now), command.Operation, command.OccurredAt);

    /// <inheritdoc/>
    public Task<Outcome<StockView>> Adjust(AdjustStock command) =>
        Change(new StockCommand.Adjust(command, Now), command.Operation, command.OccurredAt);

    /// <inheritdoc/>
    public Task<Outcome<StockView>> Count(CountStock command) =>
        Change(new StockCommand.Count(command, Now), command.Operation);

    /// <inheritdoc/>
    public Task<Outcome<StockView>> SetPolicy(SetStockPolicy command) =>
        Change(new StockCommand.SetPolicy(command, Now), command.Operation);

    /// <inheritdoc/>
    public Task<Outcome<HoldView>> Reserve(ReserveStock command) =>
        ChangeHold(new StockCommand.Reserve(command, _key.Sku, Now), command.Operation, command.Hold);

    /// <inheritdoc/>
    public Task<Outcome<HoldView>> Pin(HoldCommand command) =>
        ChangeHold(new StockCommand.Pin(command, Now), command.Operation, command.Hold);

    /// <inheritdoc/>
    public Task<Outcome<HoldView>> Commit(HoldCommand command) =>
        ChangeHold(new StockCommand.Commit(command, Now), command.Operation, command.Hold, command.OccurredAt);

    /// <inheritdoc/>
    public Task<Outcome<HoldView>> Release(HoldCommand command) =>
        ChangeHold(new StockCommand.Release(command, Now), command.Operation, command.Hold);

    /// <inheritdoc/>
    public Task<StockView?> Get()
    {
        Refresh();
        return Task.FromResult(DurableVersion == 0 ? null : StockViewing.View(_key, Durable, DurableVersion));
    }

    /// <inheritdoc/>
    public Task<HoldView?> GetHold(HoldId hold)
    {
        Refresh();
        return Task.FromResult(Durable.Holds.TryGetValue(hold, out var found) ? StockViewing.View(hold, found, Durable, DurableVersion) : null);
    }

    /// <inheritdoc/>
    public Task<HoldPage> Holds(long after, int limit)
    {
        Refresh();
        return Task.FromResult(StockViewing.Page(Durable, DurableVersion, after, Math.Clamp(limit, 1, 100)));
    }

    /// <inheritdoc/>
    public Task<LedgerPage> Ledger(long after, int limit, CancellationToken cancellationToken)
    {
        Refresh();
        return Read(StockLedger.Read(Services.Journal, Key, after, Math.Clamp(limit, 1, 100), cancellationToken));
    }

    /// <inheritdoc/>
    public async Task<DateTimeOffset?> WakeUp(CancellationToken cancellationToken)
    {
        while (Now is var now && StockRules.HasExpired(Decided, now))
        {
            if (await WaitUntilDurable(Expire(now)) is not null)
            {
                // The journal's queue is full. The next poll tries again.
                return WakeNext(Now + Services.Options.WakeUpPoll);
            }
        }

        await RequireNewest(cancellationToken);
        return WakeNext(Decided.NextExpiry);
    }

    /// <inheritdoc/>
    protected override void OnQueued(int waiting) => Services.Instruments.Hot.See(Key, waiting);

    /// <inheritdoc/>
    protected override DateTimeOffset? NextWakeUp(StockState state) => state.NextExpiry;

    /// <inheritdoc/>
    protected override StockState Tidy(StockState state, int max) => StockRules.Tidy(state, Now, max);

    private Task<Outcome<StockView>> Change(StockCommand command, Operation operation, DateTimeOffset? occurredAt = null) =>
        _verified ? Decide(command, operation, occurredAt) : VerifyAndDecide(command, operation, occurredAt);

    private Task<Outcome<HoldView>> ChangeHold(StockCommand command, Operation operation, HoldId hold, DateTimeOffset? occurredAt = null) =>
        _verified ? DecideHold(command, operation, hold, occurredAt) : VerifyAndDecideHold(command, operation, hold, occurredAt);

    private async Task<Outcome<StockView>> VerifyAndDecide(StockCommand command, Operation operation, DateTimeOffset? occurredAt) =>
        await Verify() is { } refused ? refused : await Decide(command, operation, occurredAt);

    private async Task<Outcome<HoldView>> VerifyAndDecideHold(StockCommand command, Operation operation, HoldId hold, DateTimeOffset? occurredAt) =>
        await Verify() is { } refused ? refused : await DecideHold(command, operation, hold, occurredAt);

    private Task<Outcome<StockView>> Decide(StockCommand command, Operation operation, DateTimeOffset? occurredAt)
    {
        var recording = Record(command, operation, occurredAt);
        return Answer(recording, StockViewing.View(_key, Decided, DecidedVersion));
    }

    private Task<Outcome<HoldView>> DecideHold(StockCommand command, Operation operation, HoldId hold, DateTimeOffset? occurredAt)
    {
        var recording = Record(command, operation, occurredAt);
        return Answer(recording, Decided.Holds.TryGetValue(hold, out var found) ? StockViewing.View(hold, found, Decided, DecidedVersion) : null);
    }

    // Expired holds end first, in a decision of their own that stands even when the command is refused.
    private Recording Record(StockCommand command, Operation operation, DateTimeOffset? occurredAt)
    {
        while (StockRules.HasExpired(Decided, command.Now))
        {
            var expiry = Expire(command.Now);
            if (expiry.Rejection is not null)
            {
                return expiry;
            }
        }

        return Record(
            StockRules.Decide(Decided, command),
            Envelope.Of(operation, _key.Store, operation.Till, (occurredAt ?? command.Now).ToUniversalTime()),
            operation.IfVersion);
    }

    private Recording Expire(DateTimeOffset now) =>
        Record(StockRules.Decide(Decided, new StockCommand.Expire(now)), new EventContext(now, _key.Store.Value, Causation: "expiry"));

    // The first event of an item needs a real product in a real store. Later events need not ask again.
    private async Task<Rejection?> Verify()
    {
        var refused = await WaitFor(Look());
        _verified = refused is null;
        if (refused is not null)
        {
            LeaveIfIdle();
        }

        return refused;
    }

    private async Task<Rejection?> Look()
    {
        var store = GrainFactory.GetGrain<IStoreGrain>(_key.Store.Value).Get();
        var product = GrainFactory.GetGrain<IProductGrain>(_key.Sku.Value).Get();
        await Task.WhenAll(store, product);
        return StockRules.Verify(_key, await store, await product);
    }
}
