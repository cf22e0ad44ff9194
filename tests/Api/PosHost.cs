using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans;
using Orleans.Configuration;
using Orleans.TestingHost;
using Pos.Api;
using Pos.Grains;
using Pos.Hosting;
using Pos.Journal;
using Pos.Payments;
using Pos.Silo;
using Pos.Streams;
using Pos.Streams.Storage;

namespace Pos.Tests;

/// <summary>
/// A silo of Orleans in this process, as <c>src/Silo</c> composes it, on a journal in a folder of its own; and the API as a client of it, on a
/// port of its own. Whatever goes from one to the other is serialized, as between processes.
/// </summary>
public sealed class PosHost : IAsyncDisposable
{
    private readonly WebApplication _api;
    private readonly InProcessTestCluster _cluster;
    private readonly DirectoryInfo _folder;

    private PosHost(WebApplication api, InProcessTestCluster cluster, DirectoryInfo folder)
    {
        _api = api;
        _cluster = cluster;
        _folder = folder;
        var address = new Uri(api.Urls.First());
        Port = address.Port;
        Http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 1_000, AllowAutoRedirect = false })
        {
            BaseAddress = address,
            Timeout = TimeSpan.FromSeconds(60),
            DefaultRequestHeaders = { Authorization = new("Bearer", Keys.Operator) },
        };
    }

    public HttpClient Http { get; }

    public int Port { get; }

    /// <summary>The API's.</summary>
    public IServiceProvider Services => _api.Services;

    /// <summary>The silo's.</summary>
    public IServiceProvider Silo => _cluster.Silos[0].ServiceProvider;

    public IJournal Journal => Silo.GetRequiredService<IJournal>();

    /// <param name="change">Replaces registrations of the silo, of the client and of the API before they are built.</param>
    /// <param name="folder">The journal's; goes with the host.</param>
    /// <param name="settings">Beside those of every host of these tests, or instead of them.</param>
    /// <param name="map">Adds endpoints to the API.</param>
    public static async Task<PosHost> Start(
        Action<IServiceCollection>? change = null, DirectoryInfo? folder = null, IEnumerable<KeyValuePair<string, string?>>? settings = null,
        Action<WebApplication>? map = null)
    {
        folder ??= Directory.CreateTempSubdirectory("pos-api-");
        // However slow or fast the machine: an order is answered when it has ended, and tests may ask as often as they like without a key.
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(
            [
                new("Journal:Path", folder.FullName), new("Api:WaitMax", "00:00:20"), new("Api:StrangersPerSecondMax", "100000"),
                new("Api:DocumentsPerSecondMax", "100000"), .. Keys.Settings,
            ])
            .AddInMemoryCollection(settings)
            .Build();
        var cluster = Cluster(configuration, change);
        WebApplication? api = null;
        try
        {
            await cluster.DeployAsync();
            api = Api(configuration, cluster, change);
            map?.Invoke(api);
            await api.StartAsync();
            var search = cluster.Silos[0].ServiceProvider.GetRequiredService<IProductSearch>();
            while (!search.IsReady)
            {
                await Task.Yield();
            }

            return new PosHost(api, cluster, folder);
        }
        catch
        {
            await End(api, cluster);
            folder.Delete(recursive: true);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _api.StopAsync();
        await End(_api, _cluster);
        _folder.Delete(recursive: true);
    }

    private static InProcessTestCluster Cluster(IConfiguration configuration, Action<IServiceCollection>? change)
    {
        var builder = new InProcessTestClusterBuilder(1);
        builder.Options.ConfigureFileLogging = false;
        builder.ConfigureSilo((_, silo) =>
        {
            silo.AddPosSilo().AddJournalStates(configuration).AddJournalStreams(configuration);
            silo.Services.AddSingleton(TimeProvider.System);
            silo.Services.AddJournal(configuration);
            silo.Services.AddPayments(configuration, Environments.Development);
            silo.Services.AddPosGrains(configuration);
            silo.Services.AddPosFeeds(configuration);
            change?.Invoke(silo.Services);
        });
        builder.ConfigureClient(client =>
        {
            client.Services.AddSingleton(TimeProvider.System);
            client.Services.AddOptions<ApiOptions>().Bind(configuration.GetSection("Api"));
            client.Services.AddGrainReferenceCache();
            change?.Invoke(client.Services);
        });
        return builder.Build();
    }

    private static WebApplication Api(IConfiguration configuration, InProcessTestCluster cluster, Action<IServiceCollection>? change)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddConfiguration(configuration);
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddPosApi(builder.Configuration);
        builder.Services.AddJournalHealth();
        change?.Invoke(builder.Services);
        var silo = cluster.Silos[0].ServiceProvider;
        builder.Services.AddSingleton(cluster.Client);
        builder.Services.AddSingleton(cluster.Client.ServiceProvider.GetRequiredService<IGrainFactory>());
        // The journal is the silo's, which disposes of it.
        builder.Services.AddSingleton(silo.GetRequiredService<IJournal>());
        builder.Services.AddSingleton(silo.GetRequiredService<JournalWatch>());
        builder.Services.AddSingleton(silo.GetRequiredService<LedgerFile>());
        var api = builder.Build();
        api.MapPosApi();
        api.MapVerification();
        return api;
    }

    private static async Task End(WebApplication? api, InProcessTestCluster cluster)
    {
        if (api is not null)
        {
            await api.DisposeAsync();
        }

        await cluster.StopAllSilosAsync();
        await cluster.DisposeAsync();
    }
}

/// <summary>One host with one shop for a class of tests.</summary>
public sealed class OpenShop : IAsyncLifetime
{
    public PosHost Host { get; private set; } = null!;

    internal Shop Shop { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Host = await PosHost.Start();
        Shop = await Shop.Open(Host);
    }

    public async Task DisposeAsync() => await Host.DisposeAsync();
}
