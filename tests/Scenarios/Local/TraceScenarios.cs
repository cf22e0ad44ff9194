using System.Net;

namespace Pos.Tests;

/// <summary>One order is one trace: from the request through grains, steps of sagas, appends, batches and the provider, and across a crash.</summary>
public sealed class TraceScenarios : OneProgram
{
    private const string Trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    private const string Root = "00f067aa0ba902b7";

    private static readonly TimeSpan SentMax = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task a_card_order_is_one_trace_and_its_batches_are_linked()
    {
        using var receiver = new OtlpReceiver();
        using var server = await Start(receiver.Settings);
        using var http = Client();
        await Order(http, "tok_approve", HttpStatusCode.Created);
        var spans = await Sent(receiver, seen => seen.Any(span => span.Name == "order Commit") && seen.Any(span => span.Name == "POST /api/v1/orders/"));

        var request = Assert.Single(spans, span => span.Name == "POST /api/v1/orders/");
        Assert.Equal(("Microsoft.AspNetCore", Root, "pos-silo"), (request.Scope, request.Parent, request.Service));
        Assert.Equal("/api/v1/orders/", request.Attributes["http.route"]);
        var place = Assert.Single(spans, span => span is { Scope: "Microsoft.Orleans.Application", Name: "IOrderGrain/Place" } && span.Parent == request.Id);

        // Steps of the order and of its payment, in the trace of the request that caused them.
        foreach (var step in (string[])["order Reserve", "order Charge", "order Commit", "payment Charge"])
        {
            var span = Assert.Single(spans, span => span.Name == step);
            Assert.Equal(("Pos.Grains", request.Id, "recorded"), (span.Scope, span.Parent, span.Attributes["pos.outcome"]));
        }

        // Calls of other grains are beneath the step that makes them, and the provider's call beneath the payment's step.
        IsBeneath(spans, "IStockGrain/Reserve", "order Reserve");
        IsBeneath(spans, "IPaymentGrain/Charge", "order Charge");
        IsBeneath(spans, "IStockGrain/Commit", "order Commit");
        var called = IsBeneath(spans, "provider charge", "payment Charge");
        Assert.Equal(("Pos.Payments", "Captured"), (called.Scope, called.Attributes["pos.outcome"]));

        // Every append ended well and links to the batch that carried it.
        var appends = spans.Where(span => span.Name == "journal append").ToList();
        Assert.Contains(appends, append => append.Attributes["pos.stream"].StartsWith("stock/", StringComparison.Ordinal));
        Assert.Contains(appends, append => append.Attributes["pos.stream"].StartsWith("order/", StringComparison.Ordinal));
        Assert.Contains(appends, append => append.Attributes["pos.stream"].StartsWith("payment/", StringComparison.Ordinal));
        Assert.All(appends, append => Assert.Equal("Durable", append.Attributes["pos.outcome"]));
        Assert.All(appends, append => Assert.Contains(receiver.Spans, batch => batch.Name == "journal batch" && batch.Id == Assert.Single(append.Links)));
        Assert.All(spans, span => Assert.True(span.Parent == Root || receiver.Spans.Any(parent => parent.Id == span.Parent), $"{span.Name} has no parent"));
        Assert.NotNull(place);
    }

    [Fact]
    public async Task the_trace_goes_on_after_a_kill()
    {
        using var receiver = new OtlpReceiver();
        using (var server = await Start([.. receiver.Settings, new("Api:WaitMax", "00:00:00.5"), new("Pos:Grains:SagaWakeUp", "00:00:02"), new("Payments:Simulator:DownFor", "00:10:00")]))
        using (var http = Client())
        {
            await Order(http, "tok_down", HttpStatusCode.Accepted);
            await Sent(receiver, seen => seen.Any(span => span.Name == "payment Charge" && span.Attributes["pos.outcome"] == "later"));
            server.Kill();
        }

        var before = receiver.Spans.Count;
        using (await Start([.. receiver.Settings, new("Payments:Simulator:DownFor", "00:00:00")]))
        using (var http = Client())
        {
            var after = await Sent(receiver, seen => seen.Skip(before).Any(span => span.Name == "order Commit"), before);
            Assert.Contains(after, span => span is { Name: "payment Charge" } && span.Attributes["pos.outcome"] == "recorded");
            Assert.Contains(after, span => span is { Name: "order Charge" } && span.Attributes["pos.outcome"] == "recorded");
            await Verified(http);
        }
    }

    [Fact]
    public async Task a_line_of_the_log_bears_the_trace_of_its_request()
    {
        using var receiver = new OtlpReceiver();
        using var server = await Start([.. receiver.Settings, new("Payments:Resilience:CallTimeout", "00:00:01")]);
        using var http = Client();
        await Order(http, "tok_timeout_after", null);
        await Eventually.Get(
            () => Task.FromResult(receiver.Lines.ToList()),
            static lines => lines.Any(line => line.Trace == Trace && line.Text.Contains("is unknown and is queried", StringComparison.Ordinal)),
            SentMax,
            static lines => string.Join('\n', lines));
    }

    private static SentSpan IsBeneath(IReadOnlyList<SentSpan> spans, string name, string ancestor)
    {
        var found = spans.Where(span => span.Name == name).ToList();
        Assert.True(found.Count > 0, $"There is no span {name} among: {string.Join(", ", spans.Select(span => $"{span.Scope} {span.Name}").Distinct())}");
        Assert.All(found, span =>
        {
            var at = span;
            while (at is not null && at.Name != ancestor)
            {
                at = spans.FirstOrDefault(parent => parent.Id == at.Parent);
            }

            Assert.True(at is not null, $"{name} is not beneath {ancestor}");
        });
        return found[0];
    }

    private static async Task<IReadOnlyList<SentSpan>> Sent(OtlpReceiver receiver, Func<IReadOnlyList<SentSpan>, bool> wished, int skip = 0)
    {
        await Eventually.Get(
            () => Task.FromResult(receiver.Spans.ToList()), seen => wished(seen), SentMax,
            static seen => string.Join('\n', seen.Select(span => $"{span.Trace} {span.Scope} {span.Name}")));
        // Spans of one moment come together, and the last of them a moment later.
        var count = -1;
        return await Eventually.Get(
            () => Task.FromResult(receiver.Spans.Skip(skip).Where(span => span.Trace == Trace).ToList()),
            seen => count == (count = seen.Count), SentMax, static _ => "spans keep coming");
    }

    private static async Task Order(HttpClient http, string token, HttpStatusCode? expected)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/orders")
        {
            Content = new StringContent(
                $$"""{"store":"demo","till":"till-1","lines":[{"sku":"mug","quantity":1}],"cards":[{"token":"{{token}}"}]}""", System.Text.Encoding.UTF8, "application/json"),
        };
        request.Headers.Add("Idempotency-Key", "traced");
        request.Headers.Add("traceparent", $"00-{Trace}-{Root}-01");
        using var answer = await http.SendAsync(request);
        Assert.True(expected is null || answer.StatusCode == expected, await answer.Content.ReadAsStringAsync());
    }
}
