using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Orleans.Configuration;
using Pos.Journal;
using Pos.Tests.Simulated.Journal;
using Xunit.Abstractions;

namespace Pos.Tests;

/// <summary>A journal that is full, slow or failing: 503 and Retry-After, nothing acknowledged, nothing half done.</summary>
public sealed class JournalFaultTests(ITestOutputHelper output)
{
    [Fact]
    public async Task a_full_journal_refuses_by_name_and_loses_nothing_that_it_took()
    {
        var steps = new Steps();
        await using var host = await Start(steps: steps, options: new JournalOptions { QueueEventsMax = 4 });
        var shop = await Shop.Open(host);
        await shop.Product("tea", stock: 100);
        await shop.Sell("tea");

        steps.Halt();
        var keys = Enumerable.Range(0, 20).Select(_ => shop.NewKey()).ToList();
        var sales = keys.ConvertAll(key => shop.Sell("tea", key: key));
        var first = await await Task.WhenAny(sales);
        Shop.IsProblem(first, 503, "journal-full");
        steps.GoOn();

        var answers = await Task.WhenAll(sales);
        Assert.All(answers, answer => Assert.True(answer.Status is HttpStatusCode.Created or HttpStatusCode.ServiceUnavailable, answer.Text));
        await SellUntilAllAreSold(shop, keys);
        await Settled(shop);
        Assert.Equal((79, 0), await Left(shop));
    }

    [Fact]
    public async Task a_slow_journal_answers_503_and_the_repeat_shows_what_became_of_it()
    {
        var steps = new Steps();
        await using var host = await Start(steps: steps, responseTimeout: TimeSpan.FromSeconds(5));
        var shop = await Shop.Open(host);
        await shop.Product("tea", stock: 100);
        await shop.Sell("tea");

        steps.Halt();
        var key = shop.NewKey();
        Shop.IsProblem(await shop.Sell("tea", key: key), 503, "outcome-unknown");
        Shop.IsProblem(await shop.Post("/stores/london/stock/tea/receipts", """{"quantity":5}""", "receipt"), 503, "outcome-unknown");
        steps.GoOn();

        await SellUntilAllAreSold(shop, [key]);
        Assert.Equal(HttpStatusCode.OK, (await shop.Post("/stores/london/stock/tea/receipts", """{"quantity":5}""", "receipt")).Status);
        await Settled(shop);
        Assert.Equal((103, 0), await Left(shop));
        Assert.Equal(2, (await shop.All("/orders?store=london", 10)).Count);
    }

    /// <summary>Whatever hangs, and however long grain calls may take: a request has an answer in its time, and that says what is not known.</summary>
    [Fact]
    public async Task a_request_that_hangs_is_answered_when_its_time_is_up_and_the_repeat_shows_what_became_of_it()
    {
        var steps = new Steps();
        await using var host = await Start(steps: steps, settings: [new("Api:WaitMax", "00:00:00.3"), new("Api:RequestMax", "00:00:05")]);
        var shop = await Shop.Open(host);
        await shop.Product("tea", stock: 100);
        await shop.Sell("tea");

        steps.Halt();
        var began = TimeProvider.System.GetTimestamp();
        var answers = await Task.WhenAll(
            shop.Sell("tea", key: "sale"), shop.Post("/stores/london/stock/tea/receipts", """{"quantity":5}""", "receipt"),
            shop.Post("/carts", """{"store":"london","till":"till-1"}""", "cart"));
        Assert.All(answers, answer =>
        {
            Shop.IsProblem(answer, 503, "outcome-unknown");
            Assert.Contains("may or may not", (string)answer["detail"]!, StringComparison.Ordinal);
        });
        // Before the 30 seconds after which calls of grains end.
        Assert.True(TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromSeconds(25));
        steps.GoOn();

        await SellUntilAllAreSold(shop, ["sale"]);
        Assert.Equal(HttpStatusCode.OK, (await shop.Post("/stores/london/stock/tea/receipts", """{"quantity":5}""", "receipt")).Status);
        Assert.Equal(HttpStatusCode.Created, (await shop.Post("/carts", """{"store":"london","till":"till-1"}""", "cart")).Status);
        await Settled(shop);
        Assert.Equal((103, 0), await Left(shop));
    }

    /// <summary>Whoever comes when all places are taken does not wait for them, and probes are answered beside them.</summary>
    [Fact]
    public async Task more_requests_than_may_be_under_way_are_refused_within_a_second_and_served_when_there_is_room()
    {
        var steps = new Steps();
        await using var host = await Start(steps: steps, settings: [new("Api:RequestsUnderWayMax", "3")]);
        var shop = await Shop.Open(host);
        await shop.Product("tea", stock: 100);
        await shop.Sell("tea");

        steps.Halt();
        var keys = Enumerable.Range(0, 8).Select(_ => shop.NewKey()).ToList();
        var sales = keys.ConvertAll(key => shop.Sell("tea", key: key));
        for (var refused = 0; refused < 5; refused++)
        {
            var answer = await await Task.WhenAny(sales);
            Shop.IsProblem(answer, 503, "overloaded");
            Assert.Equal(TimeSpan.FromSeconds(1), answer.Headers.RetryAfter!.Delta);
            sales.RemoveAll(sale => sale.IsCompleted && sale.Result == answer);
        }

        using var ready = await host.Http.GetAsync(new Uri("/health/live", UriKind.Relative));
        Assert.Equal(HttpStatusCode.OK, ready.StatusCode);
        steps.GoOn();
        Assert.All(await Task.WhenAll(sales), answer => Assert.Equal(HttpStatusCode.Created, answer.Status));
        await SellUntilAllAreSold(shop, keys);
        await Settled(shop);
        Assert.Equal((91, 0), await Left(shop));
    }

    [Theory]
    [InlineData(SimulatedPoint.Write)]
    [InlineData(SimulatedPoint.Sync)]
    public async Task a_failing_journal_answers_503_and_nothing_has_happened(SimulatedPoint point)
    {
        var faults = new Faults();
        await using var host = await Start(faults);
        var shop = await Shop.Open(host);
        await shop.Product("tea", stock: 100);
        await shop.Settled((string)(await shop.Sell("tea"))["id"]!);
        var head = await shop.QuietHead();

        faults.Strike = asked => asked == point ? SimulatedFault.Fail : SimulatedFault.None;
        var key = shop.NewKey();
        Shop.IsProblem(await shop.Sell("tea", key: key), 503, "not-durable");
        Shop.IsProblem(await shop.Post("/stores/london/stock/tea/receipts", """{"quantity":5}""", "receipt"), 503, "not-durable");
        Shop.IsProblem(await shop.Send(HttpMethod.Put, "/products/cake", """{"name":"c","description":"","category":"","price":{"amount":1,"currency":"GBP"},"taxClass":"standard","kind":"goods","active":true}""", null), 503, "not-durable");
        Assert.Equal(head, host.Journal.Head);
        faults.Strike = static _ => SimulatedFault.None;

        Shop.IsProblem(await shop.Get("/products/cake"), 404, "unknown-product");
        Assert.Single(await shop.All("/orders?store=london", 10));
        await SellUntilAllAreSold(shop, [key]);
        Assert.Equal(HttpStatusCode.OK, (await shop.Post("/stores/london/stock/tea/receipts", """{"quantity":5}""", "receipt")).Status);
        await Settled(shop);
        Assert.Equal((103, 0), await Left(shop));
    }

    [Fact]
    public async Task an_unreadable_journal_answers_503_and_readiness_tells_of_it_and_stays()
    {
        var faults = new Faults();
        await using var host = await Start(faults);
        var shop = await Shop.Open(host);
        var watch = host.Services.GetRequiredService<JournalWatch>();
        faults.Strike = asked => asked == SimulatedPoint.Read ? SimulatedFault.Fail : SimulatedFault.None;
        Shop.IsProblem(await shop.Get("/products/new"), 503, "not-durable");
        Shop.IsProblem(await shop.Get("/products"), 503, "not-durable");
        await watch.Look(CancellationToken.None);
        Assert.Equal((HttpStatusCode.OK, "degraded", "degraded"), await Readiness(host));
        using var alive = await host.Http.GetAsync(new Uri("/health/live", UriKind.Relative));
        Assert.Equal(HttpStatusCode.OK, alive.StatusCode);
        faults.Strike = static _ => SimulatedFault.None;
        await watch.Look(CancellationToken.None);
        Assert.Equal((HttpStatusCode.OK, "healthy", "healthy"), await Readiness(host));
    }

    private static async Task<(HttpStatusCode Status, string? All, string? Journal)> Readiness(PosHost host)
    {
        using var answer = await host.Http.GetAsync(new Uri("/health/ready", UriKind.Relative));
        var body = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
        return (answer.StatusCode, (string?)body["status"], (string?)body["checks"]!["journal"]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task sixty_sales_over_a_journal_that_fails_now_and_then_are_sixty_sales(int seed)
    {
        output.WriteLine($"seed {seed}");
        var chance = new Random(seed);
        var faults = new Faults();
        await using var host = await Start(faults);
        var shop = await Shop.Open(host);
        await shop.Product("tea", stock: 60);
        faults.Strike = point =>
        {
            lock (chance)
            {
                return point is not SimulatedPoint.Read && chance.Next(100) < 5 ? SimulatedFault.Fail : SimulatedFault.None;
            }
        };
        await SellUntilAllAreSold(shop, Enumerable.Range(0, 60).Select(_ => shop.NewKey()));
        faults.Strike = static _ => SimulatedFault.None;
        await Settled(shop);
        Assert.Equal((0, 0), await Left(shop));
        Assert.Equal(60, (await shop.All("/orders?store=london", 100)).Count);
    }

    // As a till does: the same key again until there is an answer.
    private static Task SellUntilAllAreSold(Shop shop, IEnumerable<string> keys) => Task.WhenAll(keys.Select(async key =>
    {
        var began = TimeProvider.System.GetTimestamp();
        while (await shop.Sell("tea", key: key) is var answer && answer.Status != HttpStatusCode.Created)
        {
            Assert.True(answer.Status is HttpStatusCode.ServiceUnavailable or HttpStatusCode.Accepted, answer.Text);
            Assert.True(TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromSeconds(60), answer.Text);
        }
    }));

    private static async Task Settled(Shop shop)
    {
        foreach (var order in await shop.All("/orders?store=london", 100))
        {
            await shop.Settled((string)order["id"]!);
        }
    }

    private static async Task<(int OnHand, int Held)> Left(Shop shop)
    {
        var stock = await shop.Stock("tea");
        return ((int)stock["onHand"]!, (int)stock["held"]!);
    }

    private static Task<PosHost> Start(
        ISimulatedFaults? faults = null, Steps? steps = null, JournalOptions? options = null, TimeSpan? responseTimeout = null,
        IEnumerable<KeyValuePair<string, string?>>? settings = null) => PosHost.Start(
        services =>
        {
            services.Replace(ServiceDescriptor.Singleton<IJournal>(_ => new SimulatedJournal(
                TimeProvider.System, faults: faults, options: options, schedule: steps is null ? null : steps.Take)));
            if (responseTimeout is { } timeout)
            {
                services.Configure<SiloMessagingOptions>(options => options.ResponseTimeout = timeout);
                services.Configure<ClientMessagingOptions>(options => options.ResponseTimeout = timeout);
            }
        },
        settings: settings);

    private sealed class Faults : ISimulatedFaults
    {
        public volatile Func<SimulatedPoint, SimulatedFault> Strike = static _ => SimulatedFault.None;

        public SimulatedFault At(SimulatedPoint point) => Strike(point);
    }

    /// <summary>Runs the journal's steps on the pool, or keeps them while it is halted.</summary>
    private sealed class Steps
    {
        private readonly Lock _gate = new();
        private readonly Queue<Action> _kept = new();
        private bool _halted;

        public void Take(Action step)
        {
            lock (_gate)
            {
                if (_halted)
                {
                    _kept.Enqueue(step);
                    return;
                }
            }

            ThreadPool.UnsafeQueueUserWorkItem(static state => ((Action)state!)(), step);
        }

        public void Halt()
        {
            lock (_gate)
            {
                _halted = true;
            }
        }

        public void GoOn()
        {
            lock (_gate)
            {
                _halted = false;
                while (_kept.TryDequeue(out var step))
                {
                    ThreadPool.UnsafeQueueUserWorkItem(static state => ((Action)state!)(), step);
                }
            }
        }
    }
}
