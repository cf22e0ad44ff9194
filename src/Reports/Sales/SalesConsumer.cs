using Orleans;
using Orleans.Concurrency;
using Orleans.Runtime;
using Pos.Reports.Consuming;
using Pos.Streams;

namespace Pos.Reports.Sales;

/// <summary>The sales report of a store.</summary>
[Alias("pos.reports.ISalesConsumer")]
public interface ISalesConsumer : IReportConsumer
{
    /// <summary>The report as it stands, with the pages in memory of some days.</summary>
    [Alias("Look"), AlwaysInterleave]
    Task<ReportState<OpenSales, SalesDay>> Look(string from, string to, bool products);
}

/// <inheritdoc cref="ISalesConsumer"/>
[GrainType("sales-report"), ImplicitStreamSubscription(JournalStreams.Namespace)]
public sealed class SalesConsumer(
    [PersistentState("sales", ReportStorage.Name)] IPersistentState<Consumed<Kept<OpenSales>>> kept, IServiceProvider services, IGrainContext context)
    : ReportConsumer<OpenSales, SalesDay>(kept, services, context, Report, new SalesFold(), PagesMax), ISalesConsumer
{
    /// <summary>Name of the report in the storage.</summary>
    public const string Report = "sales-day";

    // Today, yesterday, and some days that late facts reopen; two pages each.
    private const int PagesMax = 8;

    /// <inheritdoc/>
    public Task<ReportState<OpenSales, SalesDay>> Look(string from, string to, bool products) => Look(key =>
    {
        var isProducts = key.Length > from.Length;
        var day = isProducts ? key[..from.Length] : key;
        return (products || !isProducts) && string.CompareOrdinal(day, from) >= 0 && string.CompareOrdinal(day, to) <= 0;
    });
}
