using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Pos.Cli;
using Pos.Cli.Load;
using Pos.Cli.Load.Buyers;
using Pos.Cli.Output;
using Pos.Cli.Server;

namespace Pos.Tests;

internal static class Plans
{
    public static LoadPlan Of(Scenario scenario, params Uri[] targets) => new(
        scenario, targets, $"load-{scenario.ToString().ToLowerInvariant()}", Clients: 8, Rate: null, TimeSpan.FromSeconds(30), TimeSpan.Zero, Buyers: null, Items: 5,
        Units: 1_000_000, Skew: 1, Seed: 1, TimeSpan.FromSeconds(30), Retry: false, TimeSpan.FromSeconds(30));
}

/// <summary><c>pos load</c> against the real server.</summary>
public sealed class TheLoad
{
    private static readonly Terminal Terminal = new(TextWriter.Null, TextWriter.Null, false, TimeProvider.System);

    [Fact]
    public async Task three_hundred_buyers_of_thirty_pieces_buy_exactly_thirty()
    {
        await using var host = await PosHost.Start();
        var plan = Plan(Scenario.Hot, host) with { Buyers = 300, Units = 30, Items = 1, Clients = 64, Targets = [Address(host), new Uri($"http://localhost:{host.Port}/")] };
        var report = await Run(plan);

        Assert.True(report.Proof.Holds, string.Join("; ", report.Proof.Findings));
        Assert.Equal((30, 0, 0), (report.Proof.Sold, report.Proof.Held, report.Proof.Left));
        Assert.Equal((30, 30, 270), (report.Proof.ConfirmedOrders, report.Proof.AcknowledgedOrders, report.Proof.CancelledOrders));
        Assert.Equal((300, 270, 0), (report.Measured.Sessions, report.Measured.Refusals["insufficient-stock"], report.Measured.ErrorCount));
        Assert.StartsWith("green: ", report.Proof.Verified, StringComparison.Ordinal);
        Assert.Equal(300, JsonDocument.Parse(ReportJson.Of(report)).RootElement.GetProperty("measured").GetProperty("latency").GetProperty("count").GetInt32());

        var again = await Assert.ThrowsAsync<CannotRunException>(() => Run(plan));
        Assert.Equal("The store load-hot has been used before, and the proof needs a store of its own. Give --store another name, or leave it out.", again.Message);
    }

    [Theory]
    [InlineData("spread")]
    [InlineData("checkout")]
    [InlineData("soak")]
    public async Task every_scenario_ends_with_its_proof(string scenario)
    {
        await using var host = await PosHost.Start();
        var plan = Plan(Enum.Parse<Scenario>(scenario, ignoreCase: true), host) with { Buyers = 200 };
        var file = Path.GetTempFileName();
        var report = await LoadCommand.Run(plan, Keys.Operator, [], file, new Terminal(TextWriter.Null, TextWriter.Null, true, TimeProvider.System), CancellationToken.None);

        Assert.True(report.Proof.Holds, string.Join("; ", report.Proof.Findings));
        Assert.Equal((200, 0), (report.Measured.Sessions, report.Measured.ErrorCount));
        Assert.Equal(200, report.Proof.ConfirmedOrders + report.Proof.CancelledOrders);
        Assert.Equal(scenario == "spread" ? ["order"] : scenario == "checkout" ? ["add line", "checkout", "open cart"] : ["add line", "checkout", "open cart", "order"], report.Measured.Steps.Keys.Order());
        using (var log = File.OpenRead(file))
        {
            Assert.Equal(200, new HdrHistogram.HistogramLogReader(log).ReadHistograms().Sum(interval => interval.TotalCount));
        }

        File.Delete(file);
    }

    [Theory]
    [InlineData("hot", "none", false)]
    [InlineData("checkout", "none", true)]
    [InlineData("soak", "none", true)]
    [InlineData("soak", "simulated", false)]
    public async Task where_no_cards_are_taken_cash_pays_and_the_load_says_so(string scenario, string provider, bool cashOnly)
    {
        await using var host = await PosHost.Start(settings: [new("Payments:Provider", provider)]);
        using var said = new StringWriter();
        var plan = Plan(Enum.Parse<Scenario>(scenario, ignoreCase: true), host) with { Buyers = 40, Items = scenario == "hot" ? 1 : 5 };
        var report = await LoadCommand.Run(plan, Keys.Operator, [], null, new Terminal(TextWriter.Null, said, false, TimeProvider.System), CancellationToken.None);

        Assert.Equal((cashOnly, 40, 0), (report.CashOnly, report.Measured.Sessions, report.Measured.ErrorCount));
        Assert.Equal(cashOnly, said.ToString().Contains("The server takes no cards", StringComparison.Ordinal));
        Assert.True(report.Proof.Holds, string.Join("; ", report.Proof.Findings));
        Assert.Equal(40, report.Proof.ConfirmedOrders + report.Proof.CancelledOrders);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task answers_that_are_lost_sell_nothing_twice(bool retry)
    {
        var requests = 0;
        await using var host = await PosHost.Start(services => services.AddSingleton<IStartupFilter>(new Before(async (context, next) =>
        {
            await next(context);
            if (context.Request.Method == "POST" && context.Request.Headers["Idempotency-Key"].ToString() is var key && key.StartsWith("load-soak-", StringComparison.Ordinal)
                && Interlocked.Increment(ref requests) % 5 == 0)
            {
                context.Abort();
            }
        })));
        var report = await Run(Plan(Scenario.Soak, host) with { Buyers = 200, Retry = retry });

        Assert.True(report.Proof.Holds, string.Join("; ", report.Proof.Findings));
        Assert.Equal(200, report.Proof.ConfirmedOrders + report.Proof.CancelledOrders);
        Assert.Equal((retry, !retry), (report.Measured.Retries > 0, report.Measured.Errors.ContainsKey("connection-lost")));
    }

    [Fact]
    public async Task the_proof_sees_what_is_wrong()
    {
        await using var host = await PosHost.Start();
        var plan = Plan(Scenario.Hot, host) with { Buyers = 10, Items = 1, Units = 50 };
        using var server = new PosServer(plan.Targets[0], Keys.Operator, new Patience(TimeSpan.Zero, TimeProvider.System), 4, TimeSpan.FromSeconds(30));
        await new LoadShop(server, plan).Open(Terminal, CancellationToken.None);
        var figures = new Figures();
        await new LoadRun(plan, Keys.Operator, figures, TimeProvider.System).Run(CancellationToken.None);
        Assert.Empty((await Prove(unknown: 0)).Findings);

        var shop = new Shop(host);
        var order = await shop.Post(
            "/orders", $$"""{"store":"{{plan.Store}}","till":"till-1","lines":[{"sku":"load-1","quantity":2}],"cash":{"amount":1000,"currency":"EUR"} }""");
        Assert.Equal(HttpStatusCode.Created, order.Status);
        var twice = await Prove(unknown: 0);
        Assert.Equal(["1 orders are CONFIRMED, and no client had such an answer: an order was made twice, or made and refused"], twice.Findings);

        await shop.Post($"/stores/{plan.Store}/stock/load-1/adjustments", """{"delta":-39,"reason":"gone"}""");
        figures.OnSettled(77, new SessionEnd(Verdict.Done, "", 123));
        var wrong = await Prove(unknown: 1);
        Assert.Equal(
            [
                "the outcome of 1 sessions could not be found out",
                "order 0000000000000000000000000000007b was acknowledged and does not exist",
                "11 orders were acknowledged, of which 10 are CONFIRMED",
                "load-1: 12 sold + 0 held + -1 left is not 50",
                "load-1: oversold, 12 of 50, -1 left",
            ],
            wrong.Findings);
        Assert.False(wrong.Holds);

        Task<Proof> Prove(int unknown) => new LoadProof(server, plan, figures, new Patience(TimeSpan.FromSeconds(30), TimeProvider.System))
            .Read(unknown, Terminal, CancellationToken.None);
    }

    [Fact]
    public async Task a_stall_costs_everybody_who_came_during_it()
    {
        var stall = TimeSpan.FromMilliseconds(400);
        var requests = 0;
        await using var host = await PosHost.Start(services => services.AddSingleton<IStartupFilter>(new Before(async (context, next) =>
        {
            if (context.Request.Path == "/api/v1/orders" && context.Request.Method == "POST" && Interlocked.Increment(ref requests) == 1)
            {
                // The stall has to take real time, because the load measures real time.
                await Task.Delay(stall, TimeProvider.System);
            }

            await next(context);
        })));
        var report = await Run(Plan(Scenario.Hot, host) with { Items = 1, Clients = 1, Rate = 100, Buyers = 60 });

        // 40 sessions came evenly during the stall and waited for half of it on average. Measured from their sending, only one session would have waited.
        Assert.True(report.Measured.Latency.P50Ms >= 100, $"p50 is {report.Measured.Latency.P50Ms} ms");
        Assert.True(report.Measured.Latency.MaxMs >= stall.TotalMilliseconds, $"max is {report.Measured.Latency.MaxMs} ms");
        Assert.True(report.Measured.Steps["order"].P50Ms < report.Measured.Latency.P50Ms);
    }

    [Fact]
    public async Task who_never_had_a_turn_is_counted_with_the_time_waited()
    {
        await using var host = await PosHost.Start(services => services.AddSingleton<IStartupFilter>(new Before(async (context, next) =>
        {
            if (context.Request.Path == "/api/v1/orders" && context.Request.Method == "POST")
            {
                await Task.Delay(TimeSpan.FromMilliseconds(700), TimeProvider.System);
            }

            await next(context);
        })));
        var report = await Run(Plan(Scenario.Hot, host) with { Items = 1, Clients = 1, Rate = 100, Duration = TimeSpan.FromMilliseconds(500) });

        Assert.Equal((50, 50), (report.Measured.Sessions + report.Measured.Unsent, report.Measured.Latency.Count));
        Assert.True(report.Measured.Unsent >= 49 && report.Measured.ErrorCount == report.Measured.Unsent, $"{report.Measured.Unsent} had no turn");
        Assert.True(report.Measured.Latency.P50Ms >= 400);
        Assert.True(report.Proof.Holds, string.Join("; ", report.Proof.Findings));
    }

    [Fact]
    public async Task a_server_that_is_slow_to_answer_at_first_is_waited_for()
    {
        await using var host = await PosHost.Start(services => services.AddSingleton<IStartupFilter>(new Before(async (context, next) =>
        {
            if (context.Request.Path == "/health/live")
            {
                await Task.Delay(TimeSpan.FromSeconds(2.5), TimeProvider.System);
            }

            await next(context);
        })));
        Assert.Equal(1, (await Run(Plan(Scenario.Hot, host) with { Buyers = 1 })).Measured.Sessions);
    }

    [Fact]
    public async Task a_key_that_may_not_open_a_store_is_told_so()
    {
        await using var host = await PosHost.Start();
        var refused = await Assert.ThrowsAsync<RefusedException>(() => LoadCommand.Run(
            Plan(Scenario.Hot, host), Keys.Cashier, [], null, Terminal, CancellationToken.None));
        Assert.StartsWith("api/v1/stores/load-hot was refused: 40", refused.Message, StringComparison.Ordinal);
    }

    private static Task<LoadReport> Run(LoadPlan plan) => LoadCommand.Run(plan, Keys.Operator, [], null, Terminal, CancellationToken.None);

    private static LoadPlan Plan(Scenario scenario, PosHost host) => Plans.Of(scenario, Address(host));

    private static Uri Address(PosHost host) => new($"http://127.0.0.1:{host.Port}/");

    private sealed class Before(Func<HttpContext, RequestDelegate, Task> handle) : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use(handle);
            next(app);
        };
    }
}
