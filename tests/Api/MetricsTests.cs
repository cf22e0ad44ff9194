using System.Net;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;
using Pos.Hosting;
using Pos.Hosting.Telemetry;

namespace Pos.Tests;

/// <summary>Who may scrape, what a scrape tells, and which variables of OpenTelemetry decide.</summary>
public sealed partial class MetricsTests
{
    [Fact]
    public async Task where_the_api_is_metrics_take_an_operators_key()
    {
        await using var host = await PosHost.Start();
        using var client = new HttpClient { BaseAddress = host.Http.BaseAddress };
        foreach (var (key, expected) in ((string?, HttpStatusCode)[])
            [(null, HttpStatusCode.Unauthorized), (Keys.Manager, HttpStatusCode.Forbidden), (Keys.Operator, HttpStatusCode.OK)])
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/metrics");
            request.Headers.Authorization = key is null ? null : new("Bearer", key);
            using var answer = await client.SendAsync(request);
            Assert.Equal(expected, answer.StatusCode);
        }
    }

    [Fact]
    public async Task the_listener_of_the_probes_answers_scrapes_without_a_key()
    {
        var address = ServerProcess.FreeAddress();
        await using var host = await PosHost.Start(settings: [new("Api:ProbesUrl", address.ToString().TrimEnd('/'))]);
        using var client = new HttpClient { BaseAddress = address };
        Assert.Contains("target_info", await client.GetStringAsync(new Uri("/metrics", UriKind.Relative)), StringComparison.Ordinal);
        using var written = await client.PostAsync(new Uri("/metrics", UriKind.Relative), null);
        Assert.Equal(HttpStatusCode.NotFound, written.StatusCode);
    }

    [Fact]
    public async Task a_sale_is_counted_by_verdict_and_value_and_no_label_names_an_order()
    {
        await using var host = await PosHost.Start();
        var shop = await Shop.Open(host);
        await shop.Product("tea", stock: 1);
        await host.Http.GetStringAsync(new Uri("/metrics", UriKind.Relative));
        var sold = (string)(await shop.Sell("tea")).Json["id"]!;
        await shop.Settled(sold);
        await shop.Sell("tea");

        // A scrape soon after another one gets that one's answer.
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        var scraped = "";
        for (var scrapes = 0; scrapes < 100 && !scraped.Contains("verdict=\"cancelled\"", StringComparison.Ordinal); scrapes++)
        {
            await pause.WaitForNextTickAsync();
            scraped = await host.Http.GetStringAsync(new Uri("/metrics", UriKind.Relative));
        }

        Assert.Matches("""(?m)^pos_orders_duration_seconds_count\{.*reason="none",verdict="confirmed".*\} [1-9]""", scraped);
        Assert.Matches("""(?m)^pos_orders_duration_seconds_count\{.*reason="InsufficientStock",verdict="cancelled".*\} [1-9]""", scraped);
        Assert.Matches("""(?m)^pos_orders_revenue_total\{.*currency="GBP".*\} [1-9]""", scraped);
        Assert.Matches("""(?m)^pos_grains_events_total\{.*category="stock",type="stock.reserved".*\} [1-9]""", scraped);
        Assert.Matches("""(?m)^pos_grains_refusals_total\{.*category="stock",code="InsufficientStock".*\} [1-9]""", scraped);
        Assert.Matches("""(?m)^pos_saga_step_duration_seconds_count\{.*outcome="recorded",saga="order",step="Commit".*\} [1-9]""", scraped);
        Assert.Matches("""(?m)^pos_saga_oldest_seconds\{.*saga="order".*\} """, scraped);
        Assert.Matches("(?m)^orleans_catalog_activations", scraped);
        Assert.Matches("(?m)^http_server_request_duration_seconds_count", scraped);
        Assert.Matches("(?m)^dotnet_gc_collections_total", scraped);
        Assert.DoesNotContain(sold, scraped, StringComparison.Ordinal);
        Assert.All(Ours().Matches(scraped), static line => Assert.DoesNotContain("\"tea", line.Value, StringComparison.Ordinal));
        Assert.DoesNotContain("/metrics", scraped, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", false, false, false)]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=http://c:4317", true, true, true)]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=http://c:4317;OTEL_METRICS_EXPORTER=none;OTEL_LOGS_EXPORTER=none", true, false, false)]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=http://c:4317;OTEL_METRICS_EXPORTER=prometheus", true, false, true)]
    [InlineData("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=http://c:4318/v1/traces", true, false, false)]
    [InlineData("OTEL_TRACES_EXPORTER=otlp", true, false, false)]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=http://c:4317;OTEL_SDK_DISABLED=true", false, false, false)]
    public void the_variables_decide_what_is_sent(string variables, bool traces, bool metrics, bool logs)
    {
        var configuration = Configuration(variables);
        Assert.Equal(new TelemetrySettings(traces, metrics, logs), TelemetrySettings.Read(configuration));
        // Calls between grains carry the trace where it is sent, and cost nothing where it is not.
        Assert.Equal(traces, ClusterSettings.Read(configuration).Tracing);
    }

    [Theory]
    [InlineData("OTEL_TRACES_EXPORTER=jaeger", "OTEL_TRACES_EXPORTER is 'jaeger'; known are: otlp, none.")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT=collector:4317", "OTEL_EXPORTER_OTLP_ENDPOINT is 'collector:4317', and not as http://collector:4317.")]
    public void a_variable_that_cannot_be_used_is_named(string variables, string why) =>
        Assert.Equal(why, Assert.Throws<ClusterRefusedException>(() => TelemetrySettings.Read(Configuration(variables))).Message);

    private static IConfiguration Configuration(string variables) => new ConfigurationBuilder()
        .AddInMemoryCollection(variables.Split(';', StringSplitOptions.RemoveEmptyEntries)
            .Select(one => one.Split('=', 2)).Select(pair => KeyValuePair.Create(pair[0], (string?)pair[1])))
        .Build();

    [GeneratedRegex("(?m)^pos_.*$")]
    private static partial Regex Ours();
}
