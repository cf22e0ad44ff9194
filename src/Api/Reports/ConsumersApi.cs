using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Orleans;
using Pos.Api.Stores;
using Pos.Reports;

namespace Pos.Api.Reports;

/// <summary>Has a report pass over an event.</summary>
/// <param name="Position">The position of the event that has parked the report.</param>
internal sealed record SkipEventRequest(long Position);

/// <summary><c>/stores/{store}/reports</c>: how far a store's reports are, and what keeps them, for operators.</summary>
internal static class ConsumersApi
{
    public static void MapReportConsumers(this IEndpointRouteBuilder api)
    {
        var reports = api.MapGroup("/stores/{store}/reports").WithTags("Reports");
        reports.MapGet("/", List).WithName("listReportProgress").Requires(Permission.Operate, Owner.Operators)
            .WithSummary("See how far a store's reports are")
            .WithDescription("With the event that a report could not take. Such a report is parked: it waits for `retry` or `skip`, and other reports go on.");
        reports.MapPost("/{report}/retry", Retry).WithName("retryReport").Requires(Permission.Operate, Owner.Operators)
            .WithSummary("Try the parked event again")
            .WithDescription("After its cause was mended. Does nothing when the report is not parked.");
        reports.MapPost("/{report}/rebuild", Rebuild).WithName("rebuildReport").Requires(Permission.Operate, Owner.Operators)
            .WithSummary("Make a report anew from the journal")
            .WithDescription(
                "Folds the journal into a new version beside the live one, while sales go on, compares the two and puts the new one in the live one's place. Answers at once; "
                + "`rebuild` in the report's progress says how far it is, and in the end what differed. Does nothing while a rebuild is under way.");
        reports.MapPost("/{report}/skip", Skip).WithName("skipReportEvent").Requires(Permission.Operate, Owner.Operators)
            .WithSummary("Leave the parked event out of a report")
            .WithDescription("The report then lacks it. `position` is the parked event's; another position does nothing, so a repetition skips nothing else.");
    }

    private static async Task<Results<Ok<Page<ReportProgress>>, Refusal>> List(
        StoreId store, HttpResponse response, IGrainFactory grains, CancellationToken cancelled) =>
        await Exists(store, response, grains)
            ? TypedResults.Ok(new Page<ReportProgress>(await grains.GetGrain<IReportGrain>(store.Value).Progress(cancelled).Within(response), false, null))
            : StoresApi.Unknown(store);

    private static Task<Results<Ok<ReportProgress>, Refusal>> Retry(
        StoreId store, string report, Command command, HttpResponse response, IGrainFactory grains, CancellationToken cancelled) =>
        Change(store, report, response, grains, (grain, kind) => grain.Retry(kind, cancelled));

    private static Task<Results<Ok<ReportProgress>, Refusal>> Rebuild(
        StoreId store, string report, Command command, HttpResponse response, IGrainFactory grains, CancellationToken cancelled) =>
        Change(store, report, response, grains, (grain, kind) => grain.Rebuild(kind, cancelled));

    private static Task<Results<Ok<ReportProgress>, Refusal>> Skip(
        StoreId store, string report, Command<SkipEventRequest> command, HttpResponse response, IGrainFactory grains, CancellationToken cancelled) =>
        Change(store, report, response, grains, (grain, kind) => grain.Skip(kind, command.Body.Position, cancelled));

    private static async Task<Results<Ok<ReportProgress>, Refusal>> Change(
        StoreId store, string report, HttpResponse response, IGrainFactory grains, Func<IReportGrain, ReportKind, Task<ReportProgress>> change)
    {
        var kind = ReportParameters.Choice<ReportKind>("report", report);
        return await Exists(store, response, grains)
            ? TypedResults.Ok(await change(grains.GetGrain<IReportGrain>(store.Value), kind).Within(response))
            : StoresApi.Unknown(store);
    }

    private static async Task<bool> Exists(StoreId store, HttpResponse response, IGrainFactory grains) =>
        await grains.GetGrain<IStoreGrain>(store.Value).Get().Within(response) is not null;
}
