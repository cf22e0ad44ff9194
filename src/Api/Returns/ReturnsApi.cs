using System.Collections.Immutable;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using Orleans;

namespace Pos.Api;

/// <summary><c>/returns</c>: goods that come back without a receipt.</summary>
internal static class ReturnsApi
{
    public static void MapReturns(this IEndpointRouteBuilder api)
    {
        var returns = api.MapGroup("/returns").WithTags("Returns");
        returns.MapPost("/", Place).WithName("placeReturn").WithMetadata(PreferAsync.Metadata)
            .WithSummary("Take goods back")
            .WithDescription(
                "Answers 201 when the return is COMPLETED: restocked or written off, and refunded in cash. 202 when it has not ended "
                + "within 3 seconds, or at once when it is durable with `Prefer: respond-async`: ask its Location.")
            .Refuses(
                RejectionCode.UnknownStore, RejectionCode.UnknownTill, RejectionCode.UnknownProduct, RejectionCode.UnknownTaxRate,
                RejectionCode.InvalidValue, RejectionCode.InvalidQuantity, RejectionCode.AmountTooLarge, RejectionCode.WrongCurrency,
                RejectionCode.TimeInFuture, RejectionCode.OperationReused, RejectionCode.OperationTooLate, RejectionCode.JournalFull,
                RejectionCode.TooManyPending);
        returns.MapGet("/{id}", Get).WithName("getReturn")
            .WithSummary("Read a return")
            .Refuses(RejectionCode.UnknownReturn);
        returns.MapGet("/", List).WithName("listReturns")
            .WithSummary("List a store's returns")
            .WithDescription("In the order in which they were accepted.")
            .Refuses(RejectionCode.UnknownStore);
    }

    private static async Task<Results<Created<ReturnView>, Accepted<ReturnView>, Refusal>> Place(
        Command<PlaceReturnRequest> command, HttpContext context, IGrainFactory grains, IOptions<ApiOptions> options)
    {
        var back = command.Body;
        if (RequestBody.NullIn(back.Lines, "lines") is { } hole)
        {
            return hole;
        }

        var id = command.Id(back.Store.Value, back.Till.Value, "POST /returns");
        var waitMax = PreferAsync.IsAsked(context) ? TimeSpan.Zero : options.Value.WaitMax;
        var lines = ImmutableArray.CreateRange(
            back.Lines, static line => new ReturnLineRequest(line.Sku, line.Quantity, line.UnitPrice, line.Disposition));
        var outcome = await grains.GetGrain<IReturnGrain>(id).Place(new PlaceReturn(
            command.Operation(id, back.Till.Value), back.Store, back.Till, lines, back.Reason, back.OccurredAt, waitMax));
        if (outcome.Rejection is { } rejection)
        {
            return new Refusal(rejection);
        }

        var location = $"/api/v1/returns/{id}";
        if (outcome.Value!.State == ReturnState.Completed)
        {
            return TypedResults.Created(location, outcome.Value);
        }

        context.Response.Headers.RetryAfter = "1";
        return TypedResults.Accepted(location, outcome.Value);
    }

    private static async Task<Results<Ok<ReturnView>, Refusal>> Get(ReturnId id, HttpResponse response, IGrainFactory grains)
    {
        var view = await grains.GetGrain<IReturnGrain>(id.Value).Get();
        return response.OkOr(view, view?.Version, new Refusal(RejectionCode.UnknownReturn, $"There is no return {id}."));
    }

    private static async Task<Results<Ok<Page<ReturnView>>, Refusal>> List(
        StoreId store, string? limit, string? cursor, IGrainFactory grains, CancellationToken cancelled)
    {
        var page = await grains.GetGrain<IDirectoryGrain>(store.Value)
            .List(DirectoryKind.Returns, Paging.After(cursor), Paging.Limit(limit), cancelled);
        return page.Ids.IsEmpty && await grains.GetGrain<IStoreGrain>(store.Value).Get() is null
            ? StoresApi.Unknown(store)
            : await Paging.Fetch(page, id => grains.GetGrain<IReturnGrain>(id).Get());
    }
}
