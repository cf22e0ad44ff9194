using System.Diagnostics.Metrics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orleans;
using Orleans.Configuration;
using Orleans.Hosting;
using Pos.Grains;
using Pos.Hosting;
using Pos.Journal;
using Pos.Payments;

namespace Pos.Tests;

/// <summary>
/// Orleans' directory keeps the address of a grain in a cache after its activation has gone. The silo of the other tests has a directory of
/// <c>InProcessTestCluster</c>, which does not, so these tests start a silo as the program does.
/// </summary>
public sealed class DirectoryCacheTests : IAsyncLifetime
{
    /// <summary>Both the cache and the number of orders are made smaller by this, so that the test is short.</summary>
    private const int Scale = 500;

    private const int OrdersOfALongDay = 1_000_000;
    private const int AddressesMax = 100_000;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pos-directory-");
    private IHost _silo = null!;

    public async Task InitializeAsync()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection([new("Journal:Path", _folder.FullName)]);
        builder.UseOrleans(silo =>
        {
            silo.UseLocalhostClustering(ServerProcess.FreeAddress().Port, ServerProcess.FreeAddress().Port);
            silo.AddPosSilo();
        });
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddJournal(builder.Configuration);
        builder.Services.AddPayments(builder.Configuration, Environments.Development);
        builder.Services.AddPosGrains(builder.Configuration);
        builder.Services.PostConfigure<GrainDirectoryOptions>(options => options.CacheSize /= Scale);
        _silo = builder.Build();
        await _silo.StartAsync();
    }

    public async Task DisposeAsync()
    {
        await _silo.StopAsync();
        _silo.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task addresses_of_grains_that_are_gone_are_bounded()
    {
        var grains = _silo.Services.GetRequiredService<IGrainFactory>();
        await Parallel.ForAsync(
            0, OrdersOfALongDay / Scale, async (number, _) => Assert.Null(await grains.GetGrain<IOrderGrain>($"{number:x32}").Get()));
        // More than one: the gauge is the one that counts these addresses.
        Assert.InRange(CacheSize(), 2, AddressesMax / Scale);
    }

    private int CacheSize()
    {
        var meters = _silo.Services.GetRequiredService<IMeterFactory>();
        var size = 0;
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Name == "orleans-directory-cache-size" && instrument.Meter.Scope == meters)
                {
                    self.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<int>((_, count, _, _) => size += count);
        listener.Start();
        listener.RecordObservableInstruments();
        return size;
    }
}
