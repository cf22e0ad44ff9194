using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Pos.Cli;
using Pos.Cli.Server;

namespace Pos.Tests;

/// <summary>The client against a small real HTTP server that answers what the test says, in turn.</summary>
public sealed class TheServerClient : IAsyncLifetime
{
    private readonly ConcurrentQueue<Func<HttpContext, Task>> answers = new();
    private readonly ConcurrentQueue<(string Method, string Path, string? Key)> requests = new();
    private readonly WebApplication app;

    public TheServerClient()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        app = builder.Build();
        app.Run(async context =>
        {
            requests.Enqueue((context.Request.Method, context.Request.Path + context.Request.QueryString, context.Request.Headers["Idempotency-Key"]));
            await (answers.TryDequeue(out var answer) ? answer(context) : Answer(500, "{}")(context));
        });
    }

    public Task InitializeAsync() => app.StartAsync();

    public async Task DisposeAsync() => await app.DisposeAsync();

    [Fact]
    public async Task a_busy_server_is_asked_again_with_the_same_key()
    {
        answers.Enqueue(Answer(503, """{"code":"journal-full","detail":"later"}"""));
        answers.Enqueue(context =>
        {
            context.Abort();
            return Task.CompletedTask;
        });
        answers.Enqueue(Answer(201, Order("CONFIRMED")));
        using var server = Client(TimeSpan.FromSeconds(30));

        Assert.Equal("CONFIRMED", (await Sell(server)).State);
        Assert.Equal([("POST", "/api/v1/orders", "k"), ("POST", "/api/v1/orders", "k"), ("POST", "/api/v1/orders", "k")], requests);
        Assert.Equal(2, server.Retries);
    }

    [Fact]
    public async Task an_order_under_way_is_followed_to_its_end()
    {
        answers.Enqueue(Answer(202, Order("CREATED"), "/api/v1/orders/1"));
        answers.Enqueue(Answer(200, Order("CREATED")));
        answers.Enqueue(Answer(200, Order("CANCELLED")));
        using var server = Client(TimeSpan.FromSeconds(30));

        Assert.Equal("CANCELLED", (await Sell(server)).State);
        Assert.Equal(("GET", "/api/v1/orders/1", null), requests.Last());
    }

    [Fact]
    public async Task a_refusal_stops_with_its_code_and_is_not_repeated()
    {
        answers.Enqueue(Answer(409, """{"title":"Not enough stock","code":"insufficient-stock","detail":"2 of 85123A are available."}"""));
        using var server = Client(TimeSpan.FromSeconds(30));

        var refused = await Assert.ThrowsAsync<CannotRunException>(() => Sell(server));
        Assert.Equal("api/v1/orders (k) was refused: 409 insufficient-stock: 2 of 85123A are available.", refused.Message);
        Assert.Single(requests);
    }

    [Fact]
    public async Task a_server_that_stays_away_is_given_up_when_the_budget_is_used()
    {
        for (var i = 0; i < 100; i++)
        {
            answers.Enqueue(Answer(503, "<html>"));
        }

        using var server = Client(TimeSpan.FromMilliseconds(200));

        var gone = await Assert.ThrowsAsync<CannotRunException>(() => Sell(server));
        Assert.StartsWith("api/v1/orders (k): given up after", gone.Message, StringComparison.Ordinal);
        Assert.True(requests.Count > 1);
    }

    [Fact]
    public async Task all_pages_of_a_list_are_read()
    {
        answers.Enqueue(Answer(200, """{"items":[{"sku":"A","onHand":1,"held":0}],"hasMore":true,"nextCursor":"a+b"}"""));
        answers.Enqueue(Answer(200, """{"items":[{"sku":"B","onHand":2,"held":0}],"hasMore":false,"nextCursor":null}"""));
        using var server = Client(TimeSpan.FromSeconds(30));
        var skus = new List<string>();

        await foreach (var item in server.List("api/v1/stores/s/stock", Messages.Default.PageStockAnswer, CancellationToken.None))
        {
            skus.Add(item.Sku);
        }

        Assert.Equal(["A", "B"], skus);
        Assert.Equal(["/api/v1/stores/s/stock?limit=100", "/api/v1/stores/s/stock?limit=100&cursor=a%2Bb"], requests.Select(r => r.Path));
    }

    [Fact]
    public async Task nobody_there_is_said_at_once()
    {
        using var server = Client(TimeSpan.FromMinutes(5));
        await app.StopAsync();

        Assert.StartsWith("No server answers at http://127.0.0.1:", (await Assert.ThrowsAsync<CannotRunException>(
            () => server.MustAnswer(CancellationToken.None))).Message, StringComparison.Ordinal);
    }

    private static Task<OrderAnswer> Sell(PosServer server) => server.Post(
        "api/v1/orders",
        "k",
        new OrderMessage("s", "till-1", [], new MoneyMessage(0, "GBP"), DateTimeOffset.UnixEpoch),
        Messages.Default.OrderMessage,
        Messages.Default.OrderAnswer,
        order => order.State is "CONFIRMED" or "CANCELLED",
        CancellationToken.None);

    private static string Order(string state) =>
        $$$"""{"id":"1","state":"{{{state}}}","settled":false,"total":{"gross":{"amount":1,"currency":"GBP"}},"unknown":[1]}""";

    private static Func<HttpContext, Task> Answer(int status, string body, string? location = null) => context =>
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        context.Response.Headers.Location = location;
        return context.Response.WriteAsync(body);
    };

    private PosServer Client(TimeSpan budget) =>
        new(ServerOptions.Address(app.Urls.First()), "a-key", new Patience(budget, TimeProvider.System), 4, TimeSpan.FromSeconds(30));
}
