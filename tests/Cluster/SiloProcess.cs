using System.Globalization;
using System.Net;
using Microsoft.Extensions.Configuration;
using Orleans.Runtime;
using Orleans.TestingHost;

namespace Pos.Tests;

/// <summary>A silo of the test cluster: the deployed program in a process of its own, which a test can kill and pause.</summary>
internal sealed class SiloProcess : SiloHandle
{
    private readonly ServerProcess _process;
    private readonly DirectoryInfo _folder;

    private SiloProcess(ServerProcess process, DirectoryInfo folder)
    {
        _process = process;
        _folder = folder;
    }

    public ServerProcess Process => _process;

    /// <inheritdoc/>
    public override bool IsActive => !_process.HasEnded;

    /// <summary>Starts a silo with the endpoints, name and cluster that the test cluster has chosen for it.</summary>
    public static async Task<SiloHandle> Create(string name, IConfiguration configuration)
    {
        var folder = Directory.CreateTempSubdirectory("pos-silo-");
        var settings = configuration.AsEnumerable().Where(setting => setting.Value is not null && ClusterShop.IsForServers(setting.Key));
        var process = await ServerProcess.Start("Silo", folder.FullName, ServerProcess.FreeAddress(), [.. settings, new("Pos:Role", "silo")]);
        var endpoints = configuration.GetSection("Orleans:Endpoints");
        return new SiloProcess(process, folder)
        {
            Name = name,
            SiloAddress = Address(endpoints["SiloPort"]!),
            GatewayAddress = Address(endpoints["GatewayPort"]!),
        };
    }

    /// <inheritdoc/>
    public override async Task StopSiloAsync(bool stopGracefully)
    {
        if (!IsActive)
        {
            return;
        }

        if (stopGracefully)
        {
            await _process.Stop();
        }
        else
        {
            _process.Kill();
        }
    }

    /// <inheritdoc/>
    public override Task StopSiloAsync(CancellationToken ct) => StopSiloAsync(!ct.IsCancellationRequested);

    /// <inheritdoc/>
    public override ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && _folder.Exists)
        {
            _process.Dispose();
            _folder.Delete(recursive: true);
            _folder.Refresh();
        }

        base.Dispose(disposing);
    }

    // The address has no generation, because the silo chooses it when it starts.
    private static SiloAddress Address(string port) => SiloAddress.New(new IPEndPoint(IPAddress.Loopback, int.Parse(port, CultureInfo.InvariantCulture)), 0);
}
