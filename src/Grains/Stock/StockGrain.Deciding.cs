using Pos.Journal;

namespace Pos.Grains.Stock;

/// <summary>How the shell decides: what has expired ends first, then the command, then the wait for durability.</summary>
public sealed partial class StockGrain
{
    private async Task<Outcome<StockView>> Item(StockCommand command, Operation operation, DateTimeOffset? occurredAt = null)
    {
        var recording = Record(command, operation, occurredAt);
        var view = StockViewing.View(_key, Decided, DecidedVersion);
        return await Durably(recording) is { } refused ? refused : view;
    }

    private async Task<Outcome<HoldView>> Hold(StockCommand command, Operation operation, HoldId hold, DateTimeOffset? occurredAt = null)
    {
        var recording = Record(command, operation, occurredAt);
        var view = Decided.Holds.TryGetValue(hold, out var found) ? StockViewing.View(hold, found, Decided, DecidedVersion) : null;
        if (await Durably(recording) is not { } refused)
        {
            return view!;
        }

        // Sagas take the first three for the end of a hold, and whoever repeats a request takes the others for the verdict on it: an activation
        // that was overtaken, and has never seen the hold, must not say so. Want of stock alone is told from what is known here, because a hot item
        // that is sold out would read the journal with each refusal.
        if (refused.Code is RejectionCode.UnknownHold or RejectionCode.HoldEnded or RejectionCode.OperationTooLate
            or RejectionCode.InvalidValue or RejectionCode.TooManyHolds)
        {
            await RequireNewest(CancellationToken.None);
        }

        return refused;
    }

    // What has expired ends first, as a decision of its own: it stands whatever becomes of the command.
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

    // The first event of an item must name a real product of a real store; later ones need not ask again.
    private ValueTask<Rejection?> Unknown() => _verified ? ValueTask.FromResult<Rejection?>(null) : Verify();

    private async ValueTask<Rejection?> Verify()
    {
        var refused = await Asked(Look());
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
