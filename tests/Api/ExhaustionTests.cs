using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Pos.Tests;

/// <summary>What one client, one key and one address can take from all others, counted in places, connections, lines and bytes.</summary>
public sealed class ExhaustionTests
{
    private const string Probe = "GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

    [Fact]
    public async Task bodies_that_are_announced_and_never_sent_take_no_room()
    {
        await using var host = await PosHost.Start(settings: [new("Api:RequestsUnderWayMax", "2")]);
        var shop = await Shop.Open(host);
        await shop.Product("tea", stock: 10);
        using var announced = new Announced(host.Port, Keys.Cashier, 20);
        for (var sale = 0; sale < 5; sale++)
        {
            Assert.Equal(HttpStatusCode.Created, (await shop.Sell("tea")).Status);
        }

        Assert.Equal(20, announced.Open);
    }

    [Fact]
    public async Task a_key_with_as_many_requests_under_way_as_it_may_have_waits_and_no_other_does()
    {
        await using var host = await PosHost.Start(settings: [new("Api:RequestsPerKeyMax", "2")]);
        var shop = await Shop.Open(host);
        using var announced = new Announced(host.Port, Keys.Cashier, 2);
        var refused = await RawHttp.StatusLine(host.Port, $"GET /api/v1/stores/london HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {Keys.Cashier}\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 429 ", refused, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await shop.Get("/stores/london")).Status);
    }

    [Fact]
    public async Task an_address_with_as_many_connections_as_it_may_have_keeps_no_other_out()
    {
        var lines = new LineCount();
        await using var host = await PosHost.Start(
            services => services.AddSingleton<ILoggerProvider>(lines),
            settings: [new("Api:ConnectionsPerAddressMax", "8"), new("Api:ConnectionsMax", "100")]);
        var began = TimeProvider.System.GetTimestamp();
        var idle = new List<Socket>();
        for (var i = 0; i < 200; i++)
        {
            idle.Add(await Connected(host.Port, "127.0.0.7"));
        }

        foreach (var socket in idle.Skip(8))
        {
            // Closed by the server, and so seen by it.
            Assert.Equal(0, await Received(socket));
        }

        var seconds = TimeProvider.System.GetElapsedTime(began).TotalSeconds;
        Assert.InRange(lines.Count("Api:ConnectionsPerAddressMax"), 1, (int)seconds + 2);
        using var other = await Connected(host.Port, "127.0.0.8");
        await other.SendAsync(Encoding.ASCII.GetBytes(Probe));
        Assert.True(await Received(other) > 0);
        idle.ForEach(static socket => socket.Dispose());
    }

    [Fact]
    public async Task probes_are_answered_on_a_listener_of_their_own_when_all_connections_are_taken()
    {
        var port = FreePort();
        await using var host = await PosHost.Start(settings: [new("Api:ProbesUrl", $"http://127.0.0.1:{port}"), new("Api:ConnectionsMax", "4")]);
        var taken = new List<Socket>();
        for (var i = 0; i < 6; i++)
        {
            taken.Add(await Connected(host.Port, "127.0.0.1"));
        }

        Assert.Equal(0, await Received(taken[5]));
        for (var i = 0; i < 20; i++)
        {
            Assert.StartsWith("HTTP/1.1 200 ", await RawHttp.Send(port, Probe), StringComparison.Ordinal);
        }

        Assert.StartsWith(
            "HTTP/1.1 404 ",
            await RawHttp.StatusLine(port, $"GET /api/v1/products HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {Keys.Operator}\r\n\r\n"),
            StringComparison.Ordinal);
        taken.ForEach(static socket => socket.Dispose());
    }

    [Fact]
    public async Task a_request_is_charged_by_the_lines_that_it_brings_and_the_items_that_it_asks_for()
    {
        await using var host = await PosHost.Start(settings: [new("Api:RequestsPerSecondMax", "1"), new("Api:RequestsBurstMax", "200")]);
        var shop = new Shop(host);
        var lines = string.Join(',', Enumerable.Repeat("""{"sku":"none","quantity":1}""", 120));
        var body = $$"""{"store":"none","till":"till-1","lines":[{{lines}}],"cash":{"amount":1,"currency":"GBP"} }""";
        Shop.IsProblem(await shop.Post("/orders", body), 404, "unknown-store");
        Shop.IsProblem(await shop.Post("/orders", body), 429, "too-many-requests");
        Shop.IsProblem(await shop.Get("/products?limit=100"), 429, "too-many-requests");
        Assert.Equal(HttpStatusCode.OK, (await shop.Get("/products?limit=10")).Status);
    }

    [Fact]
    public async Task a_page_of_orders_ends_where_it_has_two_thousand_lines_and_is_compressed_for_those_who_take_it()
    {
        await using var host = await PosHost.Start();
        var shop = await Shop.Open(host);
        await shop.Product("post", kind: "service");
        var lines = string.Join(',', Enumerable.Repeat("""{"sku":"post","quantity":1}""", 900));
        var body = $$"""{"store":"london","till":"till-1","lines":[{{lines}}],"cash":{"amount":1000000,"currency":"GBP"} }""";
        var placed = new List<string>();
        for (var order = 0; order < 5; order++)
        {
            placed.Add((string)(await shop.Post("/orders", body))["id"]!);
        }

        var page = await shop.Get("/orders?store=london&limit=100");
        Assert.Equal((2, true), (page["items"].AsArray().Count, (bool)page["hasMore"]));
        Assert.Equal(placed, (await shop.All("/orders?store=london", 100)).Select(order => (string)order["id"]!));

        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/orders?store=london&limit=100") { Headers = { AcceptEncoding = { new("gzip") } } };
        using var answer = await host.Http.SendAsync(request);
        Assert.Equal(["gzip"], answer.Content.Headers.ContentEncoding);
        Assert.True((await answer.Content.ReadAsByteArrayAsync()).Length * 10 < page.Text.Length);
    }

    [Fact]
    public async Task the_document_is_sent_compressed_once_to_whoever_keeps_it_and_so_often_to_a_stranger()
    {
        await using var host = await PosHost.Start(settings: [new("Api:DocumentsPerSecondMax", "1")]);
        var plain = await Document(host);
        var zipped = await Document(host, gzip: true);
        Assert.True(zipped.Bytes * 4 < plain.Bytes, $"{zipped.Bytes} of {plain.Bytes} bytes");
        Assert.NotEqual(plain.Tag, zipped.Tag);
        var again = await Document(host, tag: plain.Tag);
        Assert.Equal((HttpStatusCode.NotModified, 0), (again.Status, again.Bytes));
        var sent = 0;
        for (var i = 0; i < 100; i++)
        {
            var answer = await Document(host);
            sent += answer.Status == HttpStatusCode.OK ? 1 : 0;
            Assert.True(answer.Status is HttpStatusCode.OK or HttpStatusCode.TooManyRequests);
        }

        Assert.InRange(sent, 1, 50);
        using var page = await host.Http.GetAsync(new Uri("/swagger-ui.css", UriKind.Relative));
        Assert.Equal(HttpStatusCode.TooManyRequests, page.StatusCode);
    }

    private static async Task<(HttpStatusCode Status, int Bytes, string? Tag)> Document(PosHost host, bool gzip = false, string? tag = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/openapi/v1.json");
        if (gzip)
        {
            request.Headers.AcceptEncoding.Add(new("gzip"));
        }

        if (tag is not null)
        {
            request.Headers.IfNoneMatch.Add(new(tag));
        }

        using var answer = await host.Http.SendAsync(request);
        return (answer.StatusCode, (await answer.Content.ReadAsByteArrayAsync()).Length, answer.Headers.ETag?.Tag);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static async Task<Socket> Connected(int port, string from)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Parse(from), 0));
        await socket.ConnectAsync(IPAddress.Loopback, port);
        return socket;
    }

    private static async Task<int> Received(Socket socket)
    {
        try
        {
            return await socket.ReceiveAsync(new byte[1_024]);
        }
        catch (SocketException)
        {
            return 0;
        }
    }

    /// <summary>Requests whose bodies are said to come, and do not.</summary>
    private sealed class Announced : IDisposable
    {
        private readonly List<Socket> _sockets = [];

        public Announced(int port, string key, int count)
        {
            for (var i = 0; i < count; i++)
            {
                var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
                socket.Connect(IPAddress.Loopback, port);
                // Expects to be told that it may go on, which says that the server has begun to wait.
                socket.Send(Encoding.ASCII.GetBytes(
                    $"POST /api/v1/orders HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {key}\r\nIdempotency-Key: k-{i}\r\nContent-Type: application/json\r\n"
                    + "Content-Length: 99\r\nExpect: 100-continue\r\n\r\n"));
                var told = new byte[64];
                Assert.StartsWith("HTTP/1.1 100", Encoding.ASCII.GetString(told, 0, socket.Receive(told)), StringComparison.Ordinal);
                _sockets.Add(socket);
            }
        }

        /// <summary>So many have had no answer yet.</summary>
        public int Open => _sockets.Count(static socket => socket.Available == 0);

        public void Dispose() => _sockets.ForEach(static socket => socket.Dispose());
    }

    /// <summary>Counts what is logged.</summary>
    private sealed class LineCount : ILoggerProvider, ILogger
    {
        private readonly List<string> _lines = [];

        public int Count(string part)
        {
            lock (_lines)
            {
                return _lines.Count(line => line.Contains(part, StringComparison.Ordinal));
            }
        }

        public ILogger CreateLogger(string categoryName) => this;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                lock (_lines)
                {
                    _lines.Add(formatter(state, exception));
                }
            }
        }

        public void Dispose()
        {
        }
    }
}
