using Orleans;
using Orleans.Runtime;
using Pos.Api;
using Pos.LocalEngine;

namespace Pos.Silo;

/// <summary>The Local engine's page for operators. Looked at by many or by nobody, it is computed every two seconds at most.</summary>
internal sealed class Dashboard(IGrainFactory grains, CallStatistics calls, TimeProvider clock)
{
    private const int BusiestMax = 20;
    private static readonly TimeSpan SameFor = TimeSpan.FromSeconds(1.5);
    private static readonly TimeSpan OldAfter = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan FirstLook = TimeSpan.FromSeconds(1);

    private readonly Lock _turn = new();
    private readonly long _startedAt = clock.GetTimestamp();
    private Task<string>? _page;
    private long? _pageAt;

    /// <summary>Answers with the page.</summary>
    public async Task Show(HttpContext context)
    {
        var page = await Page().WaitAsync(context.RequestAborted);
        context.Response.ContentType = "text/html; charset=utf-8";
        await context.Response.WriteAsync(page, context.RequestAborted);
    }

    private Task<string> Page()
    {
        lock (_turn)
        {
            var isMade = _page is null or { IsCompleted: true };
            return isMade && !(_page is { IsCompletedSuccessfully: true } && Age() < SameFor) ? _page = Make() : _page!;
        }
    }

    private TimeSpan Age() => _pageAt is { } at ? clock.GetElapsedTime(at) : TimeSpan.MaxValue;

    private async Task<string> Make()
    {
        if (Age() > OldAfter)
        {
            // An average since somebody last looked says nothing about now: the first page is a second in the making.
            calls.Look(0);
            await Task.Delay(FirstLook, clock);
        }

        var page = DashboardPage.Render(await Read());
        _pageAt = clock.GetTimestamp();
        return page;
    }

    private async Task<DashboardView> Read()
    {
        var management = grains.GetGrain<IManagementGrain>(0);
        var hosts = await management.GetHosts();
        var activations = await management.GetSimpleGrainStatistics();
        var look = calls.Look(BusiestMax);
        return new DashboardView(
            clock.GetUtcNow(), clock.GetElapsedTime(_startedAt), Environment.WorkingSet,
            [.. hosts.Select(host => (host.Key.ToString(), host.Value.ToString()))],
            activations.Sum(type => type.ActivationCount),
            activations.ToDictionary(type => type.GrainType, type => type.ActivationCount),
            look);
    }
}

/// <summary>Maps the page.</summary>
internal static class DashboardEndpoint
{
    public static void MapLocalDashboard(this WebApplication app) =>
        app.MapGet("/dashboard", ActivatorUtilities.CreateInstance<Dashboard>(app.Services).Show).ExcludeFromDescription().RequiresOperatorInBrowser();
}
