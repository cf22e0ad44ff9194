using Orleans;
using Pos.Journal;

namespace Pos.Grains.Carts;

/// <summary>The questions of a cart to other grains, and its answers.</summary>
public sealed partial class CartGrain
{
    private static readonly IReadOnlyCollection<Sku> None = [];

    private static bool Begun(CartProgress state) => state.Opened is not null;

    private static IReadOnlyCollection<Sku> Skus(CartView? cart) => cart is null ? None : [.. cart.Lines.Select(line => line.Sku).Distinct()];

    private DateTimeOffset Expiry(CartProgress state) => state.ChangedAt + Services.Options.CartLifetime;

    private async Task<Outcome<CartView>> Answer(Operation operation, Func<Task<Rejection?>> attempt) =>
        await Refusal(operation, attempt) is { } refused ? refused : View()!;

    private async Task<Rejection?> Refusal(Operation operation, Func<Task<Rejection?>> attempt)
    {
        while (true)
        {
            var refused = await Attempt(operation, attempt);
            if (refused is null || await Stands(refused, operation))
            {
                return refused;
            }
        }
    }

    private async Task<Rejection?> TryToCheckOut(CheckOutCart command)
    {
        var credit = Decided.IsLive && command.Tender.Exchange is { } back && ReturnId.TryParse(back.Value, null, out _)
            ? await GrainFactory.GetGrain<ICreditGrain>(back.Value).Credit()
            : null;
        var (store, products) = await LookAtAll();
        return await Run(
            new CartCommand.CheckOut(command, _id, store, products, credit, Now) { ToldLateMax = Services.Options.ToldLateMax, TakesCards = provider.TakesCards },
            command.Operation, occurredAt: command.OccurredAt);
    }

    private CartView? View() => CartViewing.View(_id, Durable, DurableVersion);

    private async Task<Rejection?> Run(
        CartCommand command, Operation operation, StoreId store = default, TillId till = default, DateTimeOffset? occurredAt = null) =>
        await Durably(Record(
            Cart.Decide(Decided, command),
            Envelope.Of(
                operation with { Correlation = Key },
                Decided.Opened?.Store ?? store,
                (till == default ? Decided.Till : till).Value ?? "",
                occurredAt?.ToUniversalTime() ?? Now),
            operation.IfVersion));

    /// <summary>
    /// Whether a refusal may be told: not when another request with the same key has been granted meanwhile, and not by an activation that
    /// was overtaken.
    /// </summary>
    private async Task<bool> Stands(Rejection refused, Operation operation)
    {
        if (refused.Code is RejectionCode.OperationReused or RejectionCode.JournalFull or RejectionCode.TooManyPending)
        {
            LeaveIfIdle();
            return true;
        }

        await RequireNewest(CancellationToken.None);
        return !Decided.Operations.Known.ContainsKey(operation.Id);
    }

    private async Task<(CartView? Cart, OrderView? Order)> Source(CartId from)
    {
        if (from == _id || await GrainFactory.GetGrain<ICartGrain>(from.Value).Get() is not { } cart)
        {
            return default;
        }

        return (cart, cart.Order is { } order ? await GrainFactory.GetGrain<IOrderGrain>(order.Value).Get() : null);
    }

    private Task<(StoreView? Store, IReadOnlyDictionary<Sku, ProductView> Products)> Look(IReadOnlyCollection<Sku> skus) =>
        Decided.Opened is { } opened && Decided.IsLive ? Shop.Look(GrainFactory, opened.Store, skus) : Task.FromResult(Shop.NotLookedAt);

    // Others may put lines in while we look.
    private async Task<(StoreView? Store, IReadOnlyDictionary<Sku, ProductView> Products)> LookAtAll()
    {
        while (true)
        {
            var version = DecidedVersion;
            var found = await Look([.. Decided.Lines.Values.Select(line => line.Line.Sku).Distinct()]);
            if (version == DecidedVersion)
            {
                return found;
            }
        }
    }

    private async Task<Scanned> Scan(string text, StoreView? store)
    {
        if (!Barcode.TryParse(text, null, out var code))
        {
            return new(text, null);
        }

        var fits = code.TryDecode(store?.EmbeddedBarcodes, out var item, out var embedded);
        var owner = await GrainFactory.GetGrain<IBarcodeGrain>(item.Value).Get();
        return new(text, code, owner?.Sku, embedded, fits && embedded is null);
    }

    // Whom it comes from is the cart itself, however often it is told.
    private Task<Outcome<OrderView>> HandOver(CartEvent.CheckedOut done, TimeSpan waitMax)
    {
        var operation = new Operation(
            done.Order.Value, done.Operation.Fingerprint, done.Operation.NotAfter, Saga, done.Sale.Till.Value, Key, TraceParent);
        return GrainFactory.GetGrain<IOrderGrain>(done.Order.Value).Take(new(operation, done.Sale, waitMax));
    }
}
