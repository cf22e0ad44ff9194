using Pos.Verification;
using Xunit.Abstractions;

namespace Pos.Tests;

/// <summary>The scenarios in one process, on a journal in a file.</summary>
public sealed class LocalScenarios(LocalShop shop, ITestOutputHelper output) : ScenarioSuite(shop, output), IClassFixture<LocalShop>;

/// <summary>One silo with the API in it. A crash is <c>kill -9</c> and a start on the same journal.</summary>
public sealed class LocalShop : RunningShop
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pos-scenarios-");
    private readonly Uri _address = ServerProcess.FreeAddress();
    private ServerProcess? _silo;

    public override async Task Crash()
    {
        _silo!.Kill();
        _silo.Dispose();
        _silo = await Start();
    }

    public override Task<VerificationReport> Verify() => Till.Verify();

    protected override async Task<Uri> Open()
    {
        _silo = await Start();
        return _address;
    }

    protected override Task Close()
    {
        _silo?.Dispose();
        _folder.Delete(recursive: true);
        return Task.CompletedTask;
    }

    private Task<ServerProcess> Start() =>
        ServerProcess.Start("Silo", _folder.FullName, _address,
        [
            .. ServerSettings, new("Journal:Path", Path.Combine(_folder.FullName, "data")),
            new("Orleans:Endpoints:SiloPort", "0"), new("Orleans:Endpoints:GatewayPort", "0"),
        ]);
}
