using System.Net;
using System.Text.Json.Nodes;

namespace Pos.Tests;

/// <summary>The API as a program of its own, in front of a silo that stops and starts again.</summary>
public sealed class GatewayTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pos-gateway-");
    private readonly List<ServerProcess> _started = [];
    private readonly string _siloPort = FreePort();
    private readonly string _gatewayPort = FreePort();

    [Fact]
    public async Task an_api_is_ready_while_it_has_a_gateway_and_finds_the_next_one_by_itself()
    {
        var silo = await Silo();
        var api = await Start("Api", []);
        using var http = Requests.Client(api.Address);

        for (var turn = 0; turn < 2; turn++)
        {
            Assert.Equal("healthy", await Until(http, HttpStatusCode.OK));
            if (turn == 0)
            {
                await silo.Stop();
            }
            else
            {
                silo.Kill();
            }

            Assert.Equal("unhealthy", await Until(http, HttpStatusCode.ServiceUnavailable));
            using var live = await http.GetAsync(new Uri("/health/live", UriKind.Relative));
            Assert.Equal(HttpStatusCode.OK, live.StatusCode);

            // Only probes reach the API meanwhile, as behind a load balancer that sends requests to ready programs alone.
            silo = await Silo();
            Assert.Equal("healthy", await Until(http, HttpStatusCode.OK));
            using var served = await http.GetAsync(new Uri("/api/v1/stores/nowhere", UriKind.Relative));
            Assert.Equal(HttpStatusCode.NotFound, served.StatusCode);
        }
    }

    public void Dispose()
    {
        foreach (var process in _started)
        {
            process.Dispose();
        }

        _folder.Delete(recursive: true);
    }

    /// <summary>Asks for readiness until it has the status, and gives the state of the cluster in the answer.</summary>
    private static async Task<string?> Until(HttpClient http, HttpStatusCode status)
    {
        var (_, text) = await Eventually.Get(
            async () =>
            {
                using var ready = await http.GetAsync(new Uri("/health/ready", UriKind.Relative));
                return (ready.StatusCode, Text: await ready.Content.ReadAsStringAsync());
            },
            ready => ready.StatusCode == status,
            Patience,
            ready => $"readiness is still {ready.StatusCode}: {ready.Text}");
        return (string?)JsonNode.Parse(text)!["checks"]!["cluster"];
    }

    private static string FreePort() => $"{ServerProcess.FreeAddress().Port}";

    private Task<ServerProcess> Silo() => Start("Silo",
    [
        new("Pos:Role", "silo"), new("Orleans:Endpoints:SiloPort", _siloPort), new("Journal:Path", Path.Combine(_folder.FullName, "data")),
    ]);

    private async Task<ServerProcess> Start(string program, IEnumerable<KeyValuePair<string, string?>> settings)
    {
        var process = await ServerProcess.Start(program, _folder.FullName, ServerProcess.FreeAddress(),
        [
            .. Requests.KeySettings, new("Orleans:Endpoints:GatewayPort", _gatewayPort), new("Pos:Demo", "false"), new("Logging:LogLevel:Default", "Warning"), .. settings,
        ]);
        _started.Add(process);
        return process;
    }
}
