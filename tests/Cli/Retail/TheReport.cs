using System.Text.Json;
using Pos.Cli;
using Pos.Cli.Output;
using Pos.Cli.Retail;
using Pos.Cli.Retail.Data;
using Pos.Cli.Retail.Replay;

namespace Pos.Tests;

public sealed class TheReport
{
    private static readonly RetailSums File = new(4, 2, 1, 9, 1, 100.10m, -10.05m, 0m, -3);
    private static readonly SaleKinds Sold = new(1, 1, 5005);
    private static readonly StoreReport Store = new(2, 1, 1, 10010, -1005, -3, Sold, 0, 0, 0, []);

    [Fact]
    public void agreement_is_a_difference_of_nothing_and_no_findings()
    {
        var report = Report(Store);

        Assert.True(report.Agrees);
        var json = JsonDocument.Parse(ReportJson.Of(report)).RootElement;
        Assert.Equal("100.10", json.GetProperty("gross").GetString());
        Assert.Equal("-10.05", json.GetProperty("returns").GetString());
        Assert.Equal("0.00", json.GetProperty("adjustments").GetString());
        Assert.Equal("0.00", json.GetProperty("difference").GetString());
        Assert.Equal(4, json.GetProperty("invoices").GetInt32());
        Assert.Equal(9, json.GetProperty("lines").GetInt32());
        Assert.Equal("50.05", json.GetProperty("charged").GetString());
        Assert.Equal([1, 1, 1, 1, 7], new[] { "carts", "cards", "declined", "receipts", "requests" }.Select(name => json.GetProperty(name).GetInt32()));
        Assert.Equal(1, json.GetProperty("ordersPerSecond").GetDouble());
        Assert.False(json.GetProperty("cashOnly").GetBoolean());
        Assert.InRange(json.GetProperty("p50Ms").GetDouble(), 10, 10.01);
        Assert.Equal(20, json.GetProperty("p99Ms").GetDouble());
    }

    [Fact]
    public void a_penny_too_much_is_a_difference()
    {
        var report = Report(Store with { Gross = 10011 });

        Assert.Equal("0.01", report.Difference);
        Assert.Equal(["gross: the API reports 100.11, the file has 100.10"], report.Findings);
    }

    [Fact]
    public void two_wrongs_that_cancel_each_other_are_two_findings()
    {
        var report = Report(Store with { Gross = 10011, Refunds = -1006 });

        Assert.Equal("0.00", report.Difference);
        Assert.False(report.Agrees);
        Assert.Equal(2, report.Findings.Count);
    }

    [Fact]
    public void a_sale_that_was_paid_otherwise_than_it_was_rung_up_is_said() => Assert.Equal(
        ["carts and cards: the API reports 1 orders of carts and 0 by card with 0, the tills rang 1 and 1 with 50.05"],
        Report(Store with { Sold = new(1, 0, 0) }).Findings);

    [Fact]
    public void what_is_not_of_the_file_is_said()
    {
        var report = Report(Store with { Orders = 3, Gross = 10510, ForeignOrders = 1, OpenOrders = 2 });

        Assert.Equal("5.00", report.Difference);
        Assert.Contains("the store holds 1 confirmed orders and 0 returns that are not of this file", report.Findings);
        Assert.Contains("2 orders have no end yet", report.Findings);
    }

    [Fact]
    public void stock_that_is_not_what_the_file_leaves_is_said_but_not_at_length()
    {
        var report = Report(Store with { StockDifferences = [.. Enumerable.Range(1, 9).Select(n => $"S{n}: 1 on hand, 0 by the file")] });

        Assert.Equal(6, report.Findings.Count);
        Assert.Equal("and the stock of 4 more codes", report.Findings[^1]);
    }

    private static ReplayReport Report(StoreReport store)
    {
        var latencies = new LatencyHistogram();
        latencies.Record(TimeSpan.FromMilliseconds(10));
        latencies.Record(TimeSpan.FromMilliseconds(20));
        return ReplayReport.Of(
            File, store, new ReplayOutcome(new HashSet<string>(), new HashSet<string>(), Sold, 1, 1, latencies, 7, TimeSpan.FromSeconds(2), CashOnly: false), 0);
    }
}
