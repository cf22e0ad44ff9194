using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pos.Api;
using Pos.Grains;
using Pos.Journal;
using Pos.Payments;

namespace Pos.Tests;

/// <summary>The host as <c>src/Silo</c> composes it, on a port of its own and a journal in a folder of its own.</summary>
public sealed class PosHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly DirectoryInfo _folder;

    private PosHost(WebApplication app, DirectoryInfo folder)
    {
        _app = app;
        _folder = folder;
        var address = new Uri(app.Urls.First());
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

    public IServiceProvider Services => _app.Services;

    public IJournal Journal => Services.GetRequiredService<IJournal>();

    /// <param name="change">Replaces registrations before the host is built.</param>
    /// <param name="folder">The journal's; goes with the host.</param>
    /// <param name="settings">Beside those of every host of these tests, or instead of them.</param>
    /// <param name="map">Adds endpoints.</param>
    public static async Task<PosHost> Start(
        Action<IServiceCollection>? change = null, DirectoryInfo? folder = null, IEnumerable<KeyValuePair<string, string?>>? settings = null,
        Action<WebApplication>? map = null)
    {
        folder ??= Directory.CreateTempSubdirectory("pos-api-");
        var builder = WebApplication.CreateSlimBuilder();
        // However slow the machine: an order is answered when it has ended.
        builder.Configuration.AddInMemoryCollection([new("Journal:Path", folder.FullName), new("Api:WaitMax", "00:00:20"), .. Keys.Settings]);
        builder.Configuration.AddInMemoryCollection(settings);
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddJournal(builder.Configuration);
        builder.Services.AddPayments(builder.Configuration);
        builder.AddEngine();
        builder.Services.AddPosGrains(builder.Configuration);
        builder.Services.AddPosFeeds(builder.Configuration);
        builder.Services.AddPosApi(builder.Configuration);
        change?.Invoke(builder.Services);
        var app = builder.Build();
        try
        {
            app.MapPosApi();
            Pos.Silo.Startup.MapVerification(app);
            map?.Invoke(app);
            await app.StartAsync();
            var search = app.Services.GetRequiredService<IProductSearch>();
            while (!search.IsReady)
            {
                await Task.Yield();
            }

            return new PosHost(app, folder);
        }
        catch
        {
            await app.DisposeAsync();
            folder.Delete(recursive: true);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
        _folder.Delete(recursive: true);
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
