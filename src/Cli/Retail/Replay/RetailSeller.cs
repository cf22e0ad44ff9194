using Pos.Cli.Retail.Data;
using Pos.Cli.Server;

namespace Pos.Cli.Retail.Replay;

/// <summary>The sale of an invoice's lines.</summary>
/// <param name="Order">The id of the order that was CONFIRMED.</param>
/// <param name="Way">How it was sold in the end.</param>
/// <param name="Declined">Whether a card was declined before.</param>
/// <param name="Taken">How long each order or checkout took.</param>
internal sealed record RetailSold(string Order, RetailWay Way, bool Declined, IReadOnlyList<TimeSpan> Taken);

/// <summary>Sells an invoice, as one order or through a cart. When its card is declined, cash pays.</summary>
/// <param name="server">Where to sell.</param>
/// <param name="time">Measures the requests.</param>
/// <param name="store">Sells at this store.</param>
/// <param name="takesCards">Whether the server takes cards; when it does not, cash pays everything.</param>
internal sealed class RetailSeller(PosServer server, TimeProvider time, string store, bool takesCards)
{
    public async Task<RetailSold> Sell(RetailInvoice invoice, CancellationToken cancellationToken)
    {
        var key = RetailReplay.KeyOf(invoice.Number);
        var way = RetailWay.Of(invoice);
        var inCash = way with { Card = CardShare.None };
        var taken = new List<TimeSpan>();
        var cart = way.InCart ? await Fill(invoice, key, cancellationToken) : null;
        OrderAnswer order;
        try
        {
            way = takesCards ? way : inCash;
            order = await Pay(way, cart);
        }
        catch (RefusedException reused) when (reused.Code == "idempotency-key-reused" && RetailWay.Of(invoice).Card != CardShare.None)
        {
            // An earlier replay has sold this invoice while the server took cards and now does not, or the other way round. The same key gives that sale again.
            way = takesCards ? inCash : RetailWay.Of(invoice);
            order = await Pay(way, cart);
        }

        var declined = order is { State: "CANCELLED", Cancellation.Code: "payment-declined" or "payment-timed-out" };
        if (declined)
        {
            key += "-again";
            way = inCash;
            order = await Pay(way, cart is null ? null : await Open(invoice, cart, key, cancellationToken));
        }

        return order.State == "CONFIRMED"
            ? new RetailSold(order.Id, way, declined, taken)
            : throw new CannotRunException(
                $"Invoice {invoice.Number} (order {order.Id}) was cancelled: {order.Cancellation?.Reason ?? "no reason given"}");

        async Task<OrderAnswer> Pay(RetailWay how, string? filled)
        {
            var began = time.GetTimestamp();
            var answer = await Send(invoice, how, filled, key, cancellationToken);
            taken.Add(time.GetElapsedTime(began));
            return answer;
        }
    }

    /// <summary>The order of an invoice's sold lines.</summary>
    public static OrderMessage Order(RetailInvoice invoice, RetailWay way, string store) =>
        new(
            store, invoice.Till, [.. invoice.Sold.Select(Line)], way.Cash(invoice.Total), way.Cards(invoice.Total), invoice.OccurredAt,
            invoice.Number, invoice.CustomerOrNull, invoice.Metadata);

    private static LineMessage Line(RetailLine line) => new(line.StockCode, line.Quantity, new(RetailShop.Price(line), RetailReplay.Reason));

    private async Task<string> Open(RetailInvoice invoice, string? from, string key, CancellationToken cancellationToken)
    {
        var cart = await server.Post(
            "api/v1/carts",
            key,
            new OpenCartMessage(store, invoice.Till, from, invoice.Number, invoice.CustomerOrNull, invoice.Metadata),
            Messages.Default.OpenCartMessage,
            Messages.Default.CartAnswer,
            _ => true,
            cancellationToken);
        return cart.Id;
    }

    // Lines are added one after another, as a cashier scans them, so that the order's lines have the invoice's order.
    private async Task<string> Fill(RetailInvoice invoice, string key, CancellationToken cancellationToken)
    {
        var cart = await Open(invoice, null, key, cancellationToken);
        for (var i = 0; i < invoice.Sold.Count; i++)
        {
            await server.Post(
                $"api/v1/carts/{cart}/lines", FormattableString.Invariant($"{key}-{i + 1}"), Line(invoice.Sold[i]), Messages.Default.LineMessage, cancellationToken);
        }

        return cart;
    }

    private Task<OrderAnswer> Send(RetailInvoice invoice, RetailWay way, string? cart, string key, CancellationToken cancellationToken) => cart is null
        ? server.Post(
            "api/v1/orders", key, Order(invoice, way, store), Messages.Default.OrderMessage, Messages.Default.OrderAnswer, HasEnded, cancellationToken)
        : server.Post(
            $"api/v1/carts/{cart}/checkout",
            key,
            new CheckOutMessage(way.Cash(invoice.Total), way.Cards(invoice.Total), new(invoice.Total, RetailShop.Currency), invoice.OccurredAt),
            Messages.Default.CheckOutMessage,
            Messages.Default.OrderAnswer,
            HasEnded,
            cancellationToken);

    // A cancelled order has ended when its goods are back on the shelf, because the next attempt needs them.
    private static bool HasEnded(OrderAnswer order) => order.State == "CONFIRMED" || order is { State: "CANCELLED", Settled: true };
}
