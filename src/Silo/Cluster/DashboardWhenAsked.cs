using Orleans.Dashboard;

namespace Pos.Silo;

/// <summary>
/// Starts Orleans' dashboard with the first request for it. From then on it reads every metric of the silo once a second, in 70 MB that a silo at which
/// nobody looks does not need.
/// </summary>
internal sealed class DashboardWhenAsked : IAsyncDisposable
{
    private readonly Lazy<Task<IHostedService>> _started;

    private DashboardWhenAsked(IServiceProvider services, Type dashboard) => _started = new(async () =>
    {
        var host = (IHostedService)ActivatorUtilities.CreateInstance(services, dashboard);
        await host.StartAsync(CancellationToken.None);
        return host;
    });

    /// <summary>Takes the dashboard from among what starts with the silo.</summary>
    public static void Postpone(IServiceCollection services)
    {
        var dashboard = services.Single(service =>
            service.ServiceType == typeof(IHostedService) && service.ImplementationType?.Assembly == typeof(DashboardOptions).Assembly);
        services.Remove(dashboard);
        services.AddSingleton(provider => new DashboardWhenAsked(provider, dashboard.ImplementationType!));
    }

    public async ValueTask<object?> Start(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        await _started.Value;
        return await next(context);
    }

    public async ValueTask DisposeAsync()
    {
        if (_started is { IsValueCreated: true, Value: { IsCompletedSuccessfully: true } started } && await started is IAsyncDisposable host)
        {
            await host.DisposeAsync();
        }
    }
}
