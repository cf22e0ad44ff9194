using Orleans.Dashboard;

namespace Pos.Silo;

/// <summary>
/// The dashboard of a silo that is alone: it starts with the first request for it. Its endpoints, built at the start, were a tenth of what is compiled until
/// the first sale; and once it runs it reads every metric of the silo once a second, in 60 MB that a silo at which nobody looks does not need.
/// </summary>
internal sealed class DashboardAlone : IAsyncDisposable
{
    private readonly Lazy<Task<(IHostedService Host, RequestDelegate Pages)>> _started;

    private DashboardAlone(IServiceProvider services, Type dashboard) => _started = new(async () =>
    {
        var host = (IHostedService)ActivatorUtilities.CreateInstance(services, dashboard);
        await host.StartAsync(CancellationToken.None);
        var pages = new ApplicationBuilder(services);
        pages.UseRouting();
        pages.UseEndpoints(static endpoints => endpoints.MapOrleansDashboard("/dashboard"));
        return (host, pages.Build());
    });

    /// <summary>Takes the dashboard from among what starts with the silo.</summary>
    public static void Postpone(IServiceCollection services)
    {
        var dashboard = services.Single(service =>
            service.ServiceType == typeof(IHostedService) && service.ImplementationType?.Assembly == typeof(DashboardOptions).Assembly);
        services.Remove(dashboard);
        services.AddSingleton(provider => new DashboardAlone(provider, dashboard.ImplementationType!));
    }

    /// <summary>Answers a request under <c>/dashboard</c>, which has passed the gate.</summary>
    public async Task Show(HttpContext context)
    {
        var (_, pages) = await _started.Value;
        context.SetEndpoint(null);
        await pages(context);
    }

    public async ValueTask DisposeAsync()
    {
        if (_started is { IsValueCreated: true, Value: { IsCompletedSuccessfully: true } started } && (await started).Host is IAsyncDisposable host)
        {
            await host.DisposeAsync();
        }
    }
}
