using System.Collections.Immutable;

namespace Pos.Tests.Simulated;

/// <summary>What a seed's shop sells: few things, and little of them, so that everything collides.</summary>
internal sealed class Shop
{
    public Shop(ulong seed)
    {
        var chance = new Chance(seed, "shop");
        TaxInclusive = chance.Is(0.5);
        Goods = [.. Enumerable.Range(1, 1 + chance.Next(4)).Select(number => new Sku($"sku-{number}"))];
        Stores = [.. Enumerable.Range(1, chance.Of(StoreCounts)).Select(number => new StoreId($"store-{number}"))];
        StockMax = 1 + chance.Next(30);
        Clients = 2 + chance.Next(8);
        CashRounding = chance.Is(0.3) ? 5 : chance.Is(0.3) ? 500 : null;
        OtherRounding = chance.Is(0.4) ? chance.Of<int?>([null, 5, 10, 500]) : CashRounding;
        TakesCash = !chance.Is(0.3);
        ThinkMax = TimeSpan.FromMilliseconds(1 + chance.Next(400));
    }

    private static readonly int[] StoreCounts = [1, 1, 2, 2, 3];

    public static Sku Service { get; } = new("gift-wrap");

    public static Sku Unknown { get; } = new("no-such-thing");

    public static Currency Currency { get; } = new("GBP");

    public static TillId Till { get; } = new("till-1");

    public bool TaxInclusive { get; }

    public ImmutableArray<Sku> Goods { get; }

    public ImmutableArray<StoreId> Stores { get; }

    public int StockMax { get; }

    public int Clients { get; }

    public TimeSpan ThinkMax { get; }

    /// <summary>Where it does not, all is paid by card, and cards misbehave more often.</summary>
    public bool TakesCash { get; }

    public int? CashRounding { get; }

    /// <summary>What a client makes of that in the middle of everything.</summary>
    public int? OtherRounding { get; }

    public StoreDetails Details => Rounding(CashRounding);

    public StoreDetails Rounding(int? step) => new(
        "Shop", "", "shop", Currency, "Europe/London", TaxInclusive,
        ImmutableSortedDictionary.CreateRange(
            StringComparer.Ordinal, [KeyValuePair.Create("standard", 2_000), KeyValuePair.Create("reduced", 725)]),
        [Till, new TillId("till-2")], step);

    public static string Barcode(Sku sku) => $"code-{sku}";

    public static ProductDetails Product(Sku sku, long price) => new(
        sku.Value, "", "", new Money(price, Currency), sku == Service ? "reduced" : "standard",
        sku == Service ? ProductKind.Service : ProductKind.Goods, Active: true);
}
