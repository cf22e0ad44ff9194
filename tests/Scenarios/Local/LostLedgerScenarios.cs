using System.Net;
using System.Text.Json.Nodes;

namespace Pos.Tests;

/// <summary>The payment provider cannot give money back any more. An operator closes the refund, and every view shows the unpaid money.</summary>
public sealed class LostLedgerScenarios : OneProgram
{
    private const string Return = """{"till":"till-1","lines":[{"line":1,"quantity":1,"disposition":"restock"}],"reason":"no"}""";
    private const string Close = """{"reason":"paid by bank transfer"}""";

    private static readonly Func<JsonNode, bool> MayBeClosed = saga => saga["actions"]!.AsArray().Any(action => (string?)action == "close-refund");

    private static readonly KeyValuePair<string, string?>[] Quick =
        [new("Pos:Grains:ProviderLateMax", "00:00:01"), new("Payments:Simulator:DownFor", "00:00:00.5"), new("Pos:Grains:RetryMax", "00:00:00.5")];

    [Fact]
    public async Task a_refund_of_a_charge_that_the_provider_lost_is_closed_and_visible_everywhere()
    {
        string order;
        using (var server = await Start(Quick))
        using (var http = Client())
        {
            order = await Sold(http, """[{"token":"tok_approve"}]""");
            await server.Stop();
        }

        File.Delete(Ledger);
        using var again = await Start(Quick);
        using var till = Client();
        var (status, text, accepted) = await Send(till, HttpMethod.Post, $"orders/{order}/returns", Return, "back");
        Assert.True(status == HttpStatusCode.Accepted, text);
        var owing = await Until(till, $"sagas/payment/{order}.1", MayBeClosed);
        Assert.Contains("does not know the charge", (string?)owing["lastError"], StringComparison.Ordinal);

        for (var time = 0; time < 2; time++)
        {
            var closed = await Send(till, HttpMethod.Post, $"sagas/payment/{order}.1/close-refund", Close, "close");
            Assert.True(closed.Status == HttpStatusCode.OK, closed.Text);
            Assert.Null(closed.Json["owes"]);
            var step = closed.Json["steps"]!.AsArray().Single(one => (string?)one!["event"] == "payment.refund-closed")!;
            Assert.Equal("operator", (string?)step["actor"]);
        }

        Assert.Equal("idempotency-key-reused", (string?)(await Send(till, HttpMethod.Post, $"sagas/payment/{order}.1/close-refund", """{"reason":"other"}""", "close")).Json["code"]);
        var payment = (await Send(till, HttpMethod.Get, $"payments/{order}.1", null, null)).Json;
        Assert.Equal(("CAPTURED", true, 1_290), ((string?)payment["state"], (bool)payment["settled"]!, (int)payment["unpaid"]!["amount"]!));
        var refund = Assert.Single(payment["refunds"]!.AsArray())!;
        Assert.Equal(("paid by bank transfer", "operator", "not-found"), ((string?)refund["closed"]!["reason"], (string?)refund["closed"]!["by"], (string?)refund["closed"]!["provider"]));
        var back = await Until(till, $"returns/{(string)accepted["id"]!}", seen => (string?)seen["state"] == "COMPLETED");
        Assert.Equal(1_290, (int)back["unpaid"]!["amount"]!);
        await ClosedAndWell(till, 1_290);
    }

    [Fact]
    public async Task an_undo_of_a_charge_that_the_provider_lost_is_closed_and_its_order_is_settled()
    {
        string order;
        using (var server = await Start([.. Quick, new("Payments:Simulator:DownFor", "00:01:00")]))
        using (var http = Client())
        {
            var placed = await Send(
                http, HttpMethod.Post, "orders",
                """{"store":"demo","till":"till-1","lines":[{"sku":"mug","quantity":1}],"cards":[{"token":"tok_approve","amount":{"amount":400,"currency":"EUR"}},{"token":"tok_down"}]}""",
                "two");
            order = (string)placed.Json["id"]!;
            await Until(http, $"payments/{order}.1", payment => (string?)payment["state"] == "CAPTURED");
            await server.Stop();
        }

        File.Delete(Ledger);
        using var again = await Start([.. Quick, new("Payments:Simulator:DownFor", "00:01:00")]);
        using var till = Client();
        var cancelled = await Send(till, HttpMethod.Post, $"sagas/order/{order}/cancel", """{"reason":"the provider lost it"}""", "cancel");
        Assert.True(cancelled.Status == HttpStatusCode.OK, cancelled.Text);
        await Until(till, $"sagas/payment/{order}.1", MayBeClosed);
        var closed = await Send(till, HttpMethod.Post, $"sagas/payment/{order}.1/close-refund", Close, "close");
        Assert.True(closed.Status == HttpStatusCode.OK, closed.Text);
        Assert.Equal(("CLOSED", null), ((string?)closed.Json["state"], (string?)closed.Json["owes"]));
        await again.Stop();

        // The other card's provider answers again, and then nothing is owed any more.
        using var last = await Start(Quick);
        var settled = await Until(till, $"orders/{order}", seen => (bool)seen["settled"]!);
        Assert.Equal(("CANCELLED", 400), ((string?)settled["state"], (int)settled["unpaid"]!["amount"]!));
        await ClosedAndWell(till, 400);
    }

    [Fact]
    public async Task a_refund_that_the_provider_declines_for_good_is_closed_too()
    {
        string order;
        using (var server = await Start(Quick))
        using (var http = Client())
        {
            order = await Sold(http, """[{"token":"tok_approve"}]""");
            await server.Stop();
        }

        // Somebody has refunded the charge at the provider, and the journal does not know it.
        var line = JsonNode.Parse((await File.ReadAllLinesAsync(Ledger)).Single())!;
        (line["kind"], line["key"], line["token"]) = ("refunded", "by-hand", null);
        await File.AppendAllTextAsync(Ledger, line.ToJsonString() + "\n");
        using var again = await Start(Quick);
        using var till = Client();
        await Send(till, HttpMethod.Post, $"orders/{order}/returns", Return, "back");
        await Until(till, $"sagas/payment/{order}.1", MayBeClosed);
        var closed = await Send(till, HttpMethod.Post, $"sagas/payment/{order}.1/close-refund", Close, "close");
        Assert.True(closed.Status == HttpStatusCode.OK, closed.Text);
        var payment = (await Send(till, HttpMethod.Get, $"payments/{order}.1", null, null)).Json;
        Assert.Equal("declined: not-refundable", (string?)payment["refunds"]![0]!["closed"]!["provider"]);
    }

    private static async Task<string> Sold(HttpClient http, string cards)
    {
        var sold = await Send(http, HttpMethod.Post, "orders", """{"store":"demo","till":"till-1","lines":[{"sku":"mug","quantity":1}],"cards":CARDS}""".Replace("CARDS", cards, StringComparison.Ordinal), "sale");
        Assert.True(sold.Status == HttpStatusCode.Created, sold.Text);
        return (string)sold.Json["id"]!;
    }

    private static async Task ClosedAndWell(HttpClient http, int amount)
    {
        var closed = (await Verified(http)).Cards!.Closed;
        Assert.Equal((1, amount), (closed.Count, closed.Sums[0].Amount));
    }
}
