using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans;
using Pos.Grains;
using Pos.Journal;
using Pos.LocalEngine;
using Pos.Payments;

namespace Pos.Simulation;

/// <summary>One silo: the real engine with the real grains and their wake-up dispatcher, in virtual time.</summary>
internal sealed class Silo : IDisposable
{
    private readonly World _world;
    private readonly Owner _owner;
    private readonly TaskCompletionSource _dead = new();
    private readonly ServiceProvider _provider;

    public Silo(World world, string name, Owner owner)
    {
        (_world, _owner) = (world, owner);
        var time = new VirtualTime(world.Machine, owner);
        var activations = new Activations(world);
        var journal = new WatchedJournal(world, world.Journal, name) { Activations = activations };
        var calls = new Calls(world.Plan, activations, time, new Chance(world.Seed + (ulong)world.Machine.Steps, name));
        var services = new ServiceCollection();
        services.AddSingleton<TimeProvider>(time);
        services.AddSingleton<ITurnScheduler>(new Turns(world.Machine, owner));
        services.AddSingleton<Random>(new Chance(world.Seed + (ulong)world.Machine.Steps, "grains"));
        services.AddSingleton<IJournal>(journal);
        services.AddSingleton<IOutgoingGrainCallFilter>(calls);
        services.AddSingleton<IIncomingGrainCallFilter>(calls);
        services.AddSingleton<IPaymentProvider>(world.Provider);
        services.AddSingleton<IPaymentNews>(world.Provider);
        services.AddLocalEngine(static options => options.Assemblies.Add(typeof(EventSourcedGrain<,>).Assembly));
        services.AddPosGrains(options =>
        {
            options.SnapshotEventsMax = world.SnapshotEventsMax;
            options.CartLifetime = TimeSpan.FromMinutes(1);
            // Both shorter than the time to come to rest.
            (options.PaymentPatience, options.ProviderLateMax) = (world.PaymentPatience, TimeSpan.FromMinutes(1));
        });
        if (world.Timeline.IsOn)
        {
            services.AddLogging(logging => logging.AddProvider(new TimelineLogs(world.Timeline, name)));
        }

        _provider = services.BuildServiceProvider();
        // Started here and not by a host, which would hop over the thread pool.
        new Strand(world.Machine, owner).Run(() =>
        {
            foreach (var service in _provider.GetServices<IHostedService>())
            {
                service.StartAsync(CancellationToken.None).GetAwaiter().GetResult();
            }
        });
        Grains = _provider.GetRequiredService<IGrainFactory>();
        world.Timeline.Say($"{name} starts");
    }

    public IGrainFactory Grains { get; }

    /// <summary>Ends when the process dies: whoever waits for an answer learns nothing.</summary>
    public Task Dead => _dead.Task;

    public bool IsDead => _owner.IsDead;

    public void Die()
    {
        _owner.IsDead = true;
        _world.Machine.Enqueue(new Owner("network"), () => _dead.TrySetResult());
    }

    public void Dispose() => _provider.Dispose();

    private sealed class TimelineLogs(Timeline timeline, string silo) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            timeline.Say($"    {silo}: {formatter(state, exception)} {exception?.Message}");

        public void Dispose()
        {
        }
    }
}
