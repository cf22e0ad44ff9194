using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Orleans;
using Pos.Api.Stores;

namespace Pos.Api.Stock;

/// <summary><c>/stores/{store}/stock</c>: how much of a product is in a store, and how it came about.</summary>
internal static class StockApi
{
    public static void MapStock(this IEndpointRouteBuilder api)
    {
        var stock = api.MapGroup("/stores/{store}/stock").WithTags("Stock");
        stock.MapGet("/", List).WithName("listStock").Requires(Permission.Read, Owner.InRoute)
            .WithSummary("List a store's stock")
            .WithDescription("Every product that the store has ever received, sold or counted.");
        stock.MapGet("/{sku}", Get).WithName("getStock").Requires(Permission.Read, Owner.InRoute)
            .WithSummary("Read a stock item")
            .WithDescription("`available = onHand − held`; negative is a shortage.")
            .Refuses(Problems.UnknownStockItem);
        stock.MapPost("/{sku}/receipts", Receive).WithName("receiveStock").Requires(Permission.KeepStock, Owner.InRoute)
            .WithSummary("Receive goods")
            .RefusesAs<IStockGrain>(nameof(IStockGrain.Receive));
        stock.MapPost("/{sku}/adjustments", Adjust).WithName("adjustStock").Requires(Permission.Supervised, Owner.InRoute)
            .WithSummary("Adjust the stock on hand")
            .WithDescription("An adjustment is a fact and is never refused for lack of stock. Live holds stay, and `available` may become negative.")
            .RefusesAs<IStockGrain>(nameof(IStockGrain.Adjust));
        stock.MapPost("/{sku}/counts", Count).WithName("countStock").Requires(Permission.Supervised, Owner.InRoute)
            .WithSummary("Record a count")
            .WithDescription("The server records the difference between the count and the stock on hand.")
            .RefusesAs<IStockGrain>(nameof(IStockGrain.Count));
        stock.MapPut("/{sku}/policy", SetPolicy).WithName("setStockPolicy").Requires(Permission.KeepStock, Owner.InRoute)
            .WithSummary("Deny or allow backorders")
            .RefusesAs<IStockGrain>(nameof(IStockGrain.SetPolicy));
        stock.MapGet("/{sku}/ledger", Ledger).WithName("getLedger").Requires(Permission.Read, Owner.InRoute)
            .WithSummary("Explain a stock item's balance")
            .WithDescription("Every movement of `onHand` in order, with the balance after the movement.")
            .Refuses(Problems.UnknownStockItem);
    }

    internal static IStockGrain Item(this IGrainFactory grains, StoreId store, Sku sku) =>
        grains.GetGrain<IStockGrain>(new StockKey(store, sku).ToString());

    private static Refusal Unknown(StoreId store, Sku sku) =>
        new(Problems.UnknownStockItem, $"Nothing ever happened to '{sku}' in the store '{store}'.");

    private static async Task<Results<Ok<Page<StockView>>, Refusal>> List(
        StoreId store, string? limit, string? cursor, HttpResponse response, IGrainFactory grains, CancellationToken cancelled)
    {
        var asked = PageRequest.Of(response, $"stock/{store}", limit, cursor);
        var page = await grains.GetGrain<IDirectoryGrain>(store.Value)
            .List(DirectoryKind.Stock, asked.After, asked.Limit, cancelled).Within(response);
        return page.Ids.IsEmpty && await grains.GetGrain<IStoreGrain>(store.Value).Get().Within(response) is null
            ? StoresApi.Unknown(store)
            : await asked.Fetch(page, response, sku => grains.Item(store, new Sku(sku)).Get());
    }

    private static async Task<Results<Ok<StockView>, Refusal>> Get(StoreId store, Sku sku, HttpResponse response, IGrainFactory grains)
    {
        var view = await grains.Item(store, sku).Get().Within(response)
            ?? (response.AsMade(sku) is { } older ? await grains.Item(store, older).Get().Within(response) : null);
        return response.OkOr(view, Unknown(store, sku));
    }

    private static async Task<Results<Ok<StockView>, Refusal>> Receive(
        StoreId store, Sku sku, Command<ReceiptRequest> command, HttpResponse response, IGrainFactory grains)
    {
        var operation = command.Operation(store.Value, sku.Value, "POST receipts");
        return await grains.Item(store, sku).Receive(new ReceiveStock(operation, command.Body.Quantity, command.Body.Note)).ToOk(response);
    }

    private static async Task<Results<Ok<StockView>, Refusal>> Adjust(
        StoreId store, Sku sku, Command<AdjustmentRequest> command, HttpResponse response, IGrainFactory grains)
    {
        var operation = command.Operation(store.Value, sku.Value, "POST adjustments");
        var (delta, reason, occurredAt) = command.Body;
        return await grains.Item(store, sku).Adjust(new AdjustStock(operation, delta, reason, occurredAt)).ToOk(response);
    }

    private static async Task<Results<Ok<StockView>, Refusal>> Count(
        StoreId store, Sku sku, Command<CountRequest> command, HttpResponse response, IGrainFactory grains)
    {
        var operation = command.Operation(store.Value, sku.Value, "POST counts");
        return await grains.Item(store, sku).Count(new CountStock(operation, command.Body.Counted, command.Body.Reason)).ToOk(response);
    }

    private static async Task<Results<Ok<StockView>, Refusal>> SetPolicy(
        StoreId store, Sku sku, Command<PolicyRequest> put, HttpResponse response, IGrainFactory grains) =>
        await grains.Item(store, sku).SetPolicy(new SetStockPolicy(put.Operation(store.Value, sku.Value, "PUT policy"), put.Body.Policy)).ToOk(response);

    private static async Task<Results<Ok<Page<LedgerEntry>>, Refusal>> Ledger(
        StoreId store, Sku sku, string? limit, string? cursor, HttpResponse response, IGrainFactory grains, CancellationToken cancelled)
    {
        var asked = PageRequest.Of(response, $"ledger/{store}/{sku}", limit, cursor);
        var item = grains.Item(store, sku);
        var page = await item.Ledger(asked.After, asked.Limit, cancelled).Within(response);
        return page.Entries.IsEmpty && await item.Get().Within(response) is null
            ? Unknown(store, sku)
            : TypedResults.Ok(asked.Page(page.Entries, page.Next, page.HasMore));
    }
}
