using Pos.Cli;
using Pos.Cli.Server;
using static Pos.Tests.ScriptedServer;

namespace Pos.Tests;

/// <summary>The client against a small real HTTP server.</summary>
public sealed class TheServerClient : IAsyncLifetime
{
    private readonly ScriptedServer _scripted = new();

    public Task InitializeAsync() => _scripted.Start();

    public Task DisposeAsync() => _scripted.Close();

    [Fact]
    public async Task a_busy_server_is_asked_again_with_the_same_key()
    {
        _scripted.Then(Answer(503, """{"code":"journal-full","detail":"later"}"""));
        _scripted.Then(context =>
        {
            context.Abort();
            return Task.CompletedTask;
        });
        _scripted.Then(Answer(201, Order("CONFIRMED")));
        using var server = Client(TimeSpan.FromSeconds(30));

        Assert.Equal("CONFIRMED", (await Sell(server)).State);
        Assert.Equal([("POST", "/api/v1/orders", "k"), ("POST", "/api/v1/orders", "k"), ("POST", "/api/v1/orders", "k")], _scripted.Received.Select(r => r.Line));
        Assert.Equal(2, server.Retries);
    }

    [Fact]
    public async Task an_order_under_way_is_followed_to_its_end()
    {
        _scripted.Then(Answer(202, Order("CREATED"), "/api/v1/orders/1"));
        _scripted.Then(Answer(200, Order("CREATED")));
        _scripted.Then(Answer(200, Order("CANCELLED")));
        using var server = Client(TimeSpan.FromSeconds(30));

        Assert.Equal("CANCELLED", (await Sell(server)).State);
        Assert.Equal(("GET", "/api/v1/orders/1", null), _scripted.Received[^1].Line);
    }

    [Theory]
    [InlineData(402, "payment-declined")]
    [InlineData(504, "payment-timed-out")]
    public async Task an_order_that_was_made_and_refused_is_followed_to_its_end_and_not_sent_again(int status, string code)
    {
        _scripted.Then(Answer(status, $$"""{"code":"{{code}}"}""", "/api/v1/orders/1"));
        _scripted.Then(Answer(200, Order("CREATED")));
        _scripted.Then(Answer(200, Order("CANCELLED")));
        using var server = Client(TimeSpan.FromSeconds(30));

        Assert.Equal("CANCELLED", (await Sell(server)).State);
        Assert.Equal(["POST", "GET", "GET"], _scripted.Received.Select(r => r.Method));
        Assert.Equal((3, 0), (server.Requests, server.Retries));
    }

    [Fact]
    public async Task a_refusal_stops_with_its_code_and_is_not_repeated()
    {
        _scripted.Then(Answer(409, """{"title":"Not enough stock","code":"insufficient-stock","detail":"2 of 85123A are available."}"""));
        using var server = Client(TimeSpan.FromSeconds(30));

        var refused = await Assert.ThrowsAsync<RefusedException>(() => Sell(server));
        Assert.Equal("api/v1/orders (k) was refused: 409 insufficient-stock: 2 of 85123A are available.", refused.Message);
        Assert.Single(_scripted.Received);
    }

    [Fact]
    public async Task a_server_that_stays_away_is_given_up_when_the_budget_is_used()
    {
        for (var i = 0; i < 100; i++)
        {
            _scripted.Then(Answer(503, "<html>"));
        }

        using var server = Client(TimeSpan.FromSeconds(2));

        var gone = await Assert.ThrowsAsync<CannotRunException>(() => Sell(server));
        Assert.StartsWith("api/v1/orders (k): given up after", gone.Message, StringComparison.Ordinal);
        Assert.True(_scripted.Received.Count > 1);
    }

    [Fact]
    public async Task all_pages_of_a_list_are_read()
    {
        _scripted.Then(Answer(200, """{"items":[{"sku":"A","onHand":1,"held":0}],"hasMore":true,"nextCursor":"a+b"}"""));
        _scripted.Then(Answer(200, """{"items":[{"sku":"B","onHand":2,"held":0}],"hasMore":false,"nextCursor":null}"""));
        using var server = Client(TimeSpan.FromSeconds(30));
        var skus = new List<string>();

        await foreach (var item in server.List("api/v1/stores/s/stock", Messages.Default.PageStockAnswer, CancellationToken.None))
        {
            skus.Add(item.Sku);
        }

        Assert.Equal(["A", "B"], skus);
        Assert.Equal(["/api/v1/stores/s/stock?limit=100", "/api/v1/stores/s/stock?limit=100&cursor=a%2Bb"], _scripted.Received.Select(r => r.Path));
    }

    [Theory]
    [InlineData("replay-536365", "replay-536365")]
    [InlineData("replay-Größe 1", "replay-Gr%C3%B6%C3%9Fe%201")]
    [InlineData("replay-茶%", "replay-%E8%8C%B6%25")]
    [InlineData("a\r\nX-Evil: 1", "a%0D%0AX-Evil:%201")]
    public async Task a_key_that_no_header_takes_is_encoded(string key, string sent)
    {
        _scripted.Then(Answer(200, "{}"));
        using var server = Client(TimeSpan.FromSeconds(30));
        await server.Post("api/v1/x", key, new ReceiptMessage(1, ""), Messages.Default.ReceiptMessage, CancellationToken.None);
        Assert.Equal([("POST", "/api/v1/x", sent)], _scripted.Received.Select(r => r.Line));
    }

    [Fact]
    public void keys_that_are_too_long_stay_different()
    {
        var (one, other) = (HeaderText.Of(new string('ä', 300)), HeaderText.Of(new string('ä', 301)));
        Assert.NotEqual(one, other);
        Assert.InRange(one.Length, 1, 255);
        Assert.True(one.All(character => character is > ' ' and <= '~'), one);
    }

    [Fact]
    public void only_what_the_network_did_is_tried_again()
    {
        // HttpClient throws this for a header that it cannot send. A repetition could not send it either.
        Assert.False(PosServer.IsNoAnswer(new HttpRequestException("Request headers must contain only ASCII characters."), CancellationToken.None));
        Assert.False(PosServer.IsNoAnswer(new NotSupportedException(), CancellationToken.None));
        Assert.True(PosServer.IsNoAnswer(new HttpRequestException(HttpRequestError.ConnectionError), CancellationToken.None));
        Assert.True(PosServer.IsNoAnswer(new HttpRequestException("reset", new IOException()), CancellationToken.None));
        Assert.True(PosServer.IsNoAnswer(new TaskCanceledException(), CancellationToken.None));
    }

    [Theory]
    [InlineData(422, "no-card-provider", false)]
    [InlineData(422, "unknown-till", true)]
    public async Task whether_cards_are_taken_is_asked_with_a_sale_that_cannot_be_made(int status, string code, bool takesCards)
    {
        _scripted.Then(Answer(status, $$"""{"code":"{{code}}"}"""));
        using var server = Client(TimeSpan.FromSeconds(30));

        Assert.Equal(takesCards, await server.TakesCards("s", CancellationToken.None));
        Assert.Equal(
            """{"store":"s","till":"no-such-till","lines":[{"sku":"no-such-product","quantity":1}],"cards":[{"token":"tok_approve"}]}""",
            Assert.Single(_scripted.Received).Body);
    }

    [Fact]
    public async Task a_server_that_refuses_the_question_about_cards_stops_the_command()
    {
        _scripted.Then(Answer(404, """{"code":"unknown-store","detail":"There is no store s."}"""));
        using var server = Client(TimeSpan.FromSeconds(30));

        var refused = await Assert.ThrowsAsync<RefusedException>(() => server.TakesCards("s", CancellationToken.None));
        Assert.Equal("api/v1/orders (are-cards-taken) was refused: 404 unknown-store: There is no store s.", refused.Message);
    }

    [Fact]
    public async Task nobody_there_is_said_at_once()
    {
        using var server = Client(TimeSpan.FromMinutes(5));
        await _scripted.Stop();

        Assert.StartsWith("No server answers at http://127.0.0.1:", (await Assert.ThrowsAsync<CannotRunException>(
            () => server.MustAnswer(CancellationToken.None))).Message, StringComparison.Ordinal);
    }

    private static Task<OrderAnswer> Sell(PosServer server) => server.Post(
        "api/v1/orders",
        "k",
        new OrderMessage("s", "till-1", [], new MoneyMessage(0, "GBP"), null, DateTimeOffset.UnixEpoch),
        Messages.Default.OrderMessage,
        Messages.Default.OrderAnswer,
        order => order.State is "CONFIRMED" or "CANCELLED",
        CancellationToken.None);

    private static string Order(string state) =>
        $$$"""{"id":"1","state":"{{{state}}}","settled":false,"total":{"gross":{"amount":1,"currency":"GBP"}},"unknown":[1]}""";

    private PosServer Client(TimeSpan budget) => _scripted.Client(budget);
}
