using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace Pos.Tests;

/// <summary>The program itself in a process of its own, on a journal in PostgreSQL, with a small shop and tills that never give up.</summary>
internal sealed class PostgresSilo : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pos-silo-");
    private readonly string _connection;
    private readonly HttpClient _http;
    private ServerProcess? _process;

    private PostgresSilo(string connection)
    {
        _connection = connection;
        _http = new HttpClient { BaseAddress = ServerProcess.FreeAddress(), Timeout = Patience };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Keys.Operator);
    }

    /// <summary>Sales acknowledged so far.</summary>
    public int Sold => _sold;

    private int _sold;

    public static async Task<PostgresSilo> Open(string connection, int stock)
    {
        var silo = new PostgresSilo(connection);
        await silo.Launch();
        await silo.Must(HttpMethod.Put, "stores/london", """
            {"name":"London","district":"","kind":"shop","currency":"GBP","timeZone":"Europe/London","taxInclusive":true,"taxRates":{"standard":2000},"tills":["till-1"]}
            """);
        await silo.Must(HttpMethod.Put, "products/tea", """
            {"name":"Tea","description":"","category":"","price":{"amount":250,"currency":"GBP"},"taxClass":"standard","kind":"goods","active":true}
            """);
        await silo.Must(HttpMethod.Post, "stores/london/stock/tea/receipts", $$"""{"quantity":{{stock}}}""", "receipt");
        return silo;
    }

    /// <summary>As <c>kill -9</c>, and a start on what it left.</summary>
    public async Task KillAndStart()
    {
        _process!.Dispose();
        await Launch();
    }

    /// <summary>Sells until it is told to stop; each key until it is acknowledged. Gives the orders by their keys.</summary>
    public async Task<Dictionary<string, string>> Till(int number, CancellationToken enough)
    {
        var orders = new Dictionary<string, string>();
        for (var i = 0; !enough.IsCancellationRequested; i++)
        {
            var key = $"till-{number}-{i}";
            orders.Add(key, await Sell(key));
            Interlocked.Increment(ref _sold);
        }

        return orders;
    }

    /// <summary>The order of a key, once it is acknowledged.</summary>
    public async Task<string> Sell(string key)
    {
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            const string Body = """{"store":"london","till":"till-1","lines":[{"sku":"tea","quantity":1}],"cash":{"amount":250,"currency":"GBP"} }""";
            var (status, answer) = await Send(HttpMethod.Post, "orders", Body, key);
            if (status == HttpStatusCode.Created)
            {
                return (string)answer!["id"]!;
            }

            Assert.True(status is null or HttpStatusCode.ServiceUnavailable or HttpStatusCode.Accepted, $"{status} {answer}");
            Assert.True(Stopwatch.GetElapsedTime(began) < Patience, $"{status} {answer}");
            await Pause();
        }
    }

    /// <summary>Ends when so many more have been sold.</summary>
    public async Task More(int count, TimeSpan patience)
    {
        var (wanted, began) = (Sold + count, Stopwatch.GetTimestamp());
        while (Sold < wanted)
        {
            Assert.True(Stopwatch.GetElapsedTime(began) < patience, $"{wanted - Sold} of {count} sales were still to come after {patience}");
            await Pause();
        }
    }

    /// <summary>When nothing is held any more, so many pieces are left, and the journal is well.</summary>
    public async Task AssertLeft(int pieces)
    {
        var began = Stopwatch.GetTimestamp();
        while (await Must(HttpMethod.Get, "stores/london/stock/tea") is var stock && ((int)stock["onHand"]! != pieces || (int)stock["held"]! != 0))
        {
            Assert.True(Stopwatch.GetElapsedTime(began) < Patience, $"{pieces} pieces should be left: {stock}");
            await Pause();
        }

        using var verified = await _http.PostAsync(new Uri("/admin/verify", UriKind.Relative), null);
        var report = JsonNode.Parse(await verified.Content.ReadAsStringAsync())!;
        Assert.True((bool)report["ok"]!, report.ToJsonString());
        Assert.True((long)report["events"]! > 0);
    }

    public void Dispose()
    {
        _process?.Dispose();
        _http.Dispose();
        _folder.Delete(recursive: true);
    }

    // As a client waits before it asks again.
    private static Task Pause() => Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);

    private async Task Launch() => _process = await ServerProcess.Start("Silo", _folder.FullName, _http.BaseAddress!,
    [
        .. Keys.Settings, new("Journal:Provider", "postgres"), new("ConnectionStrings:Journal", _connection), new("Pos:Demo", "false"),
        new("Orleans:Endpoints:SiloPort", "0"), new("Orleans:Endpoints:GatewayPort", "0"), new("Logging:LogLevel:Default", "Critical"),
    ]);

    private async Task<JsonNode> Must(HttpMethod method, string path, string? body = null, string? key = null)
    {
        var (status, answer) = await Send(method, path, body, key);
        Assert.True(status == HttpStatusCode.OK, $"{status} {answer}");
        return answer!;
    }

    /// <summary>No status: there was no answer.</summary>
    private async Task<(HttpStatusCode? Status, JsonNode? Answer)> Send(HttpMethod method, string path, string? body, string? key)
    {
        using var request = new HttpRequestMessage(method, "/api/v1/" + path);
        request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
        if (key is not null)
        {
            request.Headers.Add("Idempotency-Key", key);
        }

        try
        {
            using var response = await _http.SendAsync(request);
            return (response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync()));
        }
        catch (HttpRequestException)
        {
            return (null, null);
        }
    }
}
