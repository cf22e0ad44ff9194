using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pos.Tests;

/// <summary>An answer as a client sees it.</summary>
internal sealed record Answer(HttpStatusCode Status, string Text, HttpResponseHeaders Headers, HttpContentHeaders ContentHeaders)
{
    public JsonNode Json => JsonNode.Parse(Text) ?? throw new InvalidOperationException("The answer is null.");

    public string? Code => (string?)Json["code"];

    public string? MediaType => ContentHeaders.ContentType?.MediaType;

    public JsonNode this[string member] => Json[member] ?? throw new InvalidOperationException($"No '{member}' in {Text}");
}

/// <summary>A client of a small shop: store <c>london</c> with <c>till-1</c> and <c>till-2</c>, prices in GBP, tax included.</summary>
internal sealed class Shop(PosHost host)
{
    public const string Store = "london";

    private int _keys;

    public PosHost Host => host;

    public static async Task<Shop> Open(PosHost host)
    {
        var shop = new Shop(host);
        await shop.Put(
            $"/stores/{Store}",
            """
            {"name":"London","district":"Soho","kind":"shop","currency":"GBP","timeZone":"Europe/London","taxInclusive":true,
             "taxRates":{"standard":2000},"tills":["till-1","till-2"]}
            """);
        return shop;
    }

    /// <summary>A key that was not used before.</summary>
    public string NewKey() => $"key-{Interlocked.Increment(ref _keys)}";

    public async Task Product(string sku, long price = 250, string kind = "goods", int stock = 0)
    {
        await Put(
            $"/products/{sku}",
            $$"""{"name":"{{sku}}","description":"","category":"","price":{"amount":{{price}},"currency":"GBP"},"taxClass":"standard","kind":"{{kind}}","active":true}""");
        if (stock > 0)
        {
            var received = await Post($"/stores/{Store}/stock/{sku}/receipts", $$"""{"quantity":{{stock}}}""");
            Assert.Equal(HttpStatusCode.OK, received.Status);
        }
    }

    public static string Order(string sku, int quantity = 1, long cash = 100_000) =>
        $$"""{"store":"{{Store}}","till":"till-1","lines":[{"sku":"{{sku}}","quantity":{{quantity}}}],"cash":{"amount":{{cash}},"currency":"GBP"} }""";

    public Task<Answer> Sell(string sku, int quantity = 1, string? key = null, string? prefer = null) =>
        Post("/orders", Order(sku, quantity), key, prefer);

    public Task<Answer> Get(string path) => Send(HttpMethod.Get, path, null, null);

    public async Task<Answer> Put(string path, string body)
    {
        var answer = await Send(HttpMethod.Put, path, body, null);
        Assert.True(answer.Status == HttpStatusCode.OK, answer.Text);
        return answer;
    }

    public Task<Answer> Post(string path, string? body, string? key = null, string? prefer = null) =>
        Send(HttpMethod.Post, path, body, key ?? NewKey(), prefer);

    public async Task<Answer> Send(HttpMethod method, string path, string? body, string? key, string? prefer = null)
    {
        using var request = new HttpRequestMessage(method, "/api/v1" + path);
        request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
        if (key is not null)
        {
            request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        }

        if (prefer is not null)
        {
            request.Headers.TryAddWithoutValidation("Prefer", prefer);
        }

        return await Send(request);
    }

    public async Task<Answer> Send(HttpRequestMessage request)
    {
        using var response = await host.Http.SendAsync(request);
        return new Answer(response.StatusCode, await response.Content.ReadAsStringAsync(), response.Headers, response.Content.Headers);
    }

    public async Task<JsonNode> Stock(string sku) => (await Get($"/stores/{Store}/stock/{sku}")).Json;

    /// <summary>
    /// Asks until the answer is as wished. Every question is a real request, so the wait is for the server and not for a clock. A test asks faster than a
    /// key may, so an answer of 429 is asked again.
    /// </summary>
    public async Task<Answer> Until(string path, Func<Answer, bool> wished)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var answer = await Get(path);
            if (answer.Status != HttpStatusCode.TooManyRequests && wished(answer))
            {
                return answer;
            }

            Assert.True(TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromSeconds(60), $"{path} still answers {answer.Text}");
        }
    }

    public Task<Answer> Settled(string order) => Until($"/orders/{order}", answer => (bool)answer["settled"]);

    /// <summary>Where the journal ends, once nothing owes anything: what an earlier sale still has to do would be taken for something new.</summary>
    /// <remarks>
    /// The list is of one moment only if nothing was journaled while it was read: a saga that begins meanwhile may be in a part of the list that was read
    /// before. So the journal has to end at the same position before and after it.
    /// </remarks>
    public async Task<long> QuietHead()
    {
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var before = await Head();
            var owing = (await All("/sagas", 100)).Find(saga => saga["owes"] is not null);
            var after = await Head();
            if (owing is null && before == after)
            {
                return after;
            }

            Assert.True(TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromSeconds(60), $"still owing: {owing}, or still journaling: {before}, {after}");
        }
    }

    /// <summary>
    /// The position behind everything that is committed. Readers see a commit a moment before <see cref="Pos.Journal.IJournal.Head"/> moves, so something is
    /// sent through the journal's queue that changes nothing: when it is done, so is all that was before it.
    /// </summary>
    private async Task<long> Head()
    {
        await host.Journal.EndLeases("nobody", CancellationToken.None);
        return host.Journal.Head;
    }

    /// <summary>Follows the cursors of a list to its end.</summary>
    public async Task<List<JsonNode>> All(string path, int limit)
    {
        List<JsonNode> items = [];
        string? cursor = null;
        do
        {
            var page = await Until($"{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}limit={limit}{(cursor is null ? "" : "&cursor=" + cursor)}", _ => true);
            Assert.True(page.Status == HttpStatusCode.OK, page.Text);
            Assert.True(page["items"].AsArray().Count <= limit);
            items.AddRange(page["items"].AsArray().Select(item => item!));
            cursor = (string?)page.Json["nextCursor"];
            Assert.Equal((bool)page["hasMore"], cursor is not null);
        }
        while (cursor is not null);
        return items;
    }

    /// <summary>Every member of the RFC 9457 problem is there and agrees with the status line.</summary>
    public static void IsProblem(Answer answer, int status, string code)
    {
        Assert.True((int)answer.Status == status && answer.MediaType == "application/problem+json", $"{(int)answer.Status} {answer.MediaType} {answer.Text}");
        Assert.Equal(code, answer.Code);
        Assert.Equal("/problems/" + code, (string?)answer.Json["type"]);
        Assert.Equal(status, (int)answer["status"]);
        Assert.NotEmpty((string)answer["title"]!);
        Assert.NotEmpty((string)answer["detail"]!);
        Assert.NotEmpty((string)answer["traceId"]!);
        Assert.DoesNotContain("   at ", answer.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("System.", answer.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("Pos.", answer.Text, StringComparison.Ordinal);
        Assert.Equal(status is 503 or 429, answer.Headers.RetryAfter is not null);
    }
}
