using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pos.Grains;
using Pos.Journal;
using Pos.Payments;

namespace Pos.Tests.Simulated;

/// <summary>One silo of the shop: the real grains with their wake-up dispatcher, in virtual time.</summary>
internal sealed class Silo : IDisposable
{
    private readonly World _world;
    private readonly Owner _owner;
    private readonly TaskCompletionSource _dead = new();
    private readonly SimulatedSilo _silo;

    public Silo(World world, string name, Owner owner)
    {
        (_world, _owner) = (world, owner);
        var activations = new Activations(world);
        Residents = activations.Residents;
        var journal = new WatchedJournal(world, world.Journal, name) { Activations = activations };
        var carrier = new FaultyCarrier(world.Plan, activations, new Chance(world.Seed + (ulong)world.Machine.Steps, name));
        _silo = new SimulatedSilo(world.Machine, owner, services => Register(services, journal, name), carrier);
        _silo.Start();
        world.Timeline.Say($"{name} starts");
    }

    public IGrainFactory Grains => _silo.Factory;

    public Residents Residents { get; }

    /// <summary>Ends when the process dies: whoever waits for an answer learns nothing.</summary>
    public Task Dead => _dead.Task;

    public bool IsDead => _owner.IsDead;

    public void Die()
    {
        _owner.IsDead = true;
        _world.Machine.Enqueue(new Owner("network"), () => _dead.TrySetResult());
    }

    public void Dispose() => _silo.Dispose();

    private void Register(IServiceCollection services, WatchedJournal journal, string name)
    {
        services.AddSingleton<Random>(new Chance(_world.Seed + (ulong)_world.Machine.Steps, "grains"));
        services.AddSingleton<IJournal>(journal);
        services.AddSingleton<IPaymentProvider>(_world.Provider);
        services.AddSingleton<IPaymentNews>(_world.Provider);
        services.AddPosGrains(options =>
        {
            options.SnapshotEventsMax = _world.SnapshotEventsMax;
            options.CartLifetime = TimeSpan.FromMinutes(1);
            // Both shorter than the time to come to rest.
            (options.PaymentPatience, options.ProviderLateMax) = (_world.PaymentPatience, TimeSpan.FromMinutes(1));
        });
        if (_world.Timeline.IsOn)
        {
            services.AddLogging(logging => logging.AddProvider(new TimelineLogs(_world.Timeline, name)));
        }
    }

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
