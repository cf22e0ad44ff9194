using Microsoft.Extensions.DependencyInjection;
using Orleans.TestingHost;

namespace Pos.Tests.Simulated;

/// <summary>The facts on a real silo.</summary>
public sealed class OnOrleans(OnOrleans.Cluster cluster) : Conformance, IClassFixture<OnOrleans.Cluster>
{
    protected override Task On(Func<Stage, Task> story) => story(new Stage(cluster.Grains, Collect));

    private Task Collect() => cluster.Grains.GetGrain<IManagementGrain>(0).ForceActivationCollection(TimeSpan.Zero);

    /// <summary>One silo and a client, in this process.</summary>
    public sealed class Cluster : IAsyncLifetime
    {
        private InProcessTestCluster? _cluster;

        public IGrainFactory Grains => _cluster!.Client;

        public async Task InitializeAsync()
        {
            var builder = new InProcessTestClusterBuilder(1);
            builder.ConfigureSilo(static (_, silo) => Scripted.Register(silo.Services));
            _cluster = builder.Build();
            await _cluster.DeployAsync();
        }

        public async Task DisposeAsync()
        {
            if (_cluster is not null)
            {
                await _cluster.DisposeAsync();
            }
        }
    }
}

/// <summary>What scripted grains need of their silo.</summary>
internal static class Scripted
{
    public static void Register(IServiceCollection services)
    {
        var (first, second) = (new ScriptedFilter(isFirst: true), new ScriptedFilter(isFirst: false));
        services.AddSingleton<IIncomingGrainCallFilter>(first);
        services.AddSingleton<IIncomingGrainCallFilter>(second);
        services.AddSingleton<IOutgoingGrainCallFilter>(first);
    }
}
