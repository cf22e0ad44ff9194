using Microsoft.Extensions.DependencyInjection;
using Pos.LocalEngine;

namespace Pos.Tests;

/// <summary>
/// A world in one thread: the order of turns comes from a seed, and time jumps to the next timer when nothing can run. What leaves the thread
/// never comes back, so a test that ends proves that nothing did.
/// </summary>
internal sealed class World : ITurnScheduler
{
    private readonly List<IThreadPoolWorkItem> _runnable = [];
    private readonly Random _random;
    private readonly int _thread = Environment.CurrentManagedThreadId;

    private World(int seed)
    {
#pragma warning disable RS0030 // The seed is the point.
        _random = new Random(seed);
#pragma warning restore RS0030
    }

    public int StepsMax => 1;

    /// <summary>Runs a test as the only client of an engine, and stops the engine afterwards.</summary>
    public static void Run(int seed, Type[] grains, Func<TestSilo, Task> test, Action<LocalEngineOptions>? configure = null)
    {
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                new World(seed).Run(grains, test, configure);
            }
            catch (Exception exception)
            {
                failure = exception;
            }
        });
        thread.UnsafeStart();
        thread.Join();
        if (failure is not null)
        {
            throw new InvalidOperationException($"Seed {seed} failed.", failure);
        }
    }

    /// <summary>The same with scripted grains and an arbitrary order.</summary>
    public static void Run(Func<TestSilo, Task> test, Action<LocalEngineOptions>? configure = null) =>
        Run(1, TestSilo.Scripted, test, configure);

    public void Schedule(IThreadPoolWorkItem item)
    {
        Assert.Equal(_thread, Environment.CurrentManagedThreadId);
        _runnable.Add(item);
    }

    private void Run(Type[] grains, Func<TestSilo, Task> test, Action<LocalEngineOptions>? configure)
    {
        var silo = TestSilo.Make(grains, configure, services => services.AddSingleton<ITurnScheduler>(this).AddSingleton(_random));
        Drive(RunAsync(silo, test), silo.Time);
    }

    private static async Task RunAsync(TestSilo silo, Func<TestSilo, Task> test)
    {
        await silo.StartAsync();
        await test(silo);
        await silo.StopAsync();
    }

    private void Drive(Task test, ManualTime time)
    {
        while (!test.IsCompleted)
        {
            if (_runnable.Count > 0)
            {
                var chosen = _random.Next(_runnable.Count);
                var item = _runnable[chosen];
                _runnable.RemoveAt(chosen);
                item.Execute();
            }
            else
            {
                Assert.True(time.FireNext(), "nothing can run, no timer is due, and the test has not ended");
                Assert.True(time.GetTimestamp() < TimeSpan.TicksPerDay, "a day has passed, and the test has not ended");
            }
        }

        test.GetAwaiter().GetResult();
    }
}
