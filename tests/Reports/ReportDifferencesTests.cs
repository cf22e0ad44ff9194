using Pos.Reports.Consuming;
using Pos.Reports.Folding;
using Pos.Reports.Sales;

namespace Pos.Tests;

public sealed class ReportDifferencesTests
{
    [Fact]
    public async Task Every_member_that_differs_is_named_with_both_values_and_pages_of_one_version_alone_too()
    {
        var (before, after) = (new MemoryPages<SalesDay>(), new MemoryPages<SalesDay>());
        var live = await Fold(before, new SalesJournal().Sale("a", "2026-06-01T08:30:00Z", SalesJournal.Line("mug", 1, 100)));
        var rebuilt = await Fold(
            after,
            new SalesJournal()
                .Sale("a", "2026-06-01T08:30:00Z", SalesJournal.Line("mug", 1, 100))
                .Accepted("r", "2026-06-02T08:30:00Z", [SalesJournal.Line("mug", 1, 40)]));
        var differences = await ReportDifferences.Of(new SalesFold(), live.Open, live.Book, rebuilt.Open, rebuilt.Book);
        Assert.Contains("open Last: \"2026-06-01\" before, \"2026-06-02\" now", differences);
        Assert.Contains("2026-06-02 Total GrossBack: 0 before, 40 now", differences);
        Assert.Contains(differences, static difference => difference.StartsWith("2026-06-02/products Products mug: nothing before, ", StringComparison.Ordinal));
        Assert.DoesNotContain(differences, static difference => difference.StartsWith("2026-06-01", StringComparison.Ordinal));
        Assert.Empty(await ReportDifferences.Of(new SalesFold(), live.Open, live.Book, live.Open, live.Book));
    }

    private static async Task<(OpenSales Open, ReportBook<OpenSales, SalesDay> Book)> Fold(MemoryPages<SalesDay> pages, SalesJournal journal)
    {
        var (open, book, calendar) = (new OpenSales(), new ReportBook<OpenSales, SalesDay>(new SalesFold(), pages, 2), BusinessCalendar.Of("Europe/London"));
        foreach (var recorded in journal.Events)
        {
            await book.Take(open, recorded, calendar);
        }

        await book.Save();
        return (open, book);
    }
}
