using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Orleans;

namespace Pos.Api.Stock;

/// <summary><c>/stores/{store}/stock/{sku}/holds</c>: pieces kept back for a while.</summary>
internal static class HoldsApi
{
    private const int ExpirySecondsMax = 24 * 60 * 60;

    public static void MapHolds(this IEndpointRouteBuilder api)
    {
        var holds = api.MapGroup("/stores/{store}/stock/{sku}/holds").WithTags("Holds");
        holds.MapPost("/", Reserve).WithName("createHold").Requires(Permission.Sell, Owner.InRoute)
            .WithSummary("Hold pieces")
            .WithDescription(
                "The pieces are kept back until the hold is committed or released, or expires. An order makes its own holds. One caller holds at most 100,000 "
                + "pieces of an item in at most 100 holds, even where backorders are allowed: beyond that 409 `too-many-holds`.")
            .RefusesAs<IStockGrain>(nameof(IStockGrain.Reserve));
        holds.MapGet("/", List).WithName("listHolds").Requires(Permission.Read, Owner.InRoute)
            .WithSummary("List the live holds of an item")
            .WithDescription(
                "Live holds in the order of their beginning. `owner` names the order, or is `api` for a hold that was made by this API; such a hold has `madeBy` "
                + "and `madeAt`.")
            .Refuses(Problems.UnknownStockItem);
        holds.MapGet("/{hold}", Get).WithName("getHold").Requires(Permission.Read, Owner.InRoute)
            .WithSummary("Read a hold")
            .WithDescription("The server remembers an ended hold for a day after the last request that made or ended the hold.")
            .Refuses(RejectionCode.UnknownHold);
        holds.MapPost("/{hold}/pin", Pin).WithName("pinHold").Requires(Permission.Sell, Owner.InRoute)
            .WithSummary("Keep a hold from expiring")
            .WithDescription("A pinned hold ends only by commit, release or end. Only the key that made the hold may pin the hold.")
            .RefusesAs<IStockGrain>(nameof(IStockGrain.Pin));
        holds.MapPost("/{hold}/commit", Commit).WithName("commitHold").Requires(Permission.Supervised, Owner.InRoute)
            .WithSummary("Take the held pieces out of stock")
            .WithDescription("The pieces leave the store without a sale. A commit takes a manager, as an adjustment does, and a reason, which the ledger shows.")
            .RefusesAs<IStockGrain>(nameof(IStockGrain.Commit));
        holds.MapPost("/{hold}/release", Release).WithName("releaseHold").Requires(Permission.Sell, Owner.InRoute)
            .WithSummary("Free the held pieces")
            .WithDescription("Only the key that made the hold may release the hold. Releasing a hold that was released or has expired changes nothing.")
            .RefusesAs<IStockGrain>(nameof(IStockGrain.Release));
        holds.MapPost("/{hold}/end", End).WithName("endHold").Requires(Permission.Supervised, Owner.InRoute)
            .WithSummary("End somebody else's hold")
            .WithDescription("Takes a manager and a reason. The hold of an order ends only with the order: cancel the order, or take its lines back.")
            .RefusesAs<IStockGrain>(nameof(IStockGrain.Release))
            .Refuses(RejectionCode.InvalidValue);
    }

    private static async Task<Results<Created<HoldView>, Refusal>> Reserve(
        StoreId store, Sku sku, Command<HoldRequest> command, HttpResponse response, IGrainFactory grains, TimeProvider clock)
    {
        var (quantity, seconds) = command.Body;
        if (seconds is < 1 or > ExpirySecondsMax)
        {
            return new Refusal(RejectionCode.InvalidValue, $"expiresInSeconds is 1 to {ExpirySecondsMax}, not {seconds}.");
        }

        var operation = command.Operation(store.Value, sku.Value, "POST holds");
        var expiresAt = clock.GetUtcNow().AddSeconds(seconds);
        var outcome = await grains.Item(store, sku)
            .Reserve(new ReserveStock(operation, new HoldId(operation.Id), HoldOwner.Api, quantity, expiresAt)).Within(response);
        return outcome.Rejection is { } rejection
            ? new Refusal(rejection)
            : TypedResults.Created($"/api/v1/stores/{store}/stock/{Uri.EscapeDataString(sku.Value)}/holds/{operation.Id}", response.Tagged(outcome.Value!));
    }

    private static async Task<Results<Ok<HoldView>, Refusal>> Get(StoreId store, Sku sku, HoldId hold, HttpResponse response, IGrainFactory grains)
    {
        var view = await grains.Item(store, sku).GetHold(hold).Within(response);
        return response.OkOr(view, Unknown(hold));
    }

    private static async Task<Results<Ok<HoldView>, Refusal>> Pin(StoreId store, Sku sku, HoldId hold, Command command, HttpResponse response, IGrainFactory grains) =>
        await grains.Item(store, sku).Pin(Ending(store, sku, hold, command, "pin")).ToOk(response);

    private static async Task<Results<Ok<HoldView>, Refusal>> Commit(
        StoreId store, Sku sku, HoldId hold, Command<CommitHoldRequest> command, HttpResponse response, IGrainFactory grains) =>
        await grains.Item(store, sku).Commit(Ending(store, sku, hold, command, "commit", command.Body.Reason)).ToOk(response);

    private static async Task<Results<Ok<HoldView>, Refusal>> End(
        StoreId store, Sku sku, HoldId hold, Command<EndHoldRequest> command, HttpResponse response, IGrainFactory grains)
    {
        var item = grains.Item(store, sku);
        return await item.GetHold(hold).Within(response) is null
            ? Unknown(hold)
            : await item.Release(Ending(store, sku, hold, command, "end", command.Body.Reason)).ToOk(response);
    }

    private static async Task<Results<Ok<Page<HoldView>>, Refusal>> List(
        StoreId store, Sku sku, string? limit, string? cursor, HttpResponse response, IGrainFactory grains)
    {
        var asked = PageRequest.Of(response, $"holds/{store}/{sku}", limit, cursor);
        var item = grains.Item(store, sku);
        var page = await item.Holds(asked.After, asked.Limit).Within(response);
        return page.Holds.IsEmpty && await item.Get().Within(response) is null
            ? new Refusal(Problems.UnknownStockItem, $"Nothing ever happened to '{sku}' in the store '{store}'.")
            : TypedResults.Ok(asked.Page(page.Holds, page.Next, page.HasMore));
    }

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
        new(command.Operation(store.Value, sku.Value, $"POST holds/{hold}/{verb}"), hold, HoldOwner.Api);

    private static HoldCommand Ending<T>(StoreId store, Sku sku, HoldId hold, Command<T> command, string verb, string reason) where T : class =>
        new(command.Operation(store.Value, sku.Value, $"POST holds/{hold}/{verb}"), hold, HoldOwner.Api, Reason: reason);
}
