using Orleans;
using Orleans.Configuration;
using Orleans.Concurrency;
using Orleans.Placement;

namespace Pos.Grains.Stock;

/// <summary>The shell of <see cref="StockRules"/>. Reentrant: thousands of tills wait for one disk write, not for each other.</summary>
[Reentrant, GrainType("stock"), HashBasedPlacement]
[CollectionAgeLimit(Hours = 1)]
public sealed partial class StockGrain(IGrainContext context, GrainServices services)
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
    public async Task<Outcome<StockView>> Receive(ReceiveStock command) =>
        await Unknown() is { } refused ? refused : await Item(new StockCommand.Receive(command, Now), command.Operation);

    /// <inheritdoc/>
    public async Task<Outcome<StockView>> Restock(RestockReturned command) =>
        await Unknown() is { } refused ? refused : await Item(new StockCommand.Restock(command, Now), command.Operation, command.OccurredAt);

    /// <inheritdoc/>
    public async Task<Outcome<StockView>> Adjust(AdjustStock command) =>
        await Unknown() is { } refused ? refused : await Item(new StockCommand.Adjust(command, Now), command.Operation, command.OccurredAt);

    /// <inheritdoc/>
    public async Task<Outcome<StockView>> Count(CountStock command) =>
        await Unknown() is { } refused ? refused : await Item(new StockCommand.Count(command, Now), command.Operation);

    /// <inheritdoc/>
    public async Task<Outcome<StockView>> SetPolicy(SetStockPolicy command) =>
        await Unknown() is { } refused ? refused : await Item(new StockCommand.SetPolicy(command, Now), command.Operation);

    /// <inheritdoc/>
    public async Task<Outcome<HoldView>> Reserve(ReserveStock command) =>
        await Unknown() is { } refused ? refused : await Hold(new StockCommand.Reserve(command, _key.Sku, Now), command.Operation, command.Hold);

    /// <inheritdoc/>
    public async Task<Outcome<HoldView>> Pin(HoldCommand command) =>
        await Unknown() is { } refused ? refused : await Hold(new StockCommand.Pin(command, Now), command.Operation, command.Hold);

    /// <inheritdoc/>
    public async Task<Outcome<HoldView>> Commit(HoldCommand command) => await Unknown() is { } refused
        ? refused
        : await Hold(new StockCommand.Commit(command, Now), command.Operation, command.Hold, command.OccurredAt);

    /// <inheritdoc/>
    public async Task<Outcome<HoldView>> Release(HoldCommand command) =>
        await Unknown() is { } refused ? refused : await Hold(new StockCommand.Release(command, Now), command.Operation, command.Hold);

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
            if (await Durably(Expire(now)) is not null)
            {
                // The queue is full; the poll that follows tries again.
                return WakeNext(Now + Services.Options.WakeUpPoll);
            }
        }

        await RequireNewest(cancellationToken);
        return WakeNext(Decided.NextExpiry);
    }

    /// <inheritdoc/>
    protected override DateTimeOffset? NextWakeUp(StockState state) => state.NextExpiry;

    /// <inheritdoc/>
    protected override StockState Tidy(StockState state, int max) => StockRules.Tidy(state, Now, max);
}
