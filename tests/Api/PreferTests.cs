using System.Net;

namespace Pos.Tests;

/// <summary>Who does not want to wait is answered when the request is durable, and told where to ask; and every view says what can be done next.</summary>
public sealed class PreferTests(OpenShop open) : IClassFixture<OpenShop>
{
    private readonly Shop _shop = open.Shop;

    [Fact]
    public async Task nobody_has_to_wait_for_the_end_of_a_checkout_or_a_return()
    {
        await _shop.Product("jam", stock: 20);
        var cart = $"/carts/{(await _shop.Post("/carts", """{"store":"london","till":"till-1"}"""))["id"]}";
        await _shop.Post($"{cart}/lines", """{"sku":"jam","quantity":3}""");
        var sold = await _shop.Post($"{cart}/checkout", """{"cash":{"amount":1000,"currency":"GBP"}}""", "out", "respond-async");
        var order = await Accepted(sold, "CONFIRMED");
        Assert.Equal(HttpStatusCode.Created, (await _shop.Post($"{cart}/checkout", """{"cash":{"amount":1000,"currency":"GBP"}}""", "out", "respond-async")).Status);
        await _shop.Settled(order);

        await Accepted(
            await _shop.Post(
                "/returns", """{"store":"london","till":"till-1","reason":"stale","lines":[{"sku":"jam","quantity":1,"disposition":"restock"}]}""", prefer: "respond-async"),
            "COMPLETED");
        await Accepted(
            await _shop.Post(
                $"/orders/{order}/returns", """{"till":"till-1","lines":[{"line":1,"quantity":1,"disposition":"restock"}],"reason":"stale"}""", prefer: "respond-async"),
            "COMPLETED");
    }

    [Fact]
    public async Task every_view_names_what_can_be_done_next_and_it_can()
    {
        await _shop.Product("honey", stock: 20);
        var item = "/stores/london/stock/honey";
        Assert.Equal("receive adjust count set-policy hold", Actions(await _shop.Get(item)));
        var held = await _shop.Post(item + "/holds", """{"quantity":1,"expiresInSeconds":60}""");
        Assert.Equal("pin commit release end", Actions(held));
        Assert.Equal("commit release end", Actions(await _shop.Post($"{item}/holds/{(string?)held["id"]}/pin", null)));
        Assert.Equal("", Actions(await _shop.Post($"{item}/holds/{(string?)held["id"]}/commit", """{"reason":"given away"}""")));
        Assert.NotEqual("", Actions(await _shop.Get("/products/honey")));
        Assert.NotEqual("", Actions(await _shop.Get("/stores/london")));

        var sold = await _shop.Post("/orders", """{"store":"london","till":"till-1","lines":[{"sku":"honey","quantity":1}],"cards":[{"token":"tok_approve"}]}""");
        var id = (string)sold["id"]!;
        Assert.Equal("return", Actions(await _shop.Settled(id)));
        Assert.Equal("", Actions(await _shop.Get($"/sagas/order/{id}")));
        var back = await _shop.Post(
            $"/orders/{id}/returns", """{"till":"till-1","lines":[{"line":1,"quantity":1,"disposition":"restock"}],"reason":"stale","payout":"exchange"}""");
        Assert.Equal("exchange pay-out", Actions(back));
        Assert.Equal("", Actions(await _shop.Get($"/orders/{id}")));
        Assert.Equal("", Actions(await _shop.Post($"/returns/{(string?)back["id"]}/pay-out", """{"reason":"nothing fits"}""")));

        var cart = await _shop.Post("/carts", """{"store":"london","till":"till-1"}""");
        Assert.Contains("park", Actions(cart), StringComparison.Ordinal);
        Assert.DoesNotContain("checkout", Actions(cart), StringComparison.Ordinal);
        Assert.Contains("checkout", Actions(await _shop.Post($"/carts/{(string?)cart["id"]}/lines", """{"sku":"honey"}""")), StringComparison.Ordinal);
        Assert.Equal("", Actions(await _shop.Post($"/carts/{(string?)cart["id"]}/cancel", """{"reason":"gone"}""")));
    }

    private static string Actions(Answer answer) => string.Join(' ', answer["actions"].AsArray().Select(action => (string?)action));

    private async Task<string> Accepted(Answer answer, string end)
    {
        Assert.True(answer.Status == HttpStatusCode.Accepted, answer.Text);
        Assert.Equal(["respond-async"], answer.Headers.GetValues("Preference-Applied"));
        Assert.NotNull(answer.Headers.RetryAfter);
        Assert.Equal($"\"{answer["version"]}\"", answer.Headers.ETag?.Tag);
        var location = answer.Headers.Location!.OriginalString["/api/v1".Length..];
        var ended = await _shop.Until(location, read => (string?)read["state"] == end);
        return (string)ended["id"]!;
    }
}
