using System.Collections.Immutable;
using Orleans;
using Orleans.Concurrency;

namespace Pos.Stores;

/// <summary>A shop. Key: the store's id.</summary>
[Alias("pos.IStoreGrain")]
public interface IStoreGrain : IGrainWithStringKey
{
    /// <summary>Creates the store or replaces all it says, except its currency. The same content again changes nothing.</summary>
    [Alias("Define")]
    [Refuses(RejectionCode.InvalidValue, RejectionCode.CurrencyFixed, RejectionCode.JournalFull)]
    Task<Outcome<StoreView>> Define(DefineStore command);

    /// <summary>The store, or null when there is none.</summary>
    [Alias("Get"), ReadOnly]
    Task<StoreView?> Get();
}

/// <summary>Everything a store says of itself.</summary>
/// <param name="Name">1–200 characters.</param>
/// <param name="District">0–200 characters.</param>
/// <param name="Kind">Free word, for example <c>shop</c> or <c>kiosk</c>; 0–200 characters.</param>
/// <param name="Currency">All its prices and totals; never changes.</param>
/// <param name="TimeZone">IANA name, for example <c>Europe/London</c>.</param>
/// <param name="TaxInclusive">True: prices contain the tax. False: it is added.</param>
/// <param name="TaxRates">Basis points (2000 = 20 %) by tax class; 0–10000.</param>
/// <param name="Tills">Its tills, 1–1,000.</param>
/// <param name="CashRounding">Step to which cash is rounded, in minor units, 1–1,000; null and 1 mean not at all.</param>
/// <param name="EmbeddedBarcodes">How its own labels carry prices and weights, a prefix each; null and empty mean they do not.</param>
[GenerateSerializer, Immutable, Alias("pos.StoreDetails")]
public sealed record StoreDetails(
    string Name,
    string District,
    string Kind,
    Currency Currency,
    string TimeZone,
    bool TaxInclusive,
    ImmutableSortedDictionary<string, int> TaxRates,
    ImmutableArray<TillId> Tills,
    int? CashRounding = null,
    ImmutableArray<EmbeddedBarcode>? EmbeddedBarcodes = null);

/// <summary>Creates or replaces.</summary>
[GenerateSerializer, Immutable, Alias("pos.DefineStore")]
public sealed record DefineStore(Operation Operation, StoreDetails Details);

/// <summary>A store as it stands. The members mean what those of <see cref="StoreDetails"/> mean.</summary>
/// <param name="Id">Its key.</param>
/// <param name="Name">The name.</param>
/// <param name="District">District.</param>
/// <param name="Kind">Free word.</param>
/// <param name="Currency">All its prices and totals.</param>
/// <param name="TimeZone">IANA name.</param>
/// <param name="TaxInclusive">Whether prices contain the tax.</param>
/// <param name="TaxRates">Basis points by tax class.</param>
/// <param name="Tills">Its tills.</param>
/// <param name="CashRounding">Step to which cash is rounded, in minor units; null for none.</param>
/// <param name="Version">Version of its stream.</param>
/// <param name="EmbeddedBarcodes">How its own labels carry prices and weights; null when they do not.</param>
[GenerateSerializer, Immutable, Alias("pos.StoreView")]
public sealed record StoreView(
    StoreId Id,
    string Name,
    string District,
    string Kind,
    Currency Currency,
    string TimeZone,
    bool TaxInclusive,
    ImmutableSortedDictionary<string, int> TaxRates,
    ImmutableArray<TillId> Tills,
    int? CashRounding,
    long Version,
    ImmutableArray<EmbeddedBarcode>? EmbeddedBarcodes = null) : IVersioned
{
    /// <summary>Possible next actions: <c>change</c>, and with a till <c>sell</c> and <c>return</c>.</summary>
    public ImmutableArray<string> Actions => Tills.IsEmpty ? ["change"] : ["change", "sell", "return"];
}
