using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace Pos.Tests;

/// <summary>The program as <c>dotnet run --project src/Silo</c> starts it: one silo with everything in it, in a process of its own.</summary>
public sealed class ProgramTests : IAsyncLifetime, IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pos-program-");
    private readonly List<Process> _refused = [];
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false }) { Timeout = Patience };
    private readonly int _silo = ServerProcess.FreeAddress().Port;
    private readonly int _gateway = ServerProcess.FreeAddress().Port;
    private ServerProcess _server = null!;

    public async Task InitializeAsync()
    {
        _http.BaseAddress = ServerProcess.FreeAddress();
        _server = await ServerProcess.Start("Silo", _folder.FullName, _http.BaseAddress, Settings("data", _silo, _gateway));
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await Key());
    }

    public async Task DisposeAsync()
    {
        _server?.Dispose();
        foreach (var process in _refused)
        {
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }

        _folder.Delete(recursive: true);
    }

    public void Dispose() => _http.Dispose();

    [Fact]
    public async Task it_sells_shows_its_dashboard_to_operators_and_logs_what_matters()
    {
        using var order = new HttpRequestMessage(HttpMethod.Post, "/api/v1/orders") { Content = new StringContent("""
            {"store":"demo","till":"till-1","lines":[{"sku":"mug","quantity":2}],"cash":{"amount":5000,"currency":"EUR"} }
            """, Encoding.UTF8, "application/json") };
        order.Headers.Add("Idempotency-Key", "one");
        using var sold = await _http.SendAsync(order);
        Assert.Equal(HttpStatusCode.Created, sold.StatusCode);

        // A browser sends the key as a password. Before that, and to whoever is no operator, nothing is shown.
        var key = _http.DefaultRequestHeaders.Authorization!.Parameter!;
        Assert.Equal(HttpStatusCode.Unauthorized, (await Look("/dashboard", null)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await Look("/dashboard/DashboardCounters", "wrong")).Status);
        Assert.Equal(HttpStatusCode.MovedPermanently, (await Look("/dashboard", key)).Status);
        Assert.Contains("index.min.js", (await Look("/dashboard/", key)).Text, StringComparison.Ordinal);
        var host = await FirstHost(key);
        Assert.Equal("Active", (string?)host["status"]);
        await CallsAreCounted(key);
        Assert.DoesNotContain("/dashboard", await _http.GetStringAsync(new Uri("/openapi/v1.json", UriKind.Relative)), StringComparison.Ordinal);

        var said = _server.Said;
        Assert.Contains("Ready. The API and its page", said, StringComparison.Ordinal);
        Assert.DoesNotContain("Watchdog", said, StringComparison.Ordinal);
        Assert.DoesNotContain("Polly", said, StringComparison.Ordinal);
        Assert.DoesNotContain("info: Orleans", said, StringComparison.Ordinal);
        Assert.DoesNotContain("info: Microsoft", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task a_second_one_that_shares_something_with_it_is_told_so_in_one_sentence()
    {
        var elsewhere = ServerProcess.FreeAddress();
        await Refused(Launch(elsewhere, "data", 0, 0), _folder.FullName, "is open in another process");
        await Refused(Launch(elsewhere, "other", _silo, 0), "Orleans:Endpoints:SiloPort", "is in use");
        await Refused(Launch(elsewhere, "other", 0, _gateway), "Orleans:Endpoints:GatewayPort", "is in use");
        await Refused(Launch(_http.BaseAddress!, "other", 0, 0), "Urls", "is in use");
    }

    // The dashboard begins to watch when it is first looked at, so it knows of no silo for a moment.
    private async Task<JsonNode> FirstHost(string key)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            if (JsonNode.Parse((await Look("/dashboard/DashboardCounters", key)).Text)!["hosts"] is JsonArray { Count: > 0 } hosts)
            {
                return hosts[0]!;
            }

            Assert.True(TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromSeconds(60), "The dashboard knows of no silo.");
        }
    }

    // Its filter joins those of the running silo with the first look, so the sales from then on are counted.
    private async Task CallsAreCounted(string key)
    {
        var began = TimeProvider.System.GetTimestamp();
        for (var sale = 1; JsonNode.Parse((await Look("/dashboard/TopGrainMethods", key)).Text)!["calls"] is not JsonArray { Count: > 0 }; sale++)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromSeconds(60), "The dashboard counts no calls.");
            using var order = new HttpRequestMessage(HttpMethod.Post, "/api/v1/orders") { Content = new StringContent("""
                {"store":"demo","till":"till-1","lines":[{"sku":"mug","quantity":1}],"cash":{"amount":5000,"currency":"EUR"} }
                """, Encoding.UTF8, "application/json") };
            order.Headers.Add("Idempotency-Key", $"counted-{sale}");
            using var sold = await _http.SendAsync(order);
        }
    }

    private static async Task Refused(Process second, string what, string why)
    {
        var output = second.StandardOutput.ReadToEndAsync();
        var errors = await second.StandardError.ReadToEndAsync();
        await second.WaitForExitAsync();
        Assert.Equal((1, ""), (second.ExitCode, await output));
        var line = Assert.Single(errors.TrimEnd('\n').Split('\n'));
        Assert.StartsWith("The silo does not start: ", line, StringComparison.Ordinal);
        Assert.Contains(what, line, StringComparison.Ordinal);
        Assert.Contains(why, line, StringComparison.Ordinal);
    }

    private KeyValuePair<string, string?>[] Settings(string journal, int silo, int gateway) =>
    [
        new("Journal:Path", Path.Combine(_folder.FullName, journal)), new("Orleans:Endpoints:SiloPort", $"{silo}"),
        new("Orleans:Endpoints:GatewayPort", $"{gateway}"), new("Api:WaitMax", "00:00:20"),
    ];

    private Process Launch(Uri address, string journal, int silo, int gateway)
    {
        var process = Process.Start(new ProcessStartInfo("dotnet",
        [
            Path.Combine(AppContext.BaseDirectory, "Pos.Silo.dll"), $"--Urls={address}",
            .. Settings(journal, silo, gateway).Select(static setting => $"--{setting.Key}={setting.Value}"),
        ])
        {
            WorkingDirectory = _folder.FullName,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        _refused.Add(process);
        return process;
    }

    // The line that a reader of README.md copies; it may come a moment after the first answer.
    private async Task<string> Key()
    {
        const string Line = "export POS_KEY=";
        using var patience = new CancellationTokenSource(Patience, TimeProvider.System);
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (true)
        {
            var said = _server.Said;
            if (said.IndexOf(Line, StringComparison.Ordinal) is >= 0 and var at)
            {
                return said[(at + Line.Length)..].Split(' ', '\n')[0];
            }

            await pause.WaitForNextTickAsync(patience.Token);
        }
    }

    private async Task<(HttpStatusCode Status, string Text)> Look(string path, string? password)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        // Whatever the client says of itself otherwise is not said.
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"anyone:{password}")));
        using var answer = await _http.SendAsync(request);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }
}
