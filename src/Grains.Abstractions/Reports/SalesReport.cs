using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Orleans;
using Orleans.Concurrency;

namespace Pos.Reports;

/// <summary>What the rows of a sales report are.</summary>
[GenerateSerializer, Alias("pos.SalesGrouping")]
public enum SalesGrouping
{
    /// <summary>Business days, also those without a sale.</summary>
    [JsonStringEnumMemberName("day")]
    Day = 1,

    /// <summary>Hours with a sale, a return or a cancellation.</summary>
    [JsonStringEnumMemberName("hour")]
    Hour = 2,

    /// <summary>Products, by SKU.</summary>
    [JsonStringEnumMemberName("product")]
    Product = 3,

    /// <summary>Kinds of money.</summary>
    [JsonStringEnumMemberName("tender")]
    Tender = 4,

    /// <summary>Tills.</summary>
    [JsonStringEnumMemberName("till")]
    Till = 5,

    /// <summary>The keys that sold and took back.</summary>
    [JsonStringEnumMemberName("cashier")]
    Cashier = 6,

    /// <summary>Tax rates in basis points.</summary>
    [JsonStringEnumMemberName("tax")]
    Tax = 7,

    /// <summary>Causes of cancelled orders.</summary>
    [JsonStringEnumMemberName("cancellation")]
    Cancellation = 8,

    /// <summary>Categories of products, as the products say now.</summary>
    [JsonStringEnumMemberName("category")]
    Category = 9,
}

/// <summary>The order of the rows.</summary>
[GenerateSerializer, Alias("pos.SalesOrder")]
public enum SalesOrder
{
    /// <summary>By key, ascending.</summary>
    [JsonStringEnumMemberName("key")]
    Key = 1,

    /// <summary>By gross amount, descending.</summary>
    [JsonStringEnumMemberName("gross")]
    Gross = 2,

    /// <summary>By pieces, descending.</summary>
    [JsonStringEnumMemberName("pieces")]
    Pieces = 3,
}

/// <summary>A question about sales.</summary>
/// <param name="From">The first business day; null for the last one.</param>
/// <param name="To">The last business day; null for today in the store's time zone.</param>
/// <param name="GroupBy">What the rows are.</param>
/// <param name="Order">Their order.</param>
/// <param name="After">The place behind which the page begins: <see cref="SalesReport.Next"/> of the page before, or empty.</param>
/// <param name="Limit">Rows at most; 0 for all.</param>
[GenerateSerializer, Immutable, Alias("pos.SalesQuestion")]
public sealed record SalesQuestion(DateOnly? From, DateOnly? To, SalesGrouping GroupBy, SalesOrder Order, string After, int Limit);

/// <summary>What a store sold and took back on some business days.</summary>
/// <param name="Store">The store.</param>
/// <param name="TimeZone">The time zone of its business days.</param>
/// <param name="From">The first day.</param>
/// <param name="To">The last day.</param>
/// <param name="GroupBy">What the rows are.</param>
/// <param name="Freshness">How true the report is.</param>
/// <param name="Closed">Whether all of the days have closed. Late facts can reopen a day.</param>
/// <param name="Revision">How often closed days were reopened, over all days.</param>
/// <param name="Total">The sums of all days; they do not depend on the page.</param>
/// <param name="Rows">A page of rows.</param>
/// <param name="Next">The place behind the last row; empty when there is no next page.</param>
[GenerateSerializer, Immutable, Alias("pos.SalesReport")]
public sealed record SalesReport(
    StoreId Store,
    string TimeZone,
    DateOnly From,
    DateOnly To,
    SalesGrouping GroupBy,
    ReportFreshness Freshness,
    bool Closed,
    int Revision,
    SalesRow Total,
    ImmutableArray<SalesRow> Rows,
    [property: JsonIgnore] string Next);

/// <summary>Sums. Sales are not reduced by returns.</summary>
/// <param name="Key">What the row is of: a day, an hour's beginning, a SKU, a category, a kind of tender, a till, a key, a rate in basis points or a cause.</param>
/// <param name="Name">A product's name; null for other rows.</param>
/// <param name="From">The beginning of a day or hour, UTC; null for other rows.</param>
/// <param name="To">The end of a day, UTC; null for other rows.</param>
/// <param name="Closed">Whether a day has closed; null for other rows.</param>
/// <param name="Revision">How often late facts have reopened a closed day; null for other rows.</param>
/// <param name="Orders">Confirmed orders; of a product, a tax rate or a tender, those with it. Of a category: the sum of its products, so an order with two of them counts twice.</param>
/// <param name="Pieces">Pieces sold.</param>
/// <param name="Gross">Gross amount sold. Of a tender: money taken, cash without the change.</param>
/// <param name="Net">Net amount sold; null for tenders and cancellations.</param>
/// <param name="Tax">Tax of it; null for tenders and cancellations.</param>
/// <param name="Discount">How much list prices were above the charged ones, at price overrides; below zero when more was charged. Null for tenders and cancellations.</param>
/// <param name="Returns">Returns; of a product, a category, a tax rate or a tender, counted as orders are.</param>
/// <param name="PiecesReturned">Pieces that came back.</param>
/// <param name="GrossReturned">Gross amount of them. Of a tender: money given back.</param>
/// <param name="NetReturned">Net amount of them; null for tenders and cancellations.</param>
/// <param name="TaxReturned">Tax of them; null for tenders and cancellations.</param>
/// <param name="Cancelled">Cancelled orders; null for products, tax rates and tenders.</param>
/// <param name="AverageBasket">Gross amount of one order, rounded; null without an order.</param>
[GenerateSerializer, Immutable, Alias("pos.SalesRow")]
public sealed record SalesRow(
    string Key,
    string? Name,
    DateTimeOffset? From,
    DateTimeOffset? To,
    bool? Closed,
    int? Revision,
    long Orders,
    long Pieces,
    Money Gross,
    Money? Net,
    Money? Tax,
    Money? Discount,
    long Returns,
    long PiecesReturned,
    Money GrossReturned,
    Money? NetReturned,
    Money? TaxReturned,
    long? Cancelled,
    Money? AverageBasket);
