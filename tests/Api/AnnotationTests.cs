using System.Net;

namespace Pos.Tests;

/// <summary>The client's own words on orders and returns. Carts are in <see cref="CartTests"/>.</summary>
public sealed class AnnotationTests(OpenShop open) : IClassFixture<OpenShop>
{
    private Shop Shop => open.Shop;

    [Fact]
    public async Task an_order_and_its_return_show_the_words_they_were_given()
    {
        await Shop.Product("figs", stock: 10);
        var order = await Shop.Post("/orders", Sale(""","reference":"web-7","note":"ring twice","customer":"c-9","metadata":{"country":"Österreich","b":"2"}"""));
        Assert.Equal(HttpStatusCode.Created, order.Status);
        var path = $"/orders/{order["id"]}";
        foreach (var shown in new[] { order, await Shop.Get(path) })
        {
            Assert.Equal(("web-7", "ring twice", "c-9"), ((string?)shown["reference"], (string?)shown["note"], (string?)shown["customer"]));
            Assert.Equal("""{"b":"2","country":"\u00D6sterreich"}""", shown["metadata"].ToJsonString());
        }

        var back = await Shop.Post(
            $"{path}/returns",
            """{"till":"till-1","reason":"sour","lines":[{"line":1,"quantity":1,"disposition":"restock"}],"reference":"rma-1","metadata":{"clerk":"z"}}""");
        Assert.Equal(("rma-1", "z"), ((string?)back["reference"], (string?)back["metadata"]["clerk"]));
        Assert.Equal("web-7", (string?)(await Shop.Get(path))["reference"]);
    }

    [Fact]
    public async Task words_are_part_of_what_a_key_stands_for()
    {
        await Shop.Product("dates", stock: 10);
        var key = Shop.NewKey();
        await Shop.Post("/orders", Sale(",\"reference\":\"one\"", "dates"), key);
        Shop.IsProblem(await Shop.Post("/orders", Sale(",\"reference\":\"two\"", "dates"), key), 422, "idempotency-key-reused");
    }

    [Theory]
    [InlineData(",\"reference\":\"\"")]
    [InlineData(",\"note\":\"\\u0007\"")]
    [InlineData(",\"customer\":\"   \"")]
    [InlineData(""","metadata":{"a b":"1"}""")]
    [InlineData(""","metadata":{"":"1"}""")]
    [InlineData(""","metadata":{"a":""}""")]
    [InlineData(""","metadata":{"a":null}""")]
    public async Task words_beyond_their_bounds_are_refused_and_nothing_is_sold(string words)
    {
        var refused = await Shop.Post("/orders", Sale(words, "nothing"));
        Shop.IsProblem(refused, 422, "invalid-value");
    }

    [Theory]
    [InlineData(""","metadata":{"a":1}""")]
    [InlineData(""","metadata":["a"]""")]
    [InlineData(""","metadata":{"a":"1","a":"2"}""")]
    [InlineData(",\"metadata\":\"a\"")]
    public async Task metadata_that_is_no_object_of_texts_is_malformed(string words) =>
        Shop.IsProblem(await Shop.Post("/orders", Sale(words, "nothing")), 400, "malformed-body");

    [Fact]
    public async Task words_have_their_lengths()
    {
        await Shop.Product("limes", stock: 10);
        var pairs = string.Join(',', Enumerable.Range(0, 17).Select(number => $"\"k{number}\":\"v\""));
        Shop.IsProblem(await Shop.Post("/orders", Sale($",\"metadata\":{{{pairs}}}", "limes")), 422, "invalid-value");
        Shop.IsProblem(await Shop.Post("/orders", Sale($",\"metadata\":{{\"{new string('k', 41)}\":\"v\"}}", "limes")), 422, "invalid-value");
        Shop.IsProblem(await Shop.Post("/orders", Sale($",\"metadata\":{{\"k\":\"{new string('v', 501)}\"}}", "limes")), 422, "invalid-value");
        Shop.IsProblem(await Shop.Post("/orders", Sale($",\"reference\":\"{new string('r', 101)}\"", "limes")), 422, "invalid-value");
        var full = string.Join(',', Enumerable.Range(0, 16).Select(number => $"\"{new string('k', 38)}{number:00}\":\"{new string('v', 500)}\""));
        Assert.Equal(HttpStatusCode.Created, (await Shop.Post("/orders", Sale($",\"metadata\":{{{full}}}", "limes"))).Status);
    }

    private static string Sale(string words, string sku = "figs") =>
        $$"""{"store":"london","till":"till-1","lines":[{"sku":"{{sku}}","quantity":1}],"cash":{"amount":10000,"currency":"GBP"}{{words}}}""";
}
