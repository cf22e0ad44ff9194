using System.Net;

namespace Pos.Tests;

/// <summary>Lists and their cursors.</summary>
public sealed class ListTests(OpenShop open) : IClassFixture<OpenShop>
{
    private readonly Shop _shop = open.Shop;

    [Fact]
    public async Task a_cursor_is_good_for_the_list_it_came_from_only()
    {
        await _shop.Put(
            "/stores/leeds",
            """
            {"name":"Leeds","district":"Headingley","kind":"shop","currency":"GBP","timeZone":"Europe/London","taxInclusive":true,
             "taxRates":{"standard":2000},"tills":["till-1"]}
            """);
        foreach (var sku in (string[])["list-a", "list-b"])
        {
            await _shop.Product(sku, stock: 5);
            await _shop.Sell(sku);
            await _shop.Post($"/stores/{Shop.Store}/stock/{sku}/receipts", """{"quantity":1}""");
            await _shop.Post(
                "/returns", $$"""{"store":"london","till":"till-1","reason":"stale","lines":[{"sku":"{{sku}}","quantity":1,"disposition":"write-off"}]}""");
        }

        await _shop.Post("/carts", """{"store":"london","till":"till-1"}""");
        await _shop.Post("/carts", """{"store":"london","till":"till-2"}""");
        string[] lists =
        [
            "/stores?", "/products?", "/orders?store=london&", "/orders?store=leeds&", "/returns?store=london&", "/returns?store=leeds&", "/stores/london/stock?",
            "/stores/leeds/stock?", "/stores/london/stock/list-a/ledger?", "/stores/london/stock/list-b/ledger?", "/products/search?", "/sagas?",
            "/carts?store=london&", "/carts?store=london&state=OPEN&", "/carts?store=leeds&",
        ];
        foreach (var from in lists)
        {
            var first = await _shop.Get(from + "limit=1");
            Assert.Equal(HttpStatusCode.OK, first.Status);
            if ((string?)first.Json["nextCursor"] is not { } cursor)
            {
                continue;
            }

            foreach (var to in lists)
            {
                var next = await _shop.Get($"{to}limit=1&cursor={cursor}");
                if (to == from)
                {
                    Assert.Equal(HttpStatusCode.OK, next.Status);
                    Assert.NotEqual(first["items"].ToJsonString(), next["items"].ToJsonString());
                }
                else
                {
                    Shop.IsProblem(next, 400, "invalid-parameter");
                    Assert.Contains("cursor", (string)next["detail"]!, StringComparison.Ordinal);
                }
            }
        }
    }

    [Theory]
    [InlineData("AAAAAAAAAAAAAAAA")]
    [InlineData("AAAAAAAAAAA")]
    [InlineData("%00")]
    [InlineData("")]
    [InlineData("________________")]
    public async Task what_is_no_cursor_is_refused(string cursor)
    {
        foreach (var list in (string[])["/orders?store=london&", "/carts?store=london&", "/products?", "/stores?", "/stores/london/stock?"])
        {
            Shop.IsProblem(await _shop.Get($"{list}cursor={cursor}"), 400, "invalid-parameter");
        }
    }
}
