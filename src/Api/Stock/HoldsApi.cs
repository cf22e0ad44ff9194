using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Orleans;

namespace Pos.Api;

/// <summary><c>/stores/{store}/stock/{sku}/holds</c>: pieces kept back for a while.</summary>
internal static class HoldsApi
{
    private const string Owner = "api";
    private const int ExpirySecondsMax = 24 * 60 * 60;

    public static void MapHolds(this IEndpointRouteBuilder api)
    {
        var holds = api.MapGroup("/stores/{store}/stock/{sku}/holds").WithTags("Holds");
        holds.MapPost("/", Reserve).WithName("createHold").Requires(Permission.Sell, Api.Owner.InRoute)
            .WithSummary("Hold pieces")
            .WithDescription("They are kept back until the hold is committed, released or expires. A sale makes its own holds.")
            .Refuses(
                RejectionCode.UnknownStore, RejectionCode.UnknownProduct, RejectionCode.NotStocked, RejectionCode.InvalidValue,
                RejectionCode.InvalidQuantity, RejectionCode.InsufficientStock, RejectionCode.HoldEnded, RejectionCode.OperationReused,
                RejectionCode.OperationTooLate, RejectionCode.JournalFull, RejectionCode.TooManyPending);
        holds.MapGet("/{hold}", Get).WithName("getHold").Requires(Permission.Read, Api.Owner.InRoute)
            .WithSummary("Read a hold")
            .WithDescription("Ended holds are remembered for a day after the last request that made or ended them.")
            .Refuses(RejectionCode.UnknownHold);
        EndsHold(holds.MapPost("/{hold}/pin", Pin)).WithName("pinHold").Requires(Permission.Sell, Api.Owner.InRoute)
            .WithSummary("Keep a hold from expiring")
            .WithDescription("From now on it ends by commit or release alone: whoever pins a hold must end it.");
        EndsHold(holds.MapPost("/{hold}/commit", Commit)).WithName("commitHold").Requires(Permission.Sell, Api.Owner.InRoute)
            .WithSummary("The held pieces leave the store");
        EndsHold(holds.MapPost("/{hold}/release", Release)).WithName("releaseHold").Requires(Permission.Sell, Api.Owner.InRoute)
            .WithSummary("Free the held pieces")
            .WithDescription("Releasing a hold that was released or has expired changes nothing.");
    }

    private static RouteHandlerBuilder EndsHold(RouteHandlerBuilder endpoint) => endpoint.Refuses(
        RejectionCode.UnknownHold, RejectionCode.HoldEnded, RejectionCode.HoldNotOwned, RejectionCode.OperationReused,
        RejectionCode.OperationTooLate, RejectionCode.JournalFull, RejectionCode.TooManyPending);

    private static async Task<Results<Created<HoldView>, Refusal>> Reserve(
        StoreId store, Sku sku, Command<HoldRequest> command, HttpResponse response, IGrainFactory grains, TimeProvider clock)
    {
        var (quantity, seconds) = command.Body;
        if (seconds is < 1 or > ExpirySecondsMax)
        {
            return new Refusal(RejectionCode.InvalidValue, $"expiresInSeconds is 1 to {ExpirySecondsMax}, not {seconds}.");
        }

        var id = command.Id(store.Value, sku.Value, "POST holds");
        var expiresAt = clock.GetUtcNow().AddSeconds(seconds);
        var outcome = await grains.Item(store, sku)
            .Reserve(new ReserveStock(command.Operation(id), new HoldId(id), Owner, quantity, expiresAt)).Within(response);
        return outcome.Rejection is { } rejection
            ? new Refusal(rejection)
            : TypedResults.Created($"/api/v1/stores/{store}/stock/{Uri.EscapeDataString(sku.Value)}/holds/{id}", response.Tagged(outcome.Value!));
    }

    private static async Task<Results<Ok<HoldView>, Refusal>> Get(StoreId store, Sku sku, HoldId hold, HttpResponse response, IGrainFactory grains)
    {
        var view = await grains.Item(store, sku).GetHold(hold).Within(response);
        return response.OkOr(view, Unknown(hold));
    }

    private static async Task<Results<Ok<HoldView>, Refusal>> Pin(StoreId store, Sku sku, HoldId hold, Command command, HttpResponse response, IGrainFactory grains) =>
        await grains.Item(store, sku).Pin(Ending(store, sku, hold, command, "pin")).ToOk(response);

    private static async Task<Results<Ok<HoldView>, Refusal>> Commit(StoreId store, Sku sku, HoldId hold, Command command, HttpResponse response, IGrainFactory grains) =>
        await grains.Item(store, sku).Commit(Ending(store, sku, hold, command, "commit")).ToOk(response);

    private static async Task<Results<Ok<HoldView>, Refusal>> Release(StoreId store, Sku sku, HoldId hold, Command command, HttpResponse response, IGrainFactory grains)
    {
        // A release ahead of its reserve buries the hold yet to come: a saga's need, and nobody else may do that to a sale.
        var item = grains.Item(store, sku);
        return await item.GetHold(hold).Within(response) is null
            ? Unknown(hold)
            : await item.Release(Ending(store, sku, hold, command, "release")).ToOk(response);
    }

    private static Refusal Unknown(HoldId hold) =>
        new(RejectionCode.UnknownHold, $"There is no hold '{hold}' on this item, or it ended so long ago that it is forgotten.");

    private static HoldCommand Ending(StoreId store, Sku sku, HoldId hold, Command command, string verb) =>
        new(command.Operation(command.Id(store.Value, sku.Value, $"POST holds/{hold}/{verb}")), hold, Owner);
}
