using System.Net;
using System.Text.Json.Nodes;
using Pos.Api;
using Pos.Api.Carts;
using Pos.Api.Server;

namespace Pos.Tests;

/// <summary>Selling through a cart, as a till does it.</summary>
public sealed class CartTests(OpenShop open) : IClassFixture<OpenShop>
{
    // 00512: grams, or minor units.
    private const string WeighedItem = "2112345000008";
    private const string Weighed = "2112345005126";

    private Shop Shop => open.Shop;

    [Fact]
    public async Task a_whole_sale_by_barcodes_with_one_weighed()
    {
        await Shop.Product("carrots", price: 199, stock: 10);
        await Shop.Product("brie", price: 2_000, stock: 10);
        await Labels();
        await Shop.Put("/barcodes/036000291452", """{"sku":"carrots"}""");
        await Shop.Put($"/barcodes/{WeighedItem}", """{"sku":"brie"}""");
        var decoded = await Shop.Get($"/barcodes/{Weighed}?store=london");
        Assert.Equal(("brie", "weight", 512), ((string?)decoded["sku"], (string?)decoded["embedded"]["kind"], (int)decoded["embedded"]["value"]!));
        Assert.Equal(WeighedItem, (string?)decoded["item"]);

        var cart = await Open();
        Assert.Equal(("OPEN", 0), ((string?)cart["state"], (int)cart["total"]["gross"]!["amount"]!));
        var path = $"/carts/{cart["id"]}";
        var one = await Shop.Post($"{path}/lines", """{"barcode":"0036000291452","quantity":2}""");
        Assert.Equal(398, Gross(one));
        var two = await Shop.Post($"{path}/lines", $$"""{"barcode":"{{Weighed}}"}""");
        Assert.Equal((1_422, 1_024), (Gross(two), (int)two["lines"][1]!["unitPrice"]!["amount"]!));
        Assert.Equal(512, (int)two["lines"][1]!["embedded"]!["value"]!);
        Assert.Equal(1_621, Gross(await Send(HttpMethod.Patch, $"{path}/lines/1", """{"quantity":3}""")));

        var checkout = """{"cash":{"amount":2000,"currency":"GBP"},"expectedTotal":{"amount":1621,"currency":"GBP"}}""";
        var order = await Shop.Post($"{path}/checkout", checkout);
        Assert.True(order.Status == HttpStatusCode.Created, order.Text);
        Assert.Equal(("CONFIRMED", 1_621, (string?)cart["id"]), ((string?)order["state"], Gross(order), (string?)order["cart"]));
        Assert.Equal((379, Weighed), ((int)order["cash"]["change"]!["amount"]!, (string?)order["lines"][1]!["barcode"]));
        Assert.Equal($"/api/v1/orders/{order["id"]}", order.Headers.Location?.OriginalString);
        Assert.Equal((string?)order["id"], (string?)(await Shop.Post($"{path}/checkout", checkout))["id"]);
        var shown = await Shop.Get(path);
        Assert.Equal(("CHECKED_OUT", (string?)order["id"]), ((string?)shown["state"], (string?)shown["order"]));
        Assert.Equal($"\"{shown["version"]}\"", shown.Headers.ETag?.Tag);
        Shop.IsProblem(await Shop.Post($"{path}/lines", """{"sku":"brie"}"""), 409, "illegal-transition");
        Shop.IsProblem(await Shop.Post($"{path}/cancel", """{"reason":"too late"}"""), 409, "illegal-transition");
    }

    [Fact]
    public async Task a_cart_is_parked_and_goes_on_at_another_till()
    {
        await Shop.Product("nuts", stock: 5);
        var path = await Opened();
        var removed = await Shop.Post($"{path}/lines", """{"sku":"nuts"}""");
        Assert.Equal(250, Gross(removed));
        await Shop.Post($"{path}/lines", """{"sku":"nuts","quantity":2}""");
        Assert.Equal(500, Gross(await Send(HttpMethod.Delete, $"{path}/lines/1", null)));
        Assert.Equal(500, Gross(await Send(HttpMethod.Delete, $"{path}/lines/1", null)));
        var parked = await Shop.Post($"{path}/park", """{"label":"blue coat"}""");
        Assert.Equal(("PARKED", "blue coat"), ((string?)parked["state"], (string?)parked["label"]));
        Assert.Equal(["resume", "annotate", "cancel"], parked["actions"].AsArray().Select(action => (string?)action));
        Shop.IsProblem(await Shop.Post($"{path}/checkout", """{"cash":{"amount":2000,"currency":"GBP"}}"""), 409, "illegal-transition");
        Shop.IsProblem(await Shop.Post($"{path}/resume", """{"till":"till-9"}"""), 422, "unknown-till");
        Assert.Equal("till-2", (string?)(await Shop.Post($"{path}/resume", """{"till":"till-2"}"""))["till"]);
        var order = await Shop.Post($"{path}/checkout", """{"cash":{"amount":2000,"currency":"GBP"}}""");
        Assert.Equal(("CONFIRMED", "till-2"), ((string?)order["state"], (string?)order["till"]));
    }

    [Fact]
    public async Task a_cart_is_annotated_and_its_order_takes_the_words_over()
    {
        await Shop.Product("plums", stock: 5);
        var opened = await Shop.Post("/carts", """{"store":"london","till":"till-1","reference":"web-1","metadata":{"country":"DE"}}""");
        Assert.Equal(("web-1", "DE"), ((string?)opened["reference"], (string?)opened["metadata"]!["country"]));
        var path = $"/carts/{opened["id"]}";
        await Shop.Post($"{path}/lines", """{"sku":"plums"}""");
        await Shop.Post($"{path}/park", """{"label":"blue coat"}""");
        var annotated = await Send(HttpMethod.Put, $"{path}/annotations", """{"reference":"web-2","note":"Two\nlines","customer":"c-1"}""");
        Assert.Equal(("web-2", "Two\nlines", "c-1"), ((string?)annotated["reference"], (string?)annotated["note"], (string?)annotated["customer"]));
        Assert.Null(annotated.Json["metadata"]);
        await Shop.Post($"{path}/resume", """{"till":"till-1"}""");
        var order = await Shop.Post($"{path}/checkout", """{"cash":{"amount":2000,"currency":"GBP"}}""");
        Assert.Equal(("CONFIRMED", "web-2", "c-1"), ((string?)order["state"], (string?)order["reference"], (string?)order["customer"]));
        Shop.IsProblem(await Send(HttpMethod.Put, $"{path}/annotations", """{"reference":"web-3"}"""), 409, "illegal-transition");
    }

    [Fact]
    public async Task any_till_finds_what_was_parked_by_its_label()
    {
        await Shop.Put(
            "/stores/hull",
            """
            {"name":"Hull","district":"Docks","kind":"shop","currency":"GBP","timeZone":"Europe/London","taxInclusive":true,
             "taxRates":{"standard":2000},"tills":["till-1","till-2"]}
            """);
        List<string> carts = [];
        for (var i = 0; i < 20; i++)
        {
            var cart = (string)(await Shop.Post("/carts", """{"store":"hull","till":"till-1"}"""))["id"]!;
            carts.Add(cart);
            if (i % 2 == 0)
            {
                await Shop.Post($"/carts/{cart}/park", $$"""{"label":"coat {{i}}"}""");
            }
        }

        await Shop.Post($"/carts/{carts[^1]}/cancel", """{"reason":"gone"}""");
        var parked = await Shop.All("/carts?store=hull&state=PARKED", 3);
        Assert.Equal(
            Enumerable.Range(0, 10).Select(i => $"coat {2 * i}").Order(StringComparer.Ordinal),
            parked.Select(cart => (string)cart["label"]!).Order(StringComparer.Ordinal));
        Assert.Equal(9, (await Shop.All("/carts?store=hull&state=OPEN", 100)).Count);
        Assert.Equal(carts[..^1].Order(StringComparer.Ordinal), (await Shop.All("/carts?store=hull", 7)).Select(cart => (string)cart["id"]!));
        Shop.IsProblem(await Shop.Get("/carts?store=hull&state=CANCELLED"), 400, "invalid-parameter");
        Shop.IsProblem(await Shop.Get("/carts?store=nowhere"), 404, "unknown-store");
    }

    /// <summary>A page's length does not tell how many carts there are elsewhere.</summary>
    [Fact]
    public async Task carts_of_other_stores_are_not_even_passed_over()
    {
        await Shop.Put(
            "/stores/goole",
            """
            {"name":"Goole","district":"Docks","kind":"shop","currency":"GBP","timeZone":"Europe/London","taxInclusive":true,
             "taxRates":{"standard":2000},"tills":["till-1"]}
            """);
        await Task.WhenAll(Enumerable.Range(0, CartList.AskedMax).Select(_ => Shop.Post("/carts", """{"store":"london","till":"till-1"}""")));
        var cart = (string)(await Shop.Post("/carts", """{"store":"goole","till":"till-1"}"""))["id"]!;
        var page = await Shop.Get("/carts?store=goole");
        Assert.False((bool)page["hasMore"], page.Text);
        Assert.Equal([cart], page["items"].AsArray().Select(found => (string)found!["id"]!));
    }

    [Fact]
    public async Task twenty_checkouts_at_once_with_keys_of_their_own_are_one_order()
    {
        await Shop.Product("raisins", stock: 50);
        var path = await Opened();
        await Shop.Post($"{path}/lines", """{"sku":"raisins","quantity":2}""");
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Shop.Post($"{path}/checkout", """{"cash":{"amount":2000,"currency":"GBP"}}""")));
        Assert.All(answers, answer => Assert.True(answer.Status is HttpStatusCode.Created or HttpStatusCode.Accepted, answer.Text));
        var order = Assert.Single(answers.Select(answer => (string)answer["id"]!).Distinct());
        await Shop.Settled(order);
        Assert.Equal(48, (int)(await Shop.Stock("raisins"))["onHand"]!);
        Shop.IsProblem(await Shop.Post($"{path}/lines", """{"sku":"raisins"}"""), 409, "illegal-transition");
        Assert.Equal(order, (string?)(await Shop.Get(path))["order"]);
    }

    [Fact]
    public async Task a_price_that_changed_meanwhile_is_not_paid_before_it_was_shown()
    {
        await Shop.Product("figs", price: 100, stock: 5);
        var path = await Opened();
        await Shop.Post($"{path}/lines", """{"sku":"figs"}""");
        await Shop.Product("figs", price: 120);
        var head = await Shop.QuietHead();
        Shop.IsProblem(await Shop.Post($"{path}/checkout", """{"cash":{"amount":2000,"currency":"GBP"}}"""), 409, "price-changed");
        Assert.Equal(head, open.Host.Journal.Head);
        Assert.Equal(120, Gross(await Shop.Post($"{path}/refresh", null)));
        Shop.IsProblem(
            await Shop.Post($"{path}/checkout", """{"cash":{"amount":2000,"currency":"GBP"},"expectedTotal":{"amount":100,"currency":"GBP"}}"""), 409, "price-changed");
        Assert.Equal(120, Gross(await Shop.Post($"{path}/checkout", """{"cash":{"amount":2000,"currency":"GBP"},"expectedTotal":{"amount":120,"currency":"GBP"}}""")));
    }

    [Fact]
    public async Task the_cart_of_a_cancelled_order_is_copied_at_todays_prices()
    {
        await Shop.Product("kiwi", price: 100);
        var path = await Opened();
        await Shop.Post($"{path}/lines", """{"sku":"kiwi","quantity":2}""");
        Shop.IsProblem(await Shop.Post($"{path}/checkout", """{"cash":{"amount":2000,"currency":"GBP"}}"""), 409, "insufficient-stock");
        await Shop.Product("kiwi", price: 110, stock: 2);
        var copy = await Shop.Post("/carts", $$"""{"store":"london","till":"till-2","from":"{{path["/carts/".Length..]}}"}""");
        Assert.Equal((HttpStatusCode.Created, 220), (copy.Status, Gross(copy)));
        var order = await Shop.Post($"/carts/{copy["id"]}/checkout", """{"cash":{"amount":2000,"currency":"GBP"}}""");
        Assert.Equal("CONFIRMED", (string?)order["state"]);
        Shop.IsProblem(
            await Shop.Post("/carts", $$"""{"store":"london","till":"till-2","from":"{{copy["id"]}}"}"""), 409, "illegal-transition");
    }

    [Fact]
    public async Task a_barcode_belongs_to_one_product()
    {
        await Shop.Product("plum");
        await Shop.Product("pear");
        Assert.Equal("4006381333931", (string?)(await Shop.Put("/barcodes/4006381333931", """{"sku":"plum"}"""))["code"]);
        Shop.IsProblem(await Send(HttpMethod.Put, "/barcodes/4006381333931", """{"sku":"pear"}"""), 409, "barcode-taken");
        Shop.IsProblem(await Send(HttpMethod.Put, "/barcodes/4006381333932", """{"sku":"pear"}"""), 422, "invalid-barcode");
        Shop.IsProblem(await Send(HttpMethod.Put, "/barcodes/free-1", """{"sku":"no-such"}"""), 404, "unknown-product");
        Shop.IsProblem(await Send(HttpMethod.Delete, "/barcodes/free-2", null), 404, "unknown-barcode");
        Assert.Equal(HttpStatusCode.OK, (await Send(HttpMethod.Delete, "/barcodes/4006381333931", null)).Status);
        Assert.Equal(HttpStatusCode.OK, (await Send(HttpMethod.Delete, "/barcodes/4006381333931", null)).Status);
        Shop.IsProblem(await Shop.Get("/barcodes/4006381333931"), 404, "unknown-barcode");
        await Shop.Put("/barcodes/4006381333931", """{"sku":"pear"}""");
        Assert.Equal("pear", (string?)(await Shop.Get("/barcodes/4006381333931"))["sku"]);
    }

    [Theory]
    [InlineData("lines", """{"sku":"nothing"}""", 404, "unknown-product")]
    [InlineData("lines", """{"barcode":"4006381333932"}""", 422, "invalid-barcode")]
    [InlineData("lines", """{"barcode":"no code"}""", 422, "invalid-barcode")]
    [InlineData("lines", """{"barcode":"nobodys"}""", 404, "unknown-barcode")]
    [InlineData("lines", """{}""", 422, "invalid-value")]
    [InlineData("lines", """{"sku":"corn","barcode":"x"}""", 422, "invalid-value")]
    [InlineData("lines", """{"sku":"corn","quantity":0}""", 422, "invalid-quantity")]
    [InlineData("lines", """{"sku":"corn","quantity":100001}""", 422, "invalid-quantity")]
    [InlineData("lines", """{"sku":"corn","quantity":1.5}""", 400, "malformed-body")]
    [InlineData("lines", """{"sku":"corn","colour":"red"}""", 400, "malformed-body")]
    [InlineData("lines", """{"sku":"corn","override":{"unitPrice":{"amount":-1,"currency":"GBP"},"reason":"dented"}}""", 422, "invalid-value")]
    [InlineData("lines", """{"sku":"corn","override":{"unitPrice":{"amount":1,"currency":"EUR"},"reason":"dented"}}""", 422, "wrong-currency")]
    [InlineData("lines", """{"sku":"corn","override":{"unitPrice":{"amount":1,"currency":"GBP"},"reason":" "}}""", 422, "invalid-value")]
    [InlineData("park", """{"label":" "}""", 422, "invalid-value")]
    [InlineData("resume", """{"till":"till-1"}""", 409, "illegal-transition")]
    [InlineData("cancel", """{"reason":""}""", 422, "invalid-value")]
    [InlineData("checkout", """{"cash":{"amount":249,"currency":"GBP"}}""", 422, "tender-too-small")]
    [InlineData("checkout", """{"cash":{"amount":999,"currency":"EUR"}}""", 422, "wrong-currency")]
    [InlineData("checkout", """{"cards":[{"token":"tok_approve"},{"token":"tok_approve"}]}""", 422, "tender-mismatch")]
    [InlineData("checkout", """{"cards":[null]}""", 400, "malformed-body")]
    [InlineData("checkout", """{"cash":{"amount":999,"currency":"GBP"},"occurredAt":"2999-01-01T00:00:00Z"}""", 422, "time-in-future")]
    [InlineData("checkout", """{"cash":{"amount":999,"currency":"GBP"},"exchange":"00000000000000000000000000000001"}""", 409, "credit-not-available")]
    public async Task what_cannot_be_is_refused_by_name_and_leaves_no_trace(string what, string body, int status, string code)
    {
        await Shop.Product("corn", stock: 5);
        var path = await Opened();
        await Shop.Post($"{path}/lines", """{"sku":"corn"}""");
        var head = await Shop.QuietHead();
        Shop.IsProblem(await Shop.Post($"{path}/{what}", body), status, code);
        Assert.Equal(head, open.Host.Journal.Head);
    }

    [Fact]
    public async Task what_does_not_exist_is_not_found()
    {
        var head = await Shop.QuietHead();
        var nowhere = "/carts/00000000000000000000000000000009";
        Shop.IsProblem(await Shop.Get(nowhere), 404, "unknown-cart");
        Shop.IsProblem(await Shop.Post($"{nowhere}/lines", """{"sku":"corn"}"""), 404, "unknown-cart");
        Shop.IsProblem(await Shop.Post($"{nowhere}/checkout", """{"cash":{"amount":2000,"currency":"GBP"}}"""), 404, "unknown-cart");
        Shop.IsProblem(await Send(HttpMethod.Delete, $"{nowhere}/lines/1", null), 404, "unknown-cart");
        Shop.IsProblem(await Send(HttpMethod.Delete, $"{nowhere}/lines/one", null), 400, "invalid-parameter");
        Shop.IsProblem(await Shop.Post("/carts", """{"store":"paris","till":"till-1"}"""), 404, "unknown-store");
        Shop.IsProblem(await Shop.Post("/carts", """{"store":"london","till":"till-9"}"""), 422, "unknown-till");
        Shop.IsProblem(
            await Shop.Post("/carts", """{"store":"london","till":"till-1","from":"00000000000000000000000000000009"}"""), 404, "unknown-cart");
        Assert.Equal(head, open.Host.Journal.Head);
        var path = await Opened();
        head = await Shop.QuietHead();
        Shop.IsProblem(await Shop.Post($"{path}/checkout", """{"cash":{"amount":2000,"currency":"GBP"}}"""), 409, "cart-empty");
        Shop.IsProblem(await Send(HttpMethod.Patch, $"{path}/lines/7", """{"quantity":3}"""), 422, "unknown-line");
        Shop.IsProblem(await Send(HttpMethod.Delete, $"{path}/lines/7", null), 422, "unknown-line");
        Assert.Equal(head, open.Host.Journal.Head);
    }

    private static int Gross(Answer answer)
    {
        Assert.True((int)answer.Status < 300, answer.Text);
        return (int)answer["total"]["gross"]!["amount"]!;
    }

    private Task<Answer> Send(HttpMethod method, string path, string? body) =>
        Shop.Send(method, path, body, method == HttpMethod.Patch ? Shop.NewKey() : null);

    private Task<Answer> Open() => Shop.Post("/carts", """{"store":"london","till":"till-1"}""");

    private async Task<string> Opened() => $"/carts/{(await Open())["id"]}";

    private async Task Labels()
    {
        var store = (await Shop.Get("/stores/london")).Json.AsObject();
        store.Remove("id");
        store.Remove("version");
        store.Remove("actions");
        store["embeddedBarcodes"] = new JsonArray(
            new JsonObject { ["prefix"] = "21", ["kind"] = "weight", ["itemDigits"] = 5 }, new JsonObject { ["prefix"] = "22", ["kind"] = "price", ["itemDigits"] = 5 });
        await Shop.Put("/stores/london", store.ToJsonString());
    }
}
