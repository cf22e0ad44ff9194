using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Pos.Verification;

namespace Pos.Tests;

/// <summary>How a sale ended.</summary>
/// <param name="Order">Its id, if there is an order.</param>
/// <param name="End"><c>CONFIRMED</c>, or the code of the refusal or of the order's cancellation.</param>
public sealed record Sale(string? Order, string End)
{
    public bool IsConfirmed => End == "CONFIRMED";
}

/// <summary>A client that behaves as a till should: it repeats a request without an answer, or with 503, under the same key.</summary>
public sealed class Till : IDisposable
{
    private const string Store = "london";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly HttpClient _http;
    private readonly Lock _measuring = new();
    private TimeSpan _longest;
    private int _keys;

    public Till(Uri door) => _http = Requests.Client(door);

    /// <summary>Every request without an answer, and every 503.</summary>
    public ConcurrentQueue<string> Failures { get; } = new();

    /// <summary>Gives the time of the longest sale since the last call.</summary>
    public TimeSpan TakeLongest()
    {
        lock (_measuring)
        {
            var longest = _longest;
            _longest = TimeSpan.Zero;
            return longest;
        }
    }

    public string NewKey() => $"key-{Interlocked.Increment(ref _keys)}";

    public Task OpenStore() => Repeat(
        HttpMethod.Put, $"stores/{Store}",
        """
        {"name":"London","district":"Soho","kind":"shop","currency":"GBP","timeZone":"Europe/London","taxInclusive":true,
         "taxRates":{"standard":2000},"tills":["till-1"]}
        """,
        NewKey());

    /// <summary>Puts pieces of a new product on the shelf.</summary>
    public async Task Stock(string sku, int pieces)
    {
        var product = await Repeat(
            HttpMethod.Put, $"products/{sku}",
            $$"""{"name":"{{sku}}","description":"","category":"","price":{"amount":250,"currency":"GBP"},"taxClass":"standard","kind":"goods","active":true}""",
            NewKey());
        Assert.True(product.Status == HttpStatusCode.OK, product.Text);
        var receipt = await Repeat(HttpMethod.Post, $"stores/{Store}/stock/{sku}/receipts", $$"""{"quantity":{{pieces}}}""", NewKey());
        Assert.True(receipt.Status == HttpStatusCode.OK, receipt.Text);
    }

    /// <summary>The pieces of a product that can be sold.</summary>
    public async Task<long> Available(string sku) => (long)(await Repeat(HttpMethod.Get, $"stores/{Store}/stock/{sku}", null, null)).Json["available"]!;

    /// <summary>Sells one piece of each product and waits until the sale has ended.</summary>
    public Task<Sale> Sell(string key, params string[] skus) => Sell(key, skus, prefer: null);

    /// <summary>Sells as above. The server answers as soon as the sale is durable, and the till looks its end up.</summary>
    public Task<Sale> SellWithoutWaiting(string key, params string[] skus) => Sell(key, skus, "respond-async");

    private async Task<Sale> Sell(string key, string[] skus, string? prefer)
    {
        var began = TimeProvider.System.GetTimestamp();
        var lines = string.Join(',', skus.Select(sku => $$"""{"sku":"{{sku}}","quantity":1}"""));
        var answer = await Repeat(
            HttpMethod.Post, "orders", $$"""{"store":"{{Store}}","till":"till-1","lines":[{{lines}}],"cash":{"amount":100000,"currency":"GBP"} }""", key, prefer);
        while (answer.Status == HttpStatusCode.Accepted)
        {
            // The order is under way, and its own address shows its end.
            answer = await Repeat(HttpMethod.Get, $"orders/{(string)answer.Json["id"]!}", null, null);
            if ((string?)answer.Json["state"] is not ("CONFIRMED" or "CANCELLED"))
            {
                answer = answer with { Status = HttpStatusCode.Accepted };
                await Task.Delay(Pause, TimeProvider.System);
            }
        }

        var took = TimeProvider.System.GetElapsedTime(began);
        lock (_measuring)
        {
            _longest = took > _longest ? took : _longest;
        }

        return answer.Status switch
        {
            HttpStatusCode.OK or HttpStatusCode.Created => new Sale((string?)answer.Json["id"], End(answer.Json)),
            HttpStatusCode.Conflict => new Sale(null, (string)answer.Json["code"]!),
            _ => throw new InvalidOperationException($"{(int)answer.Status}: {answer.Text}"),
        };
    }

    /// <summary>Sells at several tills at once until the token stops it.</summary>
    public async Task<IReadOnlyList<Sale>> SellOn(int tills, string sku, CancellationToken stop)
    {
        var sales = new ConcurrentQueue<Sale>();
        await Task.WhenAll(Enumerable.Range(0, tills).Select(_ => Task.Run(
            async () =>
            {
                while (!stop.IsCancellationRequested)
                {
                    sales.Enqueue(await Sell(NewKey(), sku));
                }
            },
            CancellationToken.None)));
        return [.. sales];
    }

    /// <summary>Has a server with a journal of its own verify it.</summary>
    public Task<VerificationReport> Verify() => _http.Verify();

    public void Dispose() => _http.Dispose();

    /// <summary>Whether a cancelled sale was answered at once or looked up after a 202 says the same code.</summary>
    private static string End(JsonNode order) => (string?)order["cancellation"]?["code"] ?? (string)order["state"]!;

    private async Task<(HttpStatusCode Status, string Text, JsonNode Json)> Repeat(
        HttpMethod method, string path, string? body, string? key, string? prefer = null)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var (status, text) = await Send(method, path, body, key, prefer);
            if (status is not ((HttpStatusCode)0 or HttpStatusCode.ServiceUnavailable))
            {
                return (status, text, JsonNode.Parse(text)!);
            }

            Failures.Enqueue(string.Create(CultureInfo.InvariantCulture, $"{method} {path}, after {TimeProvider.System.GetElapsedTime(began)}: {(int)status} {text}"));
            Assert.True(TimeProvider.System.GetElapsedTime(began) < Patience, $"{method} {path} is still answered {(int)status} {text}");
            await Task.Delay(Pause, TimeProvider.System);
        }
    }

    private async Task<(HttpStatusCode Status, string Text)> Send(HttpMethod method, string path, string? body, string? key, string? prefer)
    {
        try
        {
            return await _http.Send(method, path, body, key, prefer);
        }
        catch (Exception lost) when (lost is HttpRequestException or TaskCanceledException or IOException)
        {
            return (0, lost.Message);
        }
    }
}
