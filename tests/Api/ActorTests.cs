using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace Pos.Tests;

/// <summary>Who did something, and who stood behind it, is told by every view of what was done.</summary>
public sealed class ActorTests(OpenShop open) : IClassFixture<OpenShop>
{
    private Shop Shop => open.Shop;

    /// <summary>Whatever moves pieces: an order, a cart, returns with and without a receipt, and what is done to stock by hand.</summary>
    [Fact]
    public async Task the_ledger_names_a_person_for_every_movement_and_who_approved_it()
    {
        var (cashier, manager) = (Keys.Actor(Keys.Cashier), Keys.Actor(Keys.Manager));
        await Shop.Product("tea", stock: 100);
        var sold = await As("/orders", Shop.Order("tea", 3));
        var cheap = await As(
            "/orders",
            """{"store":"london","till":"till-1","lines":[{"sku":"tea","quantity":2,"override":{"unitPrice":{"amount":1,"currency":"GBP"},"reason":"dented"}}],"cash":{"amount":1000,"currency":"GBP"}}""",
            Keys.Manager);
        var cart = (string)(await As("/carts", """{"store":"london","till":"till-1"}"""))["id"]!;
        await As($"/carts/{cart}/lines", """{"sku":"tea","quantity":4}""");
        var bought = await As($"/carts/{cart}/checkout", """{"cash":{"amount":100000,"currency":"GBP"}}""");
        foreach (var order in new[] { sold, cheap, bought })
        {
            await Shop.Settled((string)order["id"]!);
            Assert.Equal(cashier, (string?)order["soldBy"]);
        }

        var back = await As($"/orders/{sold["id"]}/returns", """{"till":"till-1","lines":[{"line":1,"quantity":1,"disposition":"restock"}],"reason":"faulty"}""");
        var found = await As("/returns", """{"store":"london","till":"till-1","lines":[{"sku":"tea","quantity":1,"disposition":"restock"}],"reason":"found"}""", Keys.Manager);
        var exchanged = await As(
            $"/orders/{sold["id"]}/returns", """{"till":"till-1","payout":"exchange","lines":[{"line":1,"quantity":1,"disposition":"restock"}],"reason":"size"}""");
        foreach (var (one, approver) in new[] { (back, null), (found, manager), (exchanged, null) })
        {
            Assert.Equal((cashier, approver), ((string?)one["takenBy"], (string?)one.Json["approvedBy"]));
            Assert.Equal(cashier, (string?)(await Shop.Get($"/returns/{one["id"]}"))["takenBy"]);
        }

        await As("/stores/london/stock/tea/adjustments", """{"delta":-1,"reason":"broken"}""", Keys.Manager);
        await As("/stores/london/stock/tea/counts", """{"counted":90}""", Keys.Manager);
        var hold = (string)(await As("/stores/london/stock/tea/holds", """{"quantity":1,"expiresInSeconds":60}"""))["id"]!;
        await As($"/stores/london/stock/tea/holds/{hold}/commit", """{"reason":"given away"}""", Keys.Manager);

        // Stock is put back after the return was answered.
        await Shop.QuietHead();
        var ledger = await Shop.All("/stores/london/stock/tea/ledger", 100);
        Assert.Equal(
            [
                ("received", Keys.Actor(Keys.Operator), null), ("committed", cashier, null), ("committed", cashier, manager), ("committed", cashier, null),
                ("restocked", cashier, null), ("restocked", cashier, manager), ("restocked", cashier, null),
                ("adjusted", cashier, manager), ("counted", cashier, manager), ("committed", cashier, manager),
            ],
            ledger.Select(static entry => ((string)entry["kind"]!, (string?)entry["actor"], (string?)entry["approvedBy"])));
        Assert.Equal(3, ledger.Count(entry => ((JsonNode[])[sold.Json, cheap.Json, bought.Json]).Any(order => ((string)entry["reference"]!).StartsWith((string)order["id"]!, StringComparison.Ordinal))));
    }

    private async Task<Answer> As(string path, string body, string? approval = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1" + path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Keys.Cashier);
        request.Headers.Add("Idempotency-Key", Shop.NewKey());
        if (approval is not null)
        {
            request.Headers.Add("X-Approval", approval);
        }

        var answer = await Shop.Send(request);
        Assert.True(answer.Status is HttpStatusCode.OK or HttpStatusCode.Created, answer.Text);
        return answer;
    }
}
