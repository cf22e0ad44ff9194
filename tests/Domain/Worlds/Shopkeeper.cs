using System.Collections.Immutable;
using System.Globalization;
using Orleans;

namespace Pos.Tests;

/// <summary>Opens a shop and sells in it, through the grains.</summary>
internal sealed class Shopkeeper(IGrainFactory grains, TimeProvider time)
{
    public static readonly StoreId London = new("london");
    public static readonly TillId Till = new("till-1");
    public static readonly Currency Pounds = new("GBP");

    public static Money Gbp(long amount) => new(amount, Pounds);

    public static OrderId OrderNumber(int number) => new(number.ToString("x32", CultureInfo.InvariantCulture));

    public static ReturnId ReturnNumber(int number) => new(number.ToString("x32", CultureInfo.InvariantCulture));

    public IOrderGrain Order(OrderId id) => grains.GetGrain<IOrderGrain>(id.Value);

    public IReturnGrain Return(ReturnId id) => grains.GetGrain<IReturnGrain>(id.Value);

    public IStockGrain Stock(string sku) => grains.GetGrain<IStockGrain>(new StockKey(London, new Sku(sku)).ToString());

    public IDirectoryGrain Directory(string key) => grains.GetGrain<IDirectoryGrain>(key);

    public IProductGrain Product(string sku) => grains.GetGrain<IProductGrain>(sku);

    public Operation Operation(string id, string fingerprint = "f") => new(id, fingerprint, time.GetUtcNow() + TimeSpan.FromHours(24), "test", ApprovedBy: "boss");

    /// <summary>A store, products at 2.55, a service, and stock of each product.</summary>
    public async Task Open(int each, params string[] skus)
    {
        var store = new StoreDetails(
            "London", "Soho", "shop", Pounds, "Europe/London", TaxInclusive: true,
            ImmutableSortedDictionary.CreateRange(StringComparer.Ordinal, [KeyValuePair.Create("standard", 2_000)]), [Till]);
        Accepted(await grains.GetGrain<IStoreGrain>(London.Value).Define(new(Operation("store"), store)));
        Accepted(await Define("post", ProductKind.Service));
        foreach (var sku in skus)
        {
            Accepted(await Define(sku, ProductKind.Goods));
            if (each > 0)
            {
                Accepted(await Stock(sku).Receive(new(Operation($"open-{sku}"), each)));
            }
        }
    }

    public Task<Outcome<ProductView>> Define(string sku, ProductKind kind) => Product(sku).Define(
        new(Operation(sku), new ProductDetails(sku, "", "", Gbp(255), "standard", kind, Active: true)));

    /// <summary>Asks for one or more lines, each of so many pieces, with enough cash.</summary>
    public Task<Outcome<OrderView>> Sell(OrderId id, TimeSpan waitMax, params (string Sku, int Quantity)[] lines) =>
        Sell(id, waitMax, Gbp(100_000_000), lines);

    /// <summary>Asks for one or more lines, paid as said.</summary>
    public Task<Outcome<OrderView>> Sell(OrderId id, TimeSpan waitMax, TenderRequest tender, params (string Sku, int Quantity)[] lines) => Order(id).Place(
        new(
            Operation(id.Value),
            London,
            Till,
            [.. lines.Select(line => new OrderLineRequest(new Sku(line.Sku), line.Quantity))],
            tender,
            null,
            waitMax));

    /// <summary>Brings pieces of an order's lines back.</summary>
    public Task<Outcome<ReturnView>> BringBack(
        OrderId order, ReturnId id, TimeSpan waitMax, bool exchange, params (int Line, int Quantity, Disposition Disposition)[] lines) => Order(order).Return(
        new(
            Operation(id.Value), id, Till, [.. lines.Select(line => new ReturnedLine(line.Line, line.Quantity, line.Disposition))], "faulty", exchange, null,
            waitMax));

    public Task<Outcome<ReturnView>> TakeBack(ReturnId id, TimeSpan waitMax, params (string Sku, int Quantity, Disposition Disposition)[] lines) =>
        Return(id).Place(
            new(
                Operation(id.Value),
                London,
                Till,
                [.. lines.Select(line => new ReturnLineRequest(new Sku(line.Sku), line.Quantity, null, line.Disposition))],
                "faulty",
                null,
                waitMax));

    public static T Accepted<T>(Outcome<T> outcome) where T : class
    {
        Assert.True(outcome.Rejection is null, outcome.Rejection?.ToString());
        return outcome.Value!;
    }
}
