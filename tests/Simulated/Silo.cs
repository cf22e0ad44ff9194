using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Pos.Tests.Simulated;

/// <summary>One silo of the shop: the real grains with their wake-up dispatcher, in virtual time.</summary>
internal sealed class Silo : IDisposable
{
    private readonly World _world;
    private readonly Owner _owner;
    private readonly TaskCompletionSource _dead = new();
    private readonly SimulatedSilo _silo;

    /// <summary>For people, and for what is remembered of each silo.</summary>
    public string Name { get; }

    public Silo(World world, string name, Owner owner)
    {
        (_world, Name, _owner) = (world, name, owner);
        var activations = new Activations(world);
        Residents = activations.Residents;
        var journal = new WatchedJournal(world, world.Journal, name) { Activations = activations };
        var carrier = new FaultyCarrier(world.Plan, activations, new Chance(world.Seed + (ulong)world.Machine.Steps, name));
        _silo = world.Compose(
            owner, journal, new Chance(world.Seed + (ulong)world.Machine.Steps, "grains"),
            options =>
            {
                options.SnapshotEventsMax = world.SnapshotEventsMax;
                options.CartLifetime = TimeSpan.FromMinutes(1);
                // Both shorter than the time to come to rest.
                (options.PaymentPatience, options.ProviderLateMax) = (world.PaymentPatience, TimeSpan.FromMinutes(1));
            },
            services =>
            {
                if (world.Timeline.IsOn)
                {
                    services.AddLogging(logging => logging.AddProvider(new TimelineLogs(world.Timeline, name)));
                }
            },
            carrier);
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
