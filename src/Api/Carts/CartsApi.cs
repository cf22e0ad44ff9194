using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using Orleans;
using Pos.Api.Orders;
using Pos.Api.Stores;

namespace Pos.Api.Carts;

/// <summary><c>/carts</c>: what a customer is about to buy, until it is an order.</summary>
internal static class CartsApi
{
    private static readonly Owner OfCart = Owner.Of<CartId>(
        "the cart's store", static async (grains, id) => (await grains.Cart(id).Get())?.Store, Unknown);

    public static void MapCarts(this IEndpointRouteBuilder api)
    {
        var carts = api.MapGroup("/carts").WithTags("Carts");
        carts.MapPost("/", Open).WithName("openCart").Requires(Permission.Sell, Owner.InBody)
            .WithSummary("Open a cart")
            .WithDescription(
                "The server gives a cart up that nobody touches for a day. With `from`, the cart begins with the lines of a cart whose order was cancelled; a price "
                + "other than the list price needs a new approval by a manager.")
            .RefusesAs<ICartGrain>(nameof(ICartGrain.Open));
        carts.MapGet("/", List).WithName("listCarts").Requires(Permission.Read, Owner.InQuery)
            .WithSummary("List a store's carts that are OPEN or PARKED")
            .WithDescription(
                "In the order of their ids, with their labels, so that any till can resume a parked cart. `state` filters the list. A page may have fewer carts than "
                + "asked for, or none, while `hasMore` is true.");
        carts.MapGet("/{id}", Get).WithName("getCart").Requires(Permission.Read, OfCart).WithSummary("Read a cart");
        carts.MapPost("/{id}/lines", Add).WithName("addCartLine").Requires(Permission.Sell, OfCart)
            .WithSummary("Add a line to a cart")
            .WithDescription(
                "The body names a `sku`, or a `barcode` as it was scanned; the store's rules decode labels with a price or a weight. The line gets the present "
                + "price, and the checkout checks that price again.")
            .RefusesAs<ICartGrain>(nameof(ICartGrain.Add));
        carts.MapPatch("/{id}/lines/{line}", Change).WithName("changeCartLine").Requires(Permission.Sell, OfCart)
            .WithSummary("Change a line's quantity")
            .WithDescription("More pieces at a price other than the list price need a new approval: the earlier approval covers the present quantity.")
            .RefusesAs<ICartGrain>(nameof(ICartGrain.Change));
        carts.MapDelete("/{id}/lines/{line}", Remove).WithName("removeCartLine").Requires(Permission.Sell, OfCart)
            .WithSummary("Remove a line from a cart")
            .WithDescription("The other lines keep their numbers.")
            .RefusesAs<ICartGrain>(nameof(ICartGrain.Remove));
        carts.MapPost("/{id}/refresh", Refresh).WithName("refreshCart").Requires(Permission.Sell, OfCart)
            .WithSummary("Take over the present prices")
            .RefusesAs<ICartGrain>(nameof(ICartGrain.Refresh));
        carts.MapPut("/{id}/annotations", Annotate).WithName("annotateCart").Requires(Permission.Sell, OfCart)
            .WithSummary("Replace a cart's reference, note, customer and metadata")
            .WithDescription("A member that is absent is taken away. The cart is OPEN or PARKED; its order takes the words over.")
            .RefusesAs<ICartGrain>(nameof(ICartGrain.Annotate));
        carts.MapPost("/{id}/park", Park).WithName("parkCart").Requires(Permission.Sell, OfCart).WithSummary("Park a cart")
            .RefusesAs<ICartGrain>(nameof(ICartGrain.Park));
        carts.MapPost("/{id}/resume", Resume).WithName("resumeCart").Requires(Permission.Sell, OfCart)
            .WithSummary("Resume a parked cart at any till of the store")
            .RefusesAs<ICartGrain>(nameof(ICartGrain.Resume));
        carts.MapPost("/{id}/cancel", Cancel).WithName("cancelCart").Requires(Permission.Sell, OfCart).WithSummary("Cancel a cart")
            .RefusesAs<ICartGrain>(nameof(ICartGrain.Cancel));
        carts.MapPost("/{id}/checkout", CheckOut).WithName("checkOutCart").Requires(Permission.Sell, OfCart).WithMetadata(PreferAsync.Metadata)
            .WithSummary("Check a cart out")
            .WithDescription(
                "Answers as placing an order does: 201 with the CONFIRMED order, 202 while the order has not ended, a problem when the order was cancelled. One cart "
                + "gives one order, whatever the keys. 409 `price-changed`: the total is not the total that was shown, and `refresh` takes over the present prices. A "
                + "price that was approved more than an hour ago (the line's `approvedUntil`) needs a new approval by a manager. 422 `no-card-provider`: the "
                + "request has `cards` and the server has no payment provider; the cart stays open.")
            .RefusesAs<ICartGrain>(nameof(ICartGrain.CheckOut))
            .Refuses(Problems.OrderCancelled);
    }

    private static ICartGrain Cart(this IGrainFactory grains, CartId id) => grains.GetGrain<ICartGrain>(id.Value);

    private static async Task<Results<Created<CartView>, Refusal>> Open(
        Command<OpenCartRequest> command, HttpResponse response, IGrainFactory grains)
    {
        var (store, till, from) = (command.Body.Store, command.Body.Till, command.Body.From);
        var operation = command.Operation(store.Value, till.Value, "POST /carts", till.Value);
        var words = Annotations.Of(command.Body.Reference, command.Body.Note, command.Body.Customer, Metadata.Of(command.Body.Metadata));
        var outcome = await grains.Cart(new(operation.Id)).Open(new OpenCart(operation, store, till, from, words)).Within(response);
        return outcome.Rejection is { } rejection ? new Refusal(rejection) : TypedResults.Created($"/api/v1/carts/{operation.Id}", response.Tagged(outcome.Value!));
    }

    private static async Task<Results<Ok<Page<CartView>>, Refusal>> List(
        StoreId store, string? state, string? limit, string? cursor, HttpResponse response, IGrainFactory grains, CancellationToken cancelled)
    {
        var page = await CartList.Of(response, store, state, limit, cursor).Run(grains, response, cancelled);
        return page.Items.IsEmpty && await grains.GetGrain<IStoreGrain>(store.Value).Get().Within(response) is null
            ? StoresApi.Unknown(store)
            : TypedResults.Ok(page);
    }

    private static async Task<Results<Ok<CartView>, Refusal>> Get(CartId id, HttpResponse response, IGrainFactory grains)
    {
        var view = await grains.Cart(id).Get().Within(response);
        return response.OkOr(view, Unknown(id));
    }

    private static Refusal Unknown(CartId id) => new(RejectionCode.UnknownCart, $"There is no cart {id}.");

    private static async Task<Results<Ok<CartView>, Refusal>> Add(
        CartId id, Command<AddCartLineRequest> command, HttpResponse response, IGrainFactory grains)
    {
        var (body, operation) = (command.Body, command.Operation("", id.Value, "POST lines"));
        return await grains.Cart(id).Add(new AddCartLine(operation, body.Sku, body.Barcode, body.Quantity, body.Override)).ToOk(response);
    }

    private static async Task<Results<Ok<CartView>, Refusal>> Change(
        CartId id, LineNumber line, Command<ChangeCartLineRequest> command, HttpResponse response, IGrainFactory grains)
    {
        var operation = command.Operation(id.Value, line.ToString(), "PATCH lines");
        return await grains.Cart(id).Change(new ChangeCartLine(operation, line.Value, command.Body.Quantity)).ToOk(response);
    }

    private static async Task<Results<Ok<CartView>, Refusal>> Remove(CartId id, LineNumber line, Command removal, HttpResponse response, IGrainFactory grains) =>
        await grains.Cart(id).Remove(new RemoveCartLine(removal.Operation(id.Value, line.ToString(), "DELETE lines"), line.Value)).ToOk(response);

    private static async Task<Results<Ok<CartView>, Refusal>> Refresh(CartId id, Command command, HttpResponse response, IGrainFactory grains) =>
        await grains.Cart(id).Refresh(new RefreshCart(command.Operation("", id.Value, "POST refresh"))).ToOk(response);

    private static async Task<Results<Ok<CartView>, Refusal>> Annotate(
        CartId id, Command<AnnotateCartRequest> command, HttpResponse response, IGrainFactory grains)
    {
        var words = command.Body;
        return await grains.Cart(id).Annotate(new AnnotateCart(
            command.Operation("", id.Value, "PUT annotations"), Annotations.Of(words.Reference, words.Note, words.Customer, Metadata.Of(words.Metadata)))).ToOk(response);
    }

    private static async Task<Results<Ok<CartView>, Refusal>> Park(CartId id, Command<ParkCartRequest> command, HttpResponse response, IGrainFactory grains) =>
        await grains.Cart(id).Park(new ParkCart(command.Operation("", id.Value, "POST park"), command.Body.Label)).ToOk(response);

    private static async Task<Results<Ok<CartView>, Refusal>> Resume(CartId id, Command<ResumeCartRequest> command, HttpResponse response, IGrainFactory grains)
    {
        var till = command.Body.Till;
        var operation = command.Operation("", id.Value, "POST resume", till.Value);
        return await grains.Cart(id).Resume(new ResumeCart(operation, till)).ToOk(response);
    }

    private static async Task<Results<Ok<CartView>, Refusal>> Cancel(CartId id, Command<CancelCartRequest> command, HttpResponse response, IGrainFactory grains) =>
        await grains.Cart(id).Cancel(new CancelCart(command.Operation("", id.Value, "POST cancel"), command.Body.Reason)).ToOk(response);

    private static async Task<Results<Created<OrderView>, Accepted<OrderView>, Refusal>> CheckOut(
        CartId id, Command<CheckOutCartRequest> command, HttpContext context, IGrainFactory grains, IOptions<ApiOptions> options)
    {
        var sale = command.Body;
        if (RequestBody.NullIn(sale.Cards ?? [], "cards") is { } hole)
        {
            return hole;
        }

        var waitMax = PreferAsync.IsAsked(context) ? TimeSpan.Zero : options.Value.WaitMax;
        var outcome = await grains.Cart(id).CheckOut(new CheckOutCart(
            command.Operation("", id.Value, "POST checkout"),
            new TenderRequest(sale.Cash, sale.Cards ?? [], sale.Exchange),
            sale.ExpectedTotal,
            sale.OccurredAt,
            waitMax)).Within(context.Response);
        return OrdersApi.Answer(outcome, context);
    }
}
