using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using Orleans;
using Pos.Api.Stores;

namespace Pos.Api.Orders;

/// <summary><c>/orders</c>: sales, from the request to their end.</summary>
internal static class OrdersApi
{
    /// <summary>Finds the store of an order.</summary>
    internal static readonly Owner OfOrder = Owner.Of<OrderId>(
        "the order's store", static async (grains, id) => (await grains.GetGrain<IOrderGrain>(id.Value).Get())?.Store, Unknown);

    public static void MapOrders(this IEndpointRouteBuilder api)
    {
        var orders = api.MapGroup("/orders").WithTags("Orders");
        orders.MapPost("/", Place).WithName("placeOrder").Requires(Permission.Sell, Owner.InBody).WithMetadata(PreferAsync.Metadata)
            .WithSummary("Sell")
            .WithDescription(
                "A line with another price needs a manager, or a manager's approval. 201: the order is CONFIRMED, which means paid, with every piece pinned to it. "
                + "409 `insufficient-stock` and 402 `payment-declined`: the order is CANCELLED. 202: the order is on disk and has not ended within 3 seconds, or the "
                + "request had `Prefer: respond-async`; ask the Location. 422 `no-card-provider`: the request has `cards` and the server has no payment provider; "
                + "no stock was held, so take cash. The same request with the same key joins the running sale or shows its end.")
            .RefusesAs<IOrderGrain>(nameof(IOrderGrain.Place))
            .Refuses(Problems.OrderCancelled);
        orders.MapGet("/{id}", Get).WithName("getOrder").Requires(Permission.Read, OfOrder)
            .WithSummary("Read an order");
        orders.MapGet("/{id}/history", History).WithName("getOrderHistory").Requires(Permission.Read, OfOrder)
            .WithSummary("Explain an order")
            .WithDescription("Every transition of the order, with its time and its cause.");
        orders.MapPost("/{id}/cancel", Cancel).WithName("cancelOrder").Requires(Permission.Sell, OfOrder)
            .WithSummary("Cancel an order")
            .WithDescription("Accepted until the money was taken. A return undoes a CONFIRMED order. Cancelling a CANCELLED order changes nothing.")
            .RefusesAs<IOrderGrain>(nameof(IOrderGrain.Cancel));
        orders.MapGet("/", List).WithName("listOrders").Requires(Permission.Read, Owner.InQuery)
            .WithSummary("List a store's orders")
            .WithDescription("In the order of their placing.");
    }

    private static async Task<Results<Created<OrderView>, Accepted<OrderView>, Refusal>> Place(
        Command<PlaceOrderRequest> command, HttpContext context, IGrainFactory grains, IOptions<ApiOptions> options)
    {
        var sale = command.Body;
        if ((RequestBody.NullIn(sale.Lines, "lines") ?? RequestBody.NullIn(sale.Cards ?? [], "cards")) is { } hole)
        {
            return hole;
        }

        var operation = command.Operation(sale.Store.Value, sale.Till.Value, "POST /orders", sale.Till.Value);
        var waitMax = PreferAsync.IsAsked(context) ? TimeSpan.Zero : options.Value.WaitMax;
        var outcome = await grains.GetGrain<IOrderGrain>(operation.Id).Place(new PlaceOrder(
            operation, sale.Store, sale.Till, sale.Lines,
            new TenderRequest(sale.Cash, sale.Cards ?? [], sale.Exchange), sale.OccurredAt, waitMax,
            Annotations.Of(sale.Reference, sale.Note, sale.Customer, Metadata.Of(sale.Metadata)))).Within(context.Response);
        return Answer(outcome, context);
    }

    /// <summary>An order at its end, or as it stands.</summary>
    internal static Results<Created<OrderView>, Accepted<OrderView>, Refusal> Answer(Outcome<OrderView> outcome, HttpContext context)
    {
        if (outcome.Rejection is { } rejection)
        {
            return new Refusal(rejection);
        }

        var order = outcome.Value!;
        var location = $"/api/v1/orders/{order.Id}";
        switch (order.State)
        {
            case OrderStatus.Confirmed:
                return TypedResults.Created(location, context.Response.Tagged(order));
            case OrderStatus.Cancelled:
                context.Response.Headers.Location = location;
                return Cancelled(order);
            default:
                context.Response.Headers.RetryAfter = "1";
                return TypedResults.Accepted(location, context.Response.Tagged(order));
        }
    }

    private static Refusal Cancelled(OrderView order)
    {
        var kind = order.Cancellation?.Code is { } code ? Problems.Of(code) : Problems.OrderCancelled;
        return new Refusal(kind, order.Cancellation?.Reason ?? kind.Title)
        {
            Shortages = order.Cancellation?.Shortages ?? default,
            Order = order.Id,
        };
    }

    internal static Refusal Unknown(OrderId id) => new(RejectionCode.UnknownOrder, $"There is no order {id}.");

    private static async Task<Results<Ok<OrderView>, Refusal>> Get(OrderId id, HttpResponse response, IGrainFactory grains)
    {
        var order = await grains.GetGrain<IOrderGrain>(id.Value).Get().Within(response);
        return response.OkOr(order, Unknown(id));
    }

    private static async Task<Results<Ok<OrderHistory>, Refusal>> History(
        OrderId id, HttpResponse response, IGrainFactory grains, CancellationToken cancelled) =>
        await grains.GetGrain<IOrderGrain>(id.Value).History(cancelled).Within(response) is { } history ? TypedResults.Ok(history) : Unknown(id);

    private static async Task<Results<Ok<OrderView>, Refusal>> Cancel(OrderId id, Command<CancelOrderRequest> command, HttpResponse response, IGrainFactory grains)
    {
        var operation = command.Operation("", id.Value, "POST cancel");
        return await grains.GetGrain<IOrderGrain>(id.Value).Cancel(new CancelOrder(operation, command.Body.Reason)).ToOk(response);
    }

    private static async Task<Results<Ok<Page<OrderView>>, Refusal>> List(
        StoreId store, string? limit, string? cursor, HttpResponse response, IGrainFactory grains, CancellationToken cancelled)
    {
        var asked = PageRequest.Of(response, $"orders/{store}", limit, cursor);
        var page = await grains.GetGrain<IDirectoryGrain>(store.Value)
            .List(DirectoryKind.Orders, asked.After, asked.Limit, cancelled).Within(response);
        return page.Ids.IsEmpty && await grains.GetGrain<IStoreGrain>(store.Value).Get().Within(response) is null
            ? StoresApi.Unknown(store)
            : await asked.Fetch(page, response, id => grains.GetGrain<IOrderGrain>(id).Get(), static order => order.Lines.Length);
    }
}
