using Orleans;
using Pos.Journal;

namespace Pos.Grains.Carts;

/// <summary>The questions of a cart to other grains.</summary>
public sealed partial class CartGrain
{
    private static readonly IReadOnlyCollection<Sku> None = [];

    private static IReadOnlyCollection<Sku> Skus(CartView? cart) => cart is null ? None : [.. cart.Lines.Select(line => line.Sku).Distinct()];

    private async Task<Outcome<CartView>> Decide(Operation operation, Func<Task<Rejection?>> attempt) =>
        await Attempt(operation, attempt) is { } refused ? refused : View()!;

    private async Task<Rejection?> TryToCheckOut(CheckOutCart command)
    {
        var credit = Decided.IsLive && command.Tender.Exchange is { } back && ReturnId.TryParse(back.Value, null, out _)
            ? await GrainFactory.GetGrain<ICreditGrain>(back.Value).Credit()
            : null;
        var (store, products) = await LookAtAll();
        return await Run(
            new CartCommand.CheckOut(command, _id, store, products, credit, Now) { Policy = new(Services.Options.ToldLateMax, provider.TakesCards) },
            command.Operation, occurredAt: command.OccurredAt);
    }

    private CartView? View() => CartViewing.View(_id, Durable, DurableVersion);

    private async Task<Rejection?> Run(
        CartCommand command, Operation operation, StoreId store = default, TillId till = default, DateTimeOffset? occurredAt = null) =>
        await FindRefusal(Record(
            Cart.Decide(Decided, command),
            Envelope.Of(
                operation with { Correlation = Key },
                Decided.Opened?.Store ?? store,
                (till == default ? Decided.Till : till).Value ?? "",
                occurredAt?.ToUniversalTime() ?? Now),
            operation.IfVersion));

    private async Task<(CartView? Cart, OrderView? Order)> Source(CartId from)
    {
        if (from == _id || await GrainFactory.GetGrain<ICartGrain>(from.Value).Get() is not { } cart)
        {
            return default;
        }

        return (cart, cart.Order is { } order ? await GrainFactory.GetGrain<IOrderGrain>(order.Value).Get() : null);
    }

    private Task<Assortment> Look(IReadOnlyCollection<Sku> skus) =>
        Decided.Opened is { } opened && Decided.IsLive ? Shop.Look(Services, GrainFactory, opened.Store, skus) : Task.FromResult(Assortment.None);

    // Another request may add lines meanwhile.
    private async Task<Assortment> LookAtAll()
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

    // The request that waits for the order makes the call, and the loop joins it. Without a request the loop makes the call itself.
    private Task<Outcome<OrderView>> JoinHandOver() => _handOver is { IsCompleted: false } called ? called : HandOver(TimeSpan.Zero);

    // The operation is made from the cart alone, so the order recognises it however often it is told.
    private Task<Outcome<OrderView>> HandOver(TimeSpan waitMax)
    {
        var done = Durable.CheckedOut!;
        var operation = new Operation(
            done.Order.Value, done.Operation.Fingerprint, done.Operation.NotAfter, Saga, done.Sale.Till.Value, Key, TraceParent);
        return _handOver = GrainFactory.GetGrain<IOrderGrain>(done.Order.Value).Take(new(operation, done.Sale, waitMax));
    }
}
