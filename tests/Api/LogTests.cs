using System.Collections.Concurrent;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Pos.Journal;

namespace Pos.Tests;

/// <summary>Nobody writes lines of their own into our log.</summary>
public sealed class LogTests
{
    [Fact]
    public async Task what_a_client_sends_never_breaks_a_line_of_the_log()
    {
        using var log = new Lines();
        await using var host = await PosHost.Start(services => services.AddLogging(logging => logging.AddProvider(log).AddFilter("Microsoft", LogLevel.Information)));
        var shop = await Shop.Open(host);
        await shop.Product("tea", stock: 1);
        await shop.Get("/products/a%0D%0AERROR%20all%20is%20lost");
        await shop.Get("/orders?store=a%0AERROR%20all%20is%20lost");
        await shop.Post("/orders", Shop.Order("x\\nERROR all is lost"));
        await shop.Post("/stores/london/stock/tea/receipts", """{"quantity":1,"note":"a\nERROR all is lost"}""");
        await shop.Post("/stores/london/stock/tea/adjustments", """{"delta":-1,"reason":"a\r\nERROR all is lost"}""");
        await shop.Post("/nothing%0AERROR%20all%20is%20lost", "{}");
        await RawHttp.Send(host.Port, "GET /\nERROR all is lost HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        Assert.NotEmpty(log.Written);
        Assert.All(log.Written, line => Assert.DoesNotContain("\nERROR", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task no_key_is_ever_logged_whoever_has_it()
    {
        using var log = new Lines();
        await using var host = await PosHost.Start(services => services.AddLogging(logging => logging.AddProvider(log).SetMinimumLevel(LogLevel.Trace).AddFilter(_ => true)));
        using var client = new HttpClient { BaseAddress = host.Http.BaseAddress };
        foreach (var key in (string[])[Keys.Reader, Keys.Cashier, "a-guess-of-somebodys-key"])
        {
            foreach (var path in (string[])["/api/v1/products", "/api/v1/stores/london", "/api/v1/sagas", "/api/v1/nothing"])
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, path);
                request.Headers.Authorization = new("Bearer", key);
                request.Headers.Add("X-Approval", Keys.Manager);
                using var answer = await client.SendAsync(request);
                Assert.DoesNotContain(key, await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
            }
        }

        Assert.NotEmpty(log.Written);
        foreach (var key in (string[])[Keys.Reader, Keys.Cashier, Keys.Manager, "a-guess-of-somebodys-key"])
        {
            Assert.All(log.Written, line => Assert.DoesNotContain(key, line, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task the_clients_trace_leads_from_the_request_to_every_event_of_its_sale()
    {
        const string Trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        using var log = new Lines();
        await using var host = await PosHost.Start(services => services.AddLogging(logging => logging.AddProvider(log)));
        var shop = await Shop.Open(host);
        await shop.Product("tea", stock: 1);
        using var sale = Traced(Shop.Order("tea"));
        var order = (string)(await shop.Send(sale))["id"]!;
        await shop.Settled(order);
        var caused = await host.Journal.ReadAll(0, CancellationToken.None).Where(recorded => recorded.Context.Correlation == order).ToListAsync();
        Assert.Equal(
            ["order.placed", "stock.reserved", "order.stock-reserved", "order.cash-taken", "stock.committed", "order.settled"],
            caused.Select(recorded => recorded.Type));
        Assert.All(caused, recorded => Assert.Contains(Trace, recorded.Context.TraceParent, StringComparison.Ordinal));

        using var refused = Traced(Shop.Order("none"));
        Assert.Equal(Trace, (string?)(await shop.Send(refused))["traceId"]);

        HttpRequestMessage Traced(string body)
        {
            var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/orders") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
            request.Headers.Add("Idempotency-Key", shop.NewKey());
            request.Headers.Add("traceparent", $"00-{Trace}-00f067aa0ba902b7-01");
            return request;
        }
    }

    [Fact]
    public async Task what_a_client_is_told_of_a_fault_is_found_in_the_log()
    {
        using var log = new Lines();
        await using var host = await PosHost.Start(services => services
            .Replace(ServiceDescriptor.Singleton<IProductSearch, BrokenSearch>())
            .AddLogging(logging => logging.AddProvider(log)));
        var answer = await new Shop(host).Get("/products/search?q=tea");
        Shop.IsProblem(answer, 500, "internal");
        // As a console of one line an entry prints it: without scopes.
        Assert.Contains(log.Written, line => line.Contains((string)answer["traceId"]!, StringComparison.Ordinal) && line.Contains("the index is broken", StringComparison.Ordinal));
    }

    private sealed class BrokenSearch : IProductSearch
    {
        public bool IsReady => true;

        public ProductHits Search(ProductQuery query) => throw new InvalidOperationException("the index is broken");
    }

    internal sealed class Lines : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<string> Written { get; } = new();

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Dispose()
        {
        }

        void ILogger.Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Written.Enqueue(formatter(state, exception) + exception);
    }
}
