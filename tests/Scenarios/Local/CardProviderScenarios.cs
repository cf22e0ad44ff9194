using System.Net;
using System.Text.Json.Nodes;

namespace Pos.Tests;

/// <summary>The deployed program with one payment provider and another, and cards that it charged before the provider changed.</summary>
public sealed class CardProviderScenarios : OneProgram
{
    private const string ByCard = """{"store":"demo","till":"till-1","lines":[{"sku":"mug","quantity":1}],"cards":[{"token":"tok_approve"}]}""";

    /// <summary>The program says in one sentence why it does not start, before it opens anything.</summary>
    [Theory]
    [InlineData("Production", "simulated", null, "Payments:AllowSimulator=true")]
    [InlineData("Staging", "simulated", null, "Payments:AllowSimulator=true")]
    [InlineData("Production", "simulated", "true", "temporary folder")]
    [InlineData("Production", "stripe", "true", "it must be simulated or none")]
    [InlineData("Development", "simulator", null, "it must be simulated or none")]
    public async Task it_does_not_start_where_nobody_would_be_charged_unawares(string environment, string provider, string? allow, string why)
    {
        var refused = await Assert.ThrowsAnyAsync<Exception>(() => Start(
            new("environment", environment), new("Payments:Provider", provider), new("Payments:AllowSimulator", allow ?? "false")));
        Assert.Contains("The silo does not start: ", refused.Message, StringComparison.Ordinal);
        Assert.Contains(why, refused.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(Ledger));
    }

    [Fact]
    public async Task in_production_it_takes_cash_alone_and_says_so()
    {
        using var server = await Start(new("environment", "Production"), new("Logging:LogLevel:Default", "Information"));
        using var http = Client();
        var refused = await Send(http, HttpMethod.Post, "orders", ByCard, "card");
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "no-card-provider"), (refused.Status, (string?)refused.Json["code"]));
        var sold = await Send(
            http, HttpMethod.Post, "orders", ByCard.Replace("\"cards\":[{\"token\":\"tok_approve\"}]", "\"cash\":{\"amount\":5000,\"currency\":\"EUR\"}", StringComparison.Ordinal), "cash");
        Assert.Equal((HttpStatusCode.Created, "CONFIRMED"), (sold.Status, (string?)sold.Json["state"]));
        Assert.Contains("There is no payment provider", server.Said, StringComparison.Ordinal);
        Assert.False(File.Exists(Ledger));
    }

    /// <summary>A sale and a refund that began with a provider are neither lost nor refused without one. They end when there is a provider again.</summary>
    [Fact]
    public async Task a_card_sale_is_granted_again_and_its_refund_stays_owed_while_there_is_no_provider()
    {
        string order;
        using (var server = await Start(new KeyValuePair<string, string?>("Payments:Provider", "simulated")))
        using (var http = Client())
        {
            var sold = await Send(http, HttpMethod.Post, "orders", ByCard, "card");
            Assert.True(sold.Status == HttpStatusCode.Created, sold.Text);
            order = (string)sold.Json["id"]!;
            await server.Stop();
        }

        string back;
        using (var server = await Start(new KeyValuePair<string, string?>("Payments:Provider", "none")))
        using (var http = Client())
        {
            var again = await Send(http, HttpMethod.Post, "orders", ByCard, "card");
            Assert.Equal((HttpStatusCode.Created, order, "CONFIRMED"), (again.Status, (string?)again.Json["id"], (string?)again.Json["state"]));
            Assert.Equal("no-card-provider", (string?)(await Send(http, HttpMethod.Post, "orders", ByCard, "another")).Json["code"]);

            var returned = await Send(
                http, HttpMethod.Post, $"orders/{order}/returns",
                """{"till":"till-1","lines":[{"line":1,"quantity":1,"disposition":"restock"}],"reason":"no"}""", "back");
            Assert.True(returned.Status == HttpStatusCode.Accepted, returned.Text);
            back = (string)returned.Json["id"]!;
            var owing = await Until(http, $"sagas/payment/{order}.1", saga => saga["lastError"] is not null);
            Assert.Equal("refund", (string?)owing["owes"]);
            Assert.Contains("Payments:Provider=none", (string?)owing["lastError"], StringComparison.Ordinal);
            Assert.Equal("ACCEPTED", (string?)(await Send(http, HttpMethod.Get, $"returns/{back}", null, null)).Json["state"]);

            // The ledger is still compared with the journal, and both say that the shop has the money.
            await Verified(http);
            await server.Stop();
        }

        using (await Start(new KeyValuePair<string, string?>("Payments:Provider", "simulated")))
        using (var http = Client())
        {
            await Until(http, $"returns/{back}", seen => (string?)seen["state"] == "COMPLETED");
            await Verified(http);
        }

        var lines = await File.ReadAllLinesAsync(Ledger);
        Assert.Equal(["captured", "refunded"], lines.Select(line => (string?)JsonNode.Parse(line)!["kind"]));
    }
}
