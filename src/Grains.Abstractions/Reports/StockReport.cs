using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Orleans;
using Orleans.Concurrency;

namespace Pos.Reports;

/// <summary>Which items a stock report has.</summary>
[GenerateSerializer, Alias("pos.StockFilter")]
public enum StockFilter
{
    /// <summary>All.</summary>
    [JsonStringEnumMemberName("all")]
    All = 1,

    /// <summary>Items with fewer pieces available than the threshold.</summary>
    [JsonStringEnumMemberName("low")]
    Low = 2,

    /// <summary>Items with more pieces held than are on hand.</summary>
    [JsonStringEnumMemberName("short")]
    Shortage = 3,

    /// <summary>Items with pieces held.</summary>
    [JsonStringEnumMemberName("held")]
    Held = 4,
}

/// <summary>A question about stock.</summary>
/// <param name="Filter">Which items.</param>
/// <param name="Below">The threshold of <see cref="StockFilter.Low"/>.</param>
/// <param name="After">The place behind which the page begins, or empty.</param>
/// <param name="Limit">Rows at most; 0 for all.</param>
[GenerateSerializer, Immutable, Alias("pos.StockQuestion")]
public sealed record StockQuestion(StockFilter Filter, long Below, string After, int Limit);

/// <summary>What a store has.</summary>
/// <param name="Store">The store.</param>
/// <param name="Freshness">How true the report is.</param>
/// <param name="Items">Items in the report, on all pages.</param>
/// <param name="OnHand">Pieces on hand of these items.</param>
/// <param name="Held">Pieces held of these items: in checkout, or held through the API.</param>
/// <param name="Shortages">Items with more pieces held than are on hand.</param>
/// <param name="Rows">A page of items, by SKU.</param>
/// <param name="Next">The place behind the last row; empty when there is no next page.</param>
[GenerateSerializer, Immutable, Alias("pos.StockReport")]
public sealed record StockReport(
    StoreId Store, ReportFreshness Freshness, long Items, long OnHand, long Held, long Shortages, ImmutableArray<StockRow> Rows, [property: JsonIgnore] string Next);

/// <summary>An item. The movements add up to what is on hand.</summary>
/// <param name="Sku">The product.</param>
/// <param name="OnHand">Pieces on hand.</param>
/// <param name="Held">Pieces held: in checkout, or held through the API.</param>
/// <param name="Available">On hand − held; below zero is a shortage.</param>
/// <param name="Received">Pieces that ever came in.</param>
/// <param name="Restocked">Pieces that came back with returns.</param>
/// <param name="Adjusted">Pieces that adjustments and counts found (above zero) or missed (below zero).</param>
/// <param name="Sold">Pieces that left with orders.</param>
/// <param name="Issued">Pieces that left without a sale.</param>
/// <param name="MovedAt">When pieces moved last, UTC; null when they never did.</param>
[GenerateSerializer, Immutable, Alias("pos.StockRow")]
public sealed record StockRow(
    Sku Sku, long OnHand, long Held, long Available, long Received, long Restocked, long Adjusted, long Sold, long Issued, DateTimeOffset? MovedAt);
