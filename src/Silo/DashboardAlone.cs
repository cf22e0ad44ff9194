using Orleans.Dashboard;
using Orleans.Runtime;
using Pos.Api;
using Pos.Api.Access;

namespace Pos.Silo;

/// <summary>
/// The dashboard of a silo that is alone: it starts with the first request for it. Its endpoints, built at the start, were a tenth of what is compiled until
/// the first sale; and once it runs it reads every metric of the silo once a second, in 60 MB that a silo at which nobody looks does not need. Calls are counted
/// from then on: its filter is not among the silo's filters before, because with any filter each call takes Orleans' slow path.
/// </summary>
internal sealed class DashboardAlone
{
    private readonly Lazy<Task<RequestDelegate>> _pages;

    private DashboardAlone(IServiceProvider services, Type dashboard, Type? filter) => _pages = new(async () =>
    {
        if (filter is not null)
        {
            CallFilters.Add(services, (IIncomingGrainCallFilter)ActivatorUtilities.CreateInstance(services, filter));
        }

        var host = services.GetRequiredService(dashboard);
        var late = new LateLifecycle();
        ((ILifecycleParticipant<ISiloLifecycle>)host).Participate(late);
        await late.Start();
        await ((IHostedService)host).StartAsync(CancellationToken.None);
        var pages = new ApplicationBuilder(services);
        pages.UseRouting();
        // These become known to whoever describes the API, too.
        pages.UseEndpoints(static endpoints => endpoints.MapOrleansDashboard("/dashboard").RequiresOperatorInBrowser().ExcludeFromDescription());
        return pages.Build();
    });

    /// <summary>
    /// Takes the dashboard from among what starts with the silo: its host is registered as itself, and next to that once as a hosted service and once in the
    /// silo's lifecycle. Where that is not so, it starts with the silo.
    /// </summary>
    public static void Postpone(IServiceCollection services)
    {
        for (var i = 0; i + 2 < services.Count; i++)
        {
            var dashboard = services[i].ServiceType;
            if (dashboard.Assembly == typeof(DashboardOptions).Assembly
                && dashboard.IsAssignableTo(typeof(IHostedService)) && dashboard.IsAssignableTo(typeof(ILifecycleParticipant<ISiloLifecycle>))
                && services[i + 1].ServiceType == typeof(IHostedService) && services[i + 2].ServiceType == typeof(ILifecycleParticipant<ISiloLifecycle>))
            {
                services.RemoveAt(i + 2);
                services.RemoveAt(i + 1);
                var filter = TakeFilter(services);
                services.AddSingleton(provider => new DashboardAlone(provider, dashboard, filter));
                return;
            }
        }
    }

    // Null where the filter has to be there from the start.
    private static Type? TakeFilter(IServiceCollection services)
    {
        var found = services.LastOrDefault(static service =>
            service.ServiceType == typeof(IIncomingGrainCallFilter) && service.ImplementationType?.Assembly == typeof(DashboardOptions).Assembly);
        return found is not null && CallFilters.CanGrow && services.Remove(found) ? found.ImplementationType : null;
    }

    /// <summary>Answers a request under <c>/dashboard</c>, which has passed the gate.</summary>
    public async Task Show(HttpContext context)
    {
        var pages = await _pages.Value;
        context.SetEndpoint(null);
        await pages(context);
    }

    /// <summary>The lifecycle of a silo that runs already: what takes part in it starts at once.</summary>
    private sealed class LateLifecycle : ISiloLifecycle
    {
        private readonly List<ILifecycleObserver> _observers = [];

        /// <inheritdoc/>
        public int HighestCompletedStage => ServiceLifecycleStage.Active;

        /// <inheritdoc/>
        public int LowestStoppedStage => int.MaxValue;

        /// <inheritdoc/>
        public IDisposable Subscribe(string observerName, int stage, ILifecycleObserver observer)
        {
            _observers.Add(observer);
            return new Nothing();
        }

        public async Task Start()
        {
            foreach (var observer in _observers)
            {
                await observer.OnStart(CancellationToken.None);
            }
        }

        private sealed class Nothing : IDisposable
        {
            public void Dispose()
            {
            }
        }
    }
}
