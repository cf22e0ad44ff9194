using Orleans;
using Orleans.Runtime;
using Orleans.Storage;
using Pos.Reports.Folding;

namespace Pos.Reports.Consuming;

/// <summary>The pages of a report in grain storage, one row each.</summary>
internal sealed class StoredPages<TPage>(IGrainStorage storage, string report, int version, string store) : IReportPages<TPage> where TPage : class, new()
{
    // The type of no grain: pages are rows, and nothing is activated for them.
    private const string PageType = "report-page";

    public async Task<StoredPage<TPage>> Read(string page)
    {
        var row = new Row(page);
        try
        {
            await storage.ReadStateAsync(report, KeyOf(page), row.State);
        }
        catch (Exception fault)
        {
            throw new ReportStorageException($"The page {page} of the report {report} of store '{store}' cannot be read.", fault);
        }

        row.State.State ??= new();
        return row;
    }

    public Task Write(StoredPage<TPage> page) => storage.WriteStateAsync(report, KeyOf(page.Key), ((Row)page).State);

    public Task Clear(StoredPage<TPage> page) => ((Row)page).State is { RecordExists: true } state
        ? storage.ClearStateAsync(report, KeyOf(page.Key), state)
        : Task.CompletedTask;

    private GrainId KeyOf(string page) => GrainId.Create(PageType, version == 0 ? $"{store}/{page}" : $"{store}/{page}@{version}");

    private sealed class Row(string key) : StoredPage<TPage>(key)
    {
        public GrainState<ReportPage<TPage>> State { get; } = new(new());

        public override ReportPage<TPage> Page => State.State!;
    }
}

/// <summary>The storage of the reports does not answer. The event that was being taken is not at fault.</summary>
internal sealed class ReportStorageException(string message, Exception inner) : Exception(message, inner);
