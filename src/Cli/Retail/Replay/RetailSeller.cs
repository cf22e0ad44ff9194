using Pos.Cli.Output;
using Pos.Cli.Retail.Data;
using Pos.Cli.Server;

namespace Pos.Cli.Retail.Replay;

/// <summary>What became of an invoice's sold lines.</summary>
/// <param name="Order">Id of the order that was CONFIRMED.</param>
/// <param name="Way">How it was sold in the end.</param>
/// <param name="Declined">Whether a card was refused before.</param>
internal sealed record RetailSold(string Order, RetailWay Way, bool Declined);

/// <summary>Sells an invoice: as an order or through a cart, and in cash after all when its card does not pay.</summary>
internal sealed class RetailSeller(PosServer server, Terminal terminal, Latencies latencies, string store)
{
    public async Task<RetailSold> Sell(RetailInvoice invoice, CancellationToken cancellationToken)
    {
        var key = RetailReplay.KeyOf(invoice.Number);
        var way = RetailWay.Of(invoice);
        var cart = way.InCart ? await Fill(invoice, key, cancellationToken) : null;
        var order = await Pay(invoice, way, cart, key, cancellationToken);
        var declined = order is { State: "CANCELLED", Cancellation.Code: "payment-declined" or "payment-timed-out" };
        if (declined)
        {
            key += "-again";
            way = way with { Card = CardShare.None };
            cart = cart is null ? null : await Open(invoice, cart, key, cancellationToken);
            order = await Pay(invoice, way, cart, key, cancellationToken);
        }

        return order.State == "CONFIRMED"
            ? new RetailSold(order.Id, way, declined)
            : throw new CannotRunException(
                $"Invoice {invoice.Number} (order {order.Id}) was cancelled: {order.Cancellation?.Reason ?? "no reason given"}");
    }

    /// <summary>The order that an invoice's sold lines make.</summary>
    public static OrderMessage Order(RetailInvoice invoice, RetailWay way, string store) => new(
        store,
        invoice.Till,
        [.. invoice.Sold.Select(l => new OrderLineMessage(l.StockCode, l.Quantity, Override(l)))],
        way.Cash(invoice.Total),
        way.Cards(invoice.Total),
        invoice.OccurredAt);

    /// <summary>The end of the cart that they are in.</summary>
    public static CheckOutMessage CheckOut(RetailInvoice invoice, RetailWay way) => new(
        way.Cash(invoice.Total), way.Cards(invoice.Total), new(invoice.Total, RetailShop.Currency), invoice.OccurredAt);

    private static OverrideMessage Override(RetailLine line) => new(RetailShop.Price(line), RetailReplay.Reason);

    private async Task<string> Open(RetailInvoice invoice, string? from, string key, CancellationToken cancellationToken)
    {
        var cart = await server.Post(
            "api/v1/carts",
            key,
            new OpenCartMessage(store, invoice.Till, from),
            Messages.Default.OpenCartMessage,
            Messages.Default.CartAnswer,
            _ => true,
            cancellationToken);
        return cart.Id;
    }

    // One after another, as a cashier scans them: the order's lines are numbered as they come.
    private async Task<string> Fill(RetailInvoice invoice, string key, CancellationToken cancellationToken)
    {
        var cart = await Open(invoice, null, key, cancellationToken);
        for (var i = 0; i < invoice.Sold.Count; i++)
        {
            var line = invoice.Sold[i];
            await server.Post(
                $"api/v1/carts/{cart}/lines",
                FormattableString.Invariant($"{key}-{i + 1}"),
                new CartLineMessage(line.StockCode, line.Quantity, Override(line)),
                Messages.Default.CartLineMessage,
                cancellationToken);
        }

        return cart;
    }

    // A cancelled order has ended when its goods are back on the shelf: the next try needs them.
    private async Task<OrderAnswer> Pay(RetailInvoice invoice, RetailWay way, string? cart, string key, CancellationToken cancellationToken)
    {
        var began = terminal.Time.GetTimestamp();
        var order = cart is null
            ? await server.Post(
                "api/v1/orders", key, Order(invoice, way, store), Messages.Default.OrderMessage, Messages.Default.OrderAnswer, HasEnded, cancellationToken)
            : await server.Post(
                $"api/v1/carts/{cart}/checkout",
                key,
                CheckOut(invoice, way),
                Messages.Default.CheckOutMessage,
                Messages.Default.OrderAnswer,
                HasEnded,
                cancellationToken);
        latencies.Add(terminal.Time.GetElapsedTime(began));
        return order;
    }

    private static bool HasEnded(OrderAnswer order) => order.State == "CONFIRMED" || order is { State: "CANCELLED", Settled: true };
}
