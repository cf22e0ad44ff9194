using System.Collections.Immutable;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using Orleans;
using Pos.Api.Orders;
using Pos.Api.Stores;

namespace Pos.Api.Returns;

/// <summary><c>/returns</c> and <c>/orders/{id}/returns</c>: goods that come back, without a receipt and with one.</summary>
internal static class ReturnsApi
{
    private static readonly Owner OfReturn = Owner.Of<ReturnId>(
        "the return's store", static async (grains, id) => (await grains.GetGrain<IReturnGrain>(id.Value).Get())?.Store, Unknown);

    public static void MapReturns(this IEndpointRouteBuilder api)
    {
        var returns = api.MapGroup("/returns").WithTags("Returns");
        returns.MapPost("/", Place).WithName("placeReturn").Requires(Permission.Supervised, Owner.InBody).WithMetadata(PreferAsync.Metadata)
            .WithSummary("Take goods back without a receipt")
            .WithDescription(
                "201: the return is COMPLETED, which means restocked or written off, and refunded in cash. 202: the return is on disk and has not ended within 3 "
                + "seconds, or the request had `Prefer: respond-async`; ask the Location.")
            .RefusesAs<IReturnGrain>(nameof(IReturnGrain.Place));
        api.MapPost("/orders/{id}/returns", TakeBack).WithTags("Returns").WithName("returnLines").WithMetadata(PreferAsync.Metadata)
            .Requires(Permission.Sell, OrdersApi.OfOrder)
            .WithSummary("Take lines of an order back")
            .WithDescription(
                "Never more than was sold, at the price paid, to the tenders it came from: cards first, also those whose money an exchange brought, the rest in "
                + "cash. Cash is rounded over all returns of the order, by the step that the store had at the sale: everything returned is everything paid. With "
                + "`payout` `exchange` the money waits for 24 hours as credit for a new order, which names the return as its `exchange`; what that leaves is "
                + "refunded. With `payout` `cash` it is all paid out in cash, rounded down; for what a card paid that needs a manager's approval.")
            .RefusesAs<IOrderGrain>(nameof(IOrderGrain.Return));
        returns.MapPost("/{id}/pay-out", PayOut).WithName("payOutReturn").Requires(Permission.Sell, OfReturn).WithMetadata(PreferAsync.Metadata)
            .WithSummary("Pay exchange credit out")
            .WithDescription("Refunds the credit of a return that was to be exchanged. 409 while an order has the credit.")
            .RefusesAs<IReturnGrain>(nameof(IReturnGrain.PayOut));
        returns.MapGet("/{id}", Get).WithName("getReturn").Requires(Permission.Read, OfReturn)
            .WithSummary("Read a return");
        returns.MapGet("/", List).WithName("listReturns").Requires(Permission.Read, Owner.InQuery)
            .WithSummary("List a store's returns")
            .WithDescription("In the order of their acceptance.");
    }

    private static async Task<Results<Created<ReturnView>, Accepted<ReturnView>, Refusal>> Place(
        Command<PlaceReturnRequest> command, HttpContext context, IGrainFactory grains, IOptions<ApiOptions> options)
    {
        var back = command.Body;
        if (RequestBody.NullIn(back.Lines, "lines") is { } hole)
        {
            return hole;
        }

        var operation = command.Operation(back.Store.Value, back.Till.Value, "POST /returns", back.Till.Value);
        var waitMax = PreferAsync.IsAsked(context) ? TimeSpan.Zero : options.Value.WaitMax;
        var lines = ImmutableArray.CreateRange(
            back.Lines, static line => new ReturnLineRequest(line.Sku, line.Quantity, line.UnitPrice, line.Disposition));
        var outcome = await grains.GetGrain<IReturnGrain>(operation.Id).Place(new PlaceReturn(
            operation, back.Store, back.Till, lines, back.Reason, back.OccurredAt, waitMax, back.Payout == Payout.Exchange,
            Annotations.Of(back.Reference, back.Note, back.Customer, Metadata.Of(back.Metadata))))
            .Within(context.Response);
        return Answer(outcome, context);
    }

    private static async Task<Results<Created<ReturnView>, Accepted<ReturnView>, Refusal>> TakeBack(
        OrderId id, Command<ReturnLinesRequest> command, HttpContext context, IGrainFactory grains, IOptions<ApiOptions> options)
    {
        var back = command.Body;
        if (RequestBody.NullIn(back.Lines, "lines") is { } hole)
        {
            return hole;
        }

        var operation = command.Operation(id.Value, back.Till.Value, "POST /orders/returns", back.Till.Value);
        var waitMax = PreferAsync.IsAsked(context) ? TimeSpan.Zero : options.Value.WaitMax;
        return Answer(
            await grains.GetGrain<IOrderGrain>(id.Value).Return(new ReturnLines(
                operation, new ReturnId(operation.Id), back.Till, back.Lines, back.Reason, back.Payout == Payout.Exchange,
                back.OccurredAt, waitMax, back.Payout == Payout.Cash,
                Annotations.Of(back.Reference, back.Note, back.Customer, Metadata.Of(back.Metadata)))).Within(context.Response),
            context);
    }

    private static async Task<Results<Created<ReturnView>, Accepted<ReturnView>, Refusal>> PayOut(
        ReturnId id, Command<PayOutRequest> command, HttpContext context, IGrainFactory grains, IOptions<ApiOptions> options)
    {
        var operation = command.Operation("", id.Value, "POST pay-out");
        var waitMax = PreferAsync.IsAsked(context) ? TimeSpan.Zero : options.Value.WaitMax;
        return Answer(await grains.GetGrain<IReturnGrain>(id.Value).PayOut(new PayOutReturn(operation, command.Body.Reason, waitMax)).Within(context.Response), context);
    }

    // An exchange is at its provisional end when the goods are back: what is next is the customer's to say.
    private static Results<Created<ReturnView>, Accepted<ReturnView>, Refusal> Answer(Outcome<ReturnView> outcome, HttpContext context)
    {
        if (outcome.Rejection is { } rejection)
        {
            return new Refusal(rejection);
        }

        var location = $"/api/v1/returns/{outcome.Value!.Id}";
        if (outcome.Value.State == ReturnStatus.Completed || outcome.Value.Actions.Contains("exchange"))
        {
            return TypedResults.Created(location, context.Response.Tagged(outcome.Value));
        }

        context.Response.Headers.RetryAfter = "1";
        return TypedResults.Accepted(location, context.Response.Tagged(outcome.Value));
    }

    private static Refusal Unknown(ReturnId id) => new(RejectionCode.UnknownReturn, $"There is no return {id}.");

    private static async Task<Results<Ok<ReturnView>, Refusal>> Get(ReturnId id, HttpResponse response, IGrainFactory grains)
    {
        var view = await grains.GetGrain<IReturnGrain>(id.Value).Get().Within(response);
        return response.OkOr(view, Unknown(id));
    }

    private static async Task<Results<Ok<Page<ReturnView>>, Refusal>> List(
        StoreId store, string? limit, string? cursor, HttpResponse response, IGrainFactory grains, CancellationToken cancelled)
    {
        var asked = PageRequest.Of(response, $"returns/{store}", limit, cursor);
        var page = await grains.GetGrain<IDirectoryGrain>(store.Value)
            .List(DirectoryKind.Returns, asked.After, asked.Limit, cancelled).Within(response);
        return page.Ids.IsEmpty && await grains.GetGrain<IStoreGrain>(store.Value).Get().Within(response) is null
            ? StoresApi.Unknown(store)
            : await asked.Fetch(page, response, id => grains.GetGrain<IReturnGrain>(id).Get(), static back => back.Lines.Length);
    }
}
