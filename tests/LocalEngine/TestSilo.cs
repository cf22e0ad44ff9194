using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans;
using Pos.LocalEngine;

namespace Pos.Tests;

/// <summary>A running engine with the grains of one test.</summary>
internal sealed class TestSilo : IAsyncDisposable
{
    private readonly IHost _host;

    private TestSilo(IHost host) => _host = host;

    public ManualTime Time { get; private init; } = null!;

    /// <summary>Called directly: the host itself hops over the thread pool.</summary>
    private IHostedService Engine => _host.Services.GetRequiredService<IHostedService>();

    public Script Script => _host.Services.GetRequiredService<Script>();

    public CallStatistics Statistics => _host.Services.GetRequiredService<CallStatistics>();

    public IClusterClient Client => _host.Services.GetRequiredService<IClusterClient>();

    /// <summary>Lets this much time pass; for tests that run in a <see cref="World"/>.</summary>
    public Task PassAsync(TimeSpan time) => Task.Delay(time, Time, CancellationToken.None);

    /// <summary>A scripted grain.</summary>
    public IScripted Plain(string key = "a") => Client.GetGrain<IScripted>(key, typeof(PlainScriptedGrain).FullName);

    /// <summary>A scripted grain that is reentrant.</summary>
    public IReentrantScripted Reentrant(string key = "a") => Client.GetGrain<IReentrantScripted>(key);

    public static Type[] Scripted => [typeof(PlainScriptedGrain), typeof(ReentrantScriptedGrain), typeof(ShortLivedScriptedGrain)];

    public static Task<TestSilo> StartScriptedAsync(Action<LocalEngineOptions>? configure = null, Action<IServiceCollection>? services = null) =>
        StartAsync(Scripted, configure, services);

    public static async Task<TestSilo> StartAsync(
        Type[] grains, Action<LocalEngineOptions>? configure = null, Action<IServiceCollection>? services = null)
    {
        var silo = Make(grains, configure, services);
        await silo.StartAsync();
        return silo;
    }

    /// <summary>Not yet started.</summary>
    public static TestSilo Make(Type[] grains, Action<LocalEngineOptions>? configure = null, Action<IServiceCollection>? services = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        var time = new ManualTime();
        builder.Services.AddSingleton<TimeProvider>(time);
        builder.Services.AddSingleton<Script>();
        services?.Invoke(builder.Services);
        builder.Services.AddLocalEngine(options =>
        {
            options.Assemblies.Add(new AssemblyOf(grains));
            configure?.Invoke(options);
        });
        return new TestSilo(builder.Build()) { Time = time };
    }

    public Task StartAsync() => Engine.StartAsync(CancellationToken.None);

    public Task StopAsync() => Engine.StopAsync(CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _host.Dispose();
    }
}

internal static class Wait
{
    /// <summary>Waits for something that another thread is about to do.</summary>
    public static async Task Until(Func<bool> condition)
    {
        var giveUp = System.Diagnostics.Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(giveUp.Elapsed < TimeSpan.FromSeconds(20), "what the test waits for did not happen");
            await Task.Yield();
        }
    }
}
