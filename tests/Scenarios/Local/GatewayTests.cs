using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Pos.Tests;

/// <summary>The API as a program of its own, in front of a silo that goes and comes back.</summary>
public sealed class GatewayTests : IDisposable
{
    private const string Key = "a-reader-of-the-gateway-tests";
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
        using var http = new HttpClient { BaseAddress = api.Address, Timeout = Patience };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Key);

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

            // Nothing but probes reaches the API meanwhile, as behind a service that sends requests only to what is ready.
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

    /// <summary>Asks for readiness until it has the status, and gives what it says of the cluster.</summary>
    private static async Task<string?> Until(HttpClient http, HttpStatusCode status)
    {
        var began = TimeProvider.System.GetTimestamp();
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (true)
        {
            using var ready = await http.GetAsync(new Uri("/health/ready", UriKind.Relative));
            var body = await ready.Content.ReadAsStringAsync();
            if (ready.StatusCode == status)
            {
                return (string?)JsonNode.Parse(body)!["checks"]!["cluster"];
            }

            Assert.True(TimeProvider.System.GetElapsedTime(began) < Patience, $"still {ready.StatusCode}: {body}");
            await pause.WaitForNextTickAsync();
        }
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
            new("Api:Keys:0:Actor", "reader"), new("Api:Keys:0:Role", "operator"),
            new("Api:Keys:0:Sha256", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Key)))),
            new("Orleans:Endpoints:GatewayPort", _gatewayPort), new("Pos:Demo", "false"), new("Logging:LogLevel:Default", "Warning"), .. settings,
        ]);
        _started.Add(process);
        return process;
    }
}
