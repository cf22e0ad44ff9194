using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Options;

namespace Pos.Tests;

/// <summary>What the server does with too many, too slow and foreign requests, and what it tells browsers.</summary>
public sealed class EdgeTests(OpenShop open) : IClassFixture<OpenShop>
{
    [Fact]
    public async Task a_key_that_asks_too_often_waits_and_no_other_does()
    {
        await using var host = await PosHost.Start(settings: [new("Api:RequestsPerSecondMax", "1"), new("Api:RequestsBurstMax", "3")]);
        var answers = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => Get(host, "/api/v1/products/none", Keys.Reader)));
        var refused = Array.FindAll(answers, answer => answer.Status != HttpStatusCode.NotFound);
        Assert.NotEmpty(refused);
        Assert.All(refused, answer => Shop.IsProblem(answer, 429, "too-many-requests"));
        Assert.True(answers.Length - refused.Length >= 3, "a burst is let in");
        Assert.Equal(HttpStatusCode.OK, (await Get(host, "/api/v1/products", Keys.Cashier)).Status);
        Assert.Equal(HttpStatusCode.OK, (await Get(host, "/health/live", null)).Status);
    }

    [Fact]
    public async Task an_address_that_tries_many_keys_waits_and_a_good_key_does_not()
    {
        await using var host = await PosHost.Start(settings: [new("Api:StrangersPerSecondMax", "1")]);
        var answers = await Task.WhenAll(Enumerable.Range(0, 30).Select(i => Get(host, "/api/v1/products", $"guess-{i}")));
        var refused = Array.FindAll(answers, answer => answer.Status != HttpStatusCode.Unauthorized);
        Assert.InRange(refused.Length, 1, answers.Length - 1);
        Assert.All(refused, answer => Shop.IsProblem(answer, 429, "too-many-requests"));
        Assert.Equal(HttpStatusCode.OK, (await Get(host, "/api/v1/products", Keys.Reader)).Status);
    }

    [Theory]
    [InlineData("/api/v1/stores/london", 200)]
    [InlineData("/api/v1/stores/none", 404)]
    [InlineData("/api/v1/nothing", 404)]
    [InlineData("/health/live", 200)]
    [InlineData("/api/v1/orders?store=london&limit=x", 400)]
    public async Task every_answer_says_what_browsers_and_caches_may_do_with_it(string path, int status)
    {
        using var answer = await open.Host.Http.GetAsync(new Uri(path, UriKind.Relative));
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Equal("no-referrer", answer.Headers.GetValues("Referrer-Policy").Single());
        Assert.Contains("frame-ancestors 'none'", answer.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.False(answer.Headers.Contains("Strict-Transport-Security"));
        Assert.False(answer.Headers.Contains("Server"));
        Assert.False(answer.Headers.Contains("Access-Control-Allow-Origin"));
        if (path.StartsWith("/api/v1/stores", StringComparison.Ordinal))
        {
            Assert.True(answer.Headers.CacheControl!.NoStore);
        }
    }

    [Fact]
    public async Task the_page_may_load_its_own_files_and_nothing_else()
    {
        using var answer = await open.Host.Http.GetAsync(new Uri("/index.html", UriKind.Relative));
        var policy = answer.Headers.GetValues("Content-Security-Policy").Single();
        Assert.StartsWith("default-src 'self';", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("script-src", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("<script>", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task head_is_get_without_its_body()
    {
        using var get = await open.Host.Http.GetAsync(new Uri("/api/v1/stores/london", UriKind.Relative));
        var answer = await RawHttp.Send(
            open.Host.Port, $"HEAD /api/v1/stores/london HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {Keys.Reader}\r\nConnection: close\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 200 OK\r\n", answer, StringComparison.Ordinal);
        Assert.Contains($"ETag: {get.Headers.ETag}", answer, StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\n", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task pages_of_configured_origins_may_ask_and_others_may_not()
    {
        await using var host = await PosHost.Start(settings: [new("Api:CorsOrigins:0", "https://till.example")]);
        foreach (var (origin, allowed) in new[] { ("https://till.example", true), ("https://evil.example", false) })
        {
            using var preflight = new HttpRequestMessage(HttpMethod.Options, "/api/v1/orders");
            preflight.Headers.Add("Origin", origin);
            preflight.Headers.Add("Access-Control-Request-Method", "POST");
            preflight.Headers.Add("Access-Control-Request-Headers", "authorization,idempotency-key,content-type");
            using var client = new HttpClient { BaseAddress = host.Http.BaseAddress };
            using var answer = await client.SendAsync(preflight);
            Assert.Equal(allowed, answer.Headers.Contains("Access-Control-Allow-Origin"));
        }
    }

    [Fact]
    public async Task a_body_that_does_not_come_is_not_waited_for()
    {
        await using var host = await PosHost.Start(settings: [new("Api:BodyMax", "00:00:00.2")]);
        var answer = await RawHttp.StatusLine(
            host.Port,
            $"POST /api/v1/orders HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {Keys.Operator}\r\nIdempotency-Key: k\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{{");
        Assert.StartsWith("HTTP/1.1 408 ", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task more_connections_than_are_allowed_are_closed_at_once()
    {
        await using var host = await PosHost.Start(settings: [new("Api:ConnectionsMax", "2")]);
        const string Request = "GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
        using (var first = await Connected(host.Port))
        using (var second = await Connected(host.Port))
        {
            await Assert.ThrowsAnyAsync<Exception>(async () => Assert.NotEmpty(await RawHttp.Send(host.Port, Request)));
        }

        // What is closed makes room, as soon as the server has seen it.
        var began = TimeProvider.System.GetTimestamp();
        while (await Answered(host.Port, Request) != "HTTP/1.1 200 OK")
        {
            Assert.True(TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromSeconds(30));
        }
    }

    [Theory]
    [InlineData("Api:ConnectionsMax", "0", "Api:ConnectionsMax is not positive.")]
    [InlineData("Api:IdleMax", "00:00:00", "Api:IdleMax is not positive.")]
    [InlineData("Api:HeadersMax", "-00:00:01", "Api:HeadersMax is not positive.")]
    [InlineData("Api:BodyMax", "00:00:00", "Api:BodyMax is not positive.")]
    [InlineData("Api:RequestMax", "00:00:02", "Api:RequestMax is not above Api:WaitMax.")]
    [InlineData("Api:ConnectionsPerAddressMax", "0", "Api:ConnectionsPerAddressMax is not positive.")]
    [InlineData("Api:RequestsPerKeyMax", "0", "Api:RequestsPerKeyMax is not positive.")]
    [InlineData("Api:DocumentsPerSecondMax", "0", "Api:DocumentsPerSecondMax is not from 1 to 1,000,000.")]
    [InlineData("Api:ProbesUrl", "8081", "Api:ProbesUrl is '8081', and not as http://+:8081: http, an address, a port above 0.")]
    [InlineData("Api:RequestsUnderWayMax", "0", "Api:RequestsUnderWayMax is not positive.")]
    [InlineData("Api:WaitMax", "00:00:21", "Api:WaitMax is above 20 s: grain calls end after 30 s.")]
    public async Task a_senseless_limit_is_refused_at_start_in_one_sentence(string setting, string value, string sentence)
    {
        var refusal = await Assert.ThrowsAsync<OptionsValidationException>(() => PosHost.Start(settings: [new(setting, value)]));
        Assert.Equal(sentence, refusal.Message);
    }

    private static async Task<Socket> Connected(int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, port);
        // A connection that is answered has been let in.
        await socket.SendAsync(Encoding.ASCII.GetBytes("GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n"));
        Assert.True(await socket.ReceiveAsync(new byte[1_024]) > 0);
        return socket;
    }

    private static async Task<string?> Answered(int port, string request)
    {
        try
        {
            return await RawHttp.StatusLine(port, request);
        }
        catch (Exception closed) when (closed is SocketException or IOException)
        {
            return null;
        }
    }

    [Fact]
    public async Task no_header_breaks_a_line_of_what_is_answered()
    {
        var answer = await RawHttp.Send(
            open.Host.Port,
            $"GET /api/v1/products HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer a\tb\r\nX-Approval: {new string('x', 300)}\r\nOrigin: https://evil.example\r\nConnection: close\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 401 ", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("evil", answer, StringComparison.Ordinal);
    }

    private static async Task<Answer> Get(PosHost host, string path, string? key)
    {
        using var client = new HttpClient { BaseAddress = host.Http.BaseAddress };
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Authorization = key is null ? null : new("Bearer", key);
        using var response = await client.SendAsync(request);
        return new Answer(response.StatusCode, await response.Content.ReadAsStringAsync(), response.Headers, response.Content.Headers);
    }
}
