using System.Collections.Immutable;
using System.Globalization;
using System.Xml;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Orleans;
using Pos.Api.Stores;
using Pos.Reports;

namespace Pos.Api.Reports;

/// <summary>A report that can be asked for.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Title">What it says.</param>
/// <param name="Path">Where it is.</param>
/// <param name="GroupBy">What its rows can be; empty when they are always the same.</param>
internal sealed record ReportDescription(string Name, string Title, string Path, ImmutableArray<string> GroupBy);

/// <summary>A page of a report.</summary>
/// <param name="Report">The report, with the page's rows.</param>
/// <param name="HasMore">Whether there is a next page.</param>
/// <param name="NextCursor">Send it as <c>cursor</c> for the next page; null when there is none.</param>
internal sealed record ReportAnswer<T>(T Report, bool HasMore, string? NextCursor);

/// <summary><c>/reports</c>: what a store sold, what it has, what it has under way.</summary>
internal static class ReportsApi
{
    private const string Truth =
        " Served from the report of the store's events, and not by asking what sells. `freshness` says up to which position of the journal and up to which "
        + "time the report is complete. The ETag is the report's position: a 304 says that the figures are the same. As CSV with `format=csv` or `Accept: text/csv`: all rows, "
        + "amounts in decimals; texts that a spreadsheet would take for a formula begin with an apostrophe.";

    private static readonly ImmutableArray<ReportDescription> All =
    [
        new("sales", "What was sold and taken back, by business day", "/api/v1/reports/sales", [.. ReportParameters.Names<SalesGrouping>()]),
        new("stock", "What is there, held and short", "/api/v1/reports/stock", []),
        new("sagas", "What is under way, and payments without an outcome", "/api/v1/reports/sagas", []),
    ];

    public static void MapReports(this IEndpointRouteBuilder api)
    {
        var reports = api.MapGroup("/reports").WithTags("Reports");
        reports.MapGet("/", List).WithName("listReports").Requires(Permission.Read, Owner.Shared)
            .WithSummary("List the reports")
            .WithDescription("All of them, with what their rows can be.");
        reports.MapGet("/sales", Sales).WithName("getSalesReport").Requires(Permission.Read, Owner.InQuery)
            .WithSummary("Report a store's sales")
            .WithDescription(
                "Of business days in the store's time zone, at most 400. An order counts when it is confirmed, a return when it is accepted, both on the day of their business time. "
                + "A fact that is told after its day has closed reopens the day: `revision` counts the business days that brought such facts. `total` is of all rows, whatever the page." + Truth);
        reports.MapGet("/stock", Stock).WithName("getStockReport").Requires(Permission.Read, Owner.InQuery)
            .WithSummary("Report a store's stock")
            .WithDescription("`show=low` has the items with fewer than `below` pieces available (held pieces are not available), `short` those with more held than on hand, `held` those in checkout right now." + Truth);
        reports.MapGet("/sagas", Sagas).WithName("getSagaReport").Requires(Permission.Read, Owner.InQuery)
            .WithSummary("Report what a store has under way")
            .WithDescription("Orders, payments and returns that owe something, and checkouts that are not handed over, by their last step; what has waited longest comes first. `olderThan` is an ISO 8601 duration." + Truth);
    }

    private static Ok<Page<ReportDescription>> List() => TypedResults.Ok(new Page<ReportDescription>(All, false, null));

    /// <summary>The refusal of a report that there is not, at an address that nothing else is at; null for any other address.</summary>
    public static Refusal? RefuseUnknown(PathString path)
    {
        if (!path.StartsWithSegments("/api/v1/reports", StringComparison.OrdinalIgnoreCase, out var rest) || rest.Value is not ['/', _, ..] || rest.Value.IndexOf('/', 1) > 0)
        {
            return null;
        }

        string[] names = [.. All.Select(static known => known.Name)];
        return new Refusal(
            Problems.InvalidParameter, $"There is no such report. The reports are {string.Join(", ", names)}; the nearest is '{Nearest.Of(rest.Value[1..], names)}'.");
    }

    private static async Task<Results<Ok<ReportAnswer<SalesReport>>, Csv, Refusal>> Sales(
        StoreId store, string? from, string? to, string? groupBy, string? order, string? format, string? limit, string? cursor, HttpContext context,
        IGrainFactory grains, CancellationToken cancelled)
    {
        var isCsv = Csv.IsAsked(context.Request, format);
        var (first, last) = ReportParameters.Days(from, to);
        var grouping = ReportParameters.Choice<SalesGrouping>("groupBy", groupBy);
        var sorting = ReportParameters.Choice<SalesOrder>("order", order);
        var cursors = Cursors.Of(context, $"reports/sales/{store}/{from}/{to}/{grouping}/{sorting}");
        var question = new SalesQuestion(first, last, grouping, sorting, cursors.OpenText(cursor), ReportParameters.Limit(isCsv, limit, cursor));
        var asked = await grains.GetGrain<IReportGrain>(store.Value).Sales(question, cancelled).Within(context.Response);
        if (asked is not { } report)
        {
            return StoresApi.Unknown(store);
        }

        if (report.To < report.From || report.To.DayNumber - report.From.DayNumber >= ReportParameters.DaysMax)
        {
            throw report.To < report.From
                ? new RefusedRequestException(Problems.InvalidParameter, $"The parameter 'from' lies behind the store's present business day, {report.To:yyyy-MM-dd}.")
                : ReportParameters.TooLong(report.To.DayNumber - report.From.DayNumber + 1);
        }

        if (IsKnown(context, report.Freshness, report.Closed ? "closed" : "open"))
        {
            return new Refusal(Problems.NotModified, "");
        }

        return isCsv ? SalesCsv(report) : TypedResults.Ok(Answer(report, report.Next, cursors));
    }

    private static async Task<Results<Ok<ReportAnswer<StockReport>>, Csv, Refusal>> Stock(
        StoreId store, string? show, string? below, string? format, string? limit, string? cursor, HttpContext context, IGrainFactory grains,
        CancellationToken cancelled)
    {
        var isCsv = Csv.IsAsked(context.Request, format);
        var filter = ReportParameters.Choice<StockFilter>("show", show);
        if ((below is null) == (filter == StockFilter.Low))
        {
            throw new RefusedRequestException(Problems.InvalidParameter, "The parameter 'below' says what is low: it belongs to 'show=low', which needs it.");
        }

        if (!long.TryParse(below ?? "0", NumberStyles.None, CultureInfo.InvariantCulture, out var threshold) || threshold > int.MaxValue)
        {
            throw new RefusedRequestException(Problems.InvalidParameter, $"The parameter 'below' is a number of pieces from 0 to {int.MaxValue}.");
        }

        var cursors = Cursors.Of(context, $"reports/stock/{store}/{filter}/{threshold}");
        var question = new StockQuestion(filter, threshold, cursors.OpenText(cursor), ReportParameters.Limit(isCsv, limit, cursor));
        if (await grains.GetGrain<IReportGrain>(store.Value).Stock(question, cancelled).Within(context.Response) is not { } report)
        {
            return StoresApi.Unknown(store);
        }

        if (IsKnown(context, report.Freshness, "stock"))
        {
            return new Refusal(Problems.NotModified, "");
        }

        return isCsv ? StockCsv(report) : TypedResults.Ok(Answer(report, report.Next, cursors));
    }

    private static async Task<Results<Ok<ReportAnswer<SagaReport>>, Csv, Refusal>> Sagas(
        StoreId store, string? olderThan, string? format, string? limit, string? cursor, HttpContext context, IGrainFactory grains, CancellationToken cancelled)
    {
        var isCsv = Csv.IsAsked(context.Request, format);
        var age = olderThan is null ? TimeSpan.Zero : Duration(olderThan);
        var cursors = Cursors.Of(context, $"reports/sagas/{store}/{age}");
        var question = new SagaQuestion(age, cursors.OpenText(cursor), ReportParameters.Limit(isCsv, limit, cursor));
        if (await grains.GetGrain<IReportGrain>(store.Value).Sagas(question, cancelled).Within(context.Response) is not { } report)
        {
            return StoresApi.Unknown(store);
        }

        // The set of slow sagas changes with the time too, so a position alone is no tag.
        return isCsv ? SagaCsv(report) : TypedResults.Ok(Answer(report, report.Next, cursors));
    }

    private static ReportAnswer<T> Answer<T>(T report, string next, ListCursors cursors) =>
        new(report, next.Length > 0, next.Length > 0 ? cursors.Seal(next) : null);

    /// <summary>Tags the answer. The tag is weak: the figures are the same, and the time of the answer is not.</summary>
    private static bool IsKnown(HttpContext context, ReportFreshness freshness, string state)
    {
        var tag = string.Create(CultureInfo.InvariantCulture, $"\"{freshness.Position}-{state}\"");
        context.Response.Headers.ETag = "W/" + tag;
        return EntityTag.IsAmong(context.Request.Headers.IfNoneMatch, tag);
    }

    private static TimeSpan Duration(string text)
    {
        try
        {
            if (XmlConvert.ToTimeSpan(text) is var duration && duration >= TimeSpan.Zero)
            {
                return duration;
            }
        }
        catch (Exception malformed) when (malformed is FormatException or OverflowException)
        {
            // Said below.
        }

        throw new RefusedRequestException(Problems.InvalidParameter, "The parameter 'olderThan' is an ISO 8601 duration, for example PT5M.");
    }

    private static Csv SalesCsv(SalesReport report)
    {
        var csv = new Csv(
            $"sales-{report.Store}-{report.From:yyyy-MM-dd}-{report.To:yyyy-MM-dd}-{report.GroupBy}".ToLowerInvariant(),
            "key", "name", "from", "to", "closed", "revision", "orders", "pieces", "gross", "net", "tax", "discount", "returns", "pieces_returned", "gross_returned",
            "net_returned", "tax_returned", "cancelled", "average_basket", "currency");
        foreach (var row in report.Rows)
        {
            csv.Row(
                row.Key, row.Name, row.From, row.To, row.Closed, row.Revision, row.Orders, row.Pieces, row.Gross, row.Net, row.Tax, row.Discount, row.Returns,
                row.PiecesReturned, row.GrossReturned, row.NetReturned, row.TaxReturned, row.Cancelled, row.AverageBasket, row.Gross.Currency.Code);
        }

        return csv;
    }

    private static Csv StockCsv(StockReport report)
    {
        var csv = new Csv(
            $"stock-{report.Store}", "sku", "on_hand", "held", "available", "received", "restocked", "adjusted", "sold", "issued", "moved_at");
        foreach (var row in report.Rows)
        {
            csv.Row(row.Sku.Value, row.OnHand, row.Held, row.Available, row.Received, row.Restocked, row.Adjusted, row.Sold, row.Issued, row.MovedAt);
        }

        return csv;
    }

    private static Csv SagaCsv(SagaReport report)
    {
        var csv = new Csv($"sagas-{report.Store}", "kind", "id", "step", "since", "began", "cause");
        foreach (var row in report.Rows)
        {
            csv.Row(row.Kind, row.Id, row.Step, row.Since, row.Began, row.Cause);
        }

        return csv;
    }
}
