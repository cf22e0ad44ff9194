using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Pos.Journal;
using Pos.Tests.Simulated.Journal;

namespace Pos.Tests;

public sealed class SearchTests(OpenShop open) : IClassFixture<OpenShop>
{
    private Shop Shop => open.Shop;

    [Fact]
    public async Task a_product_is_found_by_words_beginnings_and_its_sku_however_they_are_written()
    {
        await Define("smr-1", "Smørrebrød mit Soße", "Küche", "aus Łódź");
        foreach (var q in (string[])["smørrebrød", "SMORREBROD", "smorr", "sosse mit", "lod smorre", "kuche", "KÜCHE smr", "smr-1", " Smr-1 "])
        {
            await Finds(q, "smr-1");
        }

        Assert.Empty(await Skus("smorrebrod xyz"));
        Assert.Empty(await Skus("orrebrod"));
    }

    [Fact]
    public async Task a_barcode_in_the_search_field_finds_its_product_however_it_is_written()
    {
        await Define("pen-1", "Fountain thing", "", "");
        await Define("upc-1", "Facial thing", "", "");
        await Define("mini-1", "Gum thing", "", "");
        await Define("free-1", "Crate thing", "", "");
        foreach (var (code, sku) in new[] { ("4006381333931", "pen-1"), ("036000291452", "upc-1"), ("96385074", "mini-1"), ("CRATE-77.b", "free-1") })
        {
            await Shop.Put($"/barcodes/{code}", $$"""{"sku":"{{sku}}"}""");
        }

        foreach (var q in (string[])["4006381333931", " 4006381333931 ", "4 006381 333931", "400-6381-333931", "04006381333931", "４００６３８１３３３９３１", "4006381 33393–1"])
        {
            await Finds(Uri.EscapeDataString(q), "pen-1");
        }

        foreach (var q in (string[])["036000291452", "0036000291452", "00036000291452", "36000291452", "0 36000 29145 2"])
        {
            await Finds(q, "upc-1");
        }

        await Finds("96385074", "mini-1");
        await Finds("9638 5074", "mini-1");
        await Finds("0000096385074", "mini-1");
        await Finds("CRATE-77.b", "free-1");
        Assert.Empty(await Skus("4006381333932"));
        await Shop.Send(HttpMethod.Delete, "/barcodes/96385074", null, null);
        await Shop.Until("/products/search?q=96385074", answer => answer["items"].AsArray().Count == 0);
    }

    [Fact]
    public async Task a_label_of_the_store_finds_its_product_with_the_store()
    {
        await Shop.Put(
            "/stores/leeds",
            """
            {"name":"Leeds","district":"","kind":"shop","currency":"GBP","timeZone":"Europe/London","taxInclusive":true,"taxRates":{"standard":2000},"tills":["till-1"],
             "embeddedBarcodes":[{"prefix":"21","kind":"weight","itemDigits":5}]}
            """);
        await Define("cheese-1", "Cheddar", "", "");
        await Shop.Put("/barcodes/2112345000008", """{"sku":"cheese-1"}""");
        await Finds("2112345005126&store=leeds", "cheese-1");
        Assert.Empty(await Skus("2112345005126"));
    }

    [Fact]
    public async Task words_of_scripts_without_spaces_are_found_inside_and_their_marks_matter()
    {
        await Define("cjk-1", "日本東京都庁の緑茶", "", "");
        await Define("cjk-2", "かきのたね", "", "");
        await Define("thai-1", "กาแฟเย็น", "", "");
        await Finds("東京都", "cjk-1");
        await Finds("緑茶", "cjk-1");
        await Finds("たね", "cjk-2");
        await Finds("เย็น", "thai-1");
        Assert.Empty(await Skus("がき"));
        Assert.Empty(await Skus("東都"));
    }

    [Fact]
    public async Task the_best_comes_first()
    {
        await Define("ranked", "Quork", "", "");
        await Define("rk-1", "Ranked quork", "", "");
        await Define("rk-2", "Ranked quork of great length", "", "");
        await Define("rk-3", "Something", "", "a ranked thing");
        await Define("rk-4", "Rankedly", "", "");
        await Define("rk-5", "Another", "rankedness", "");
        await Finds("ranked", "ranked", "rk-1", "rk-2", "rk-3", "rk-4", "rk-5");
    }

    [Fact]
    public async Task what_is_changed_is_found_as_it_is_and_filters_hold()
    {
        await Define("chg-1", "Wobbler", "Toys", "");
        await Define("chg-2", "Wobbler two", "Tools", "");
        await Finds("wobbler", "chg-1", "chg-2");
        Assert.Equal(HttpStatusCode.OK, (await Shop.Send(HttpMethod.Patch, "/products/chg-1", """{"name":"Spinner","active":false}""", Shop.NewKey())).Status);
        await Finds("wobbler", "chg-2");
        await Finds("spinner toys", "chg-1");
        await Finds("spinner&active=false", "chg-1");
        Assert.Empty(await Skus("spinner&active=true"));
        await Finds("&category=tools", "chg-2");
        await Finds("wob&category=TÔOLS", "chg-2");
        Assert.Empty(await Skus("wob&category=Toys"));
    }

    [Fact]
    public async Task the_stores_availability_stands_beside_each_hit()
    {
        await Shop.Product("avl-1", stock: 7);
        await Shop.Product("avl-2");
        await Shop.Product("avl-3", kind: "service");
        await Finds("avl", "avl-1", "avl-2", "avl-3");
        var hits = (await Shop.Get($"/products/search?q=avl&store={Shop.Store}"))["items"].AsArray();
        Assert.Equal([7L, 0L, null], hits.Select(hit => (long?)hit!["available"]));
        Assert.Equal("avl-1", (string?)hits[0]!["product"]!["sku"]);
        Assert.Null((await Shop.Get("/products/search?q=avl"))["items"][0]!["available"]);
    }

    /// <summary>Ready means that what was there before is found: nobody sells from half an index.</summary>
    [Fact]
    public async Task a_silo_that_starts_anew_finds_everything_as_soon_as_it_says_that_it_is_ready()
    {
        var disk = new SimulatedDisk();
        void OnTheDisk(IServiceCollection services) =>
            services.Replace(ServiceDescriptor.Singleton<IJournal>(_ => new SimulatedJournal(TimeProvider.System, disk)));
        await using (var before = await PosHost.Start(OnTheDisk))
        {
            var shop = await Shop.Open(before);
            await Task.WhenAll(Enumerable.Range(0, 150).Select(number => shop.Product($"lantern-{number:000}")));
        }

        await using var host = await PosHost.Start(OnTheDisk);
        using var ready = await host.Http.GetAsync(new Uri("/health/ready", UriKind.Relative));
        Assert.Equal(HttpStatusCode.OK, ready.StatusCode);
        var found = await new Shop(host).All("/products/search?q=lantern", 100);
        Assert.Equal(150, found.Count);
    }

    [Fact]
    public async Task pages_follow_each_other_and_a_cursor_is_good_for_its_query_only()
    {
        for (var i = 0; i < 7; i++)
        {
            await Define($"pg-{i}", $"Pageant {new string('x', i % 3)}", "Pages", "");
        }

        await Shop.Until("/products/search?q=pageant", answer => answer["items"].AsArray().Count == 7);
        var all = await Shop.All("/products/search?q=pageant", 100);
        Assert.Equal(all.Select(Sku), (await Shop.All("/products/search?q=pageant", 2)).Select(Sku));
        var byFilter = await Shop.All("/products/search?category=Pages", 3);
        Assert.Equal(Enumerable.Range(0, 7).Select(i => $"pg-{i}"), byFilter.Select(Sku));

        var cursor = (string)(await Shop.Get("/products/search?q=pageant&limit=2"))["nextCursor"]!;
        Shop.IsProblem(await Shop.Get($"/products/search?q=pagean&cursor={cursor}"), 400, "invalid-parameter");
        Shop.IsProblem(await Shop.Get($"/products/search?q=pageant&active=true&cursor={cursor}"), 400, "invalid-parameter");
    }

    [Theory]
    [InlineData("limit=0")]
    [InlineData("limit=101")]
    [InlineData("limit=x")]
    [InlineData("active=yes")]
    [InlineData("store=NOT%20A%20STORE")]
    [InlineData("cursor=")]
    [InlineData("cursor=AAAAAAAAAAAAAAAA")]
    [InlineData("cursor=%00%00")]
    [InlineData("q=a%00b")]
    [InlineData("category=%0a")]
    public async Task nonsense_is_refused(string query) =>
        Shop.IsProblem(await Shop.Get("/products/search?" + query), 400, "invalid-parameter");

    [Fact]
    public async Task what_is_too_long_or_nowhere_is_refused()
    {
        Shop.IsProblem(await Shop.Get("/products/search?q=" + new string('a', 201)), 400, "invalid-parameter");
        Shop.IsProblem(await Shop.Get("/products/search?category=" + new string('a', 201)), 400, "invalid-parameter");
        Shop.IsProblem(await Shop.Get("/products/search?store=nowhere"), 404, "unknown-store");
        Assert.Equal(HttpStatusCode.OK, (await Shop.Get("/products/search?q=" + new string('a', 200))).Status);
        Assert.Empty(await Skus("%22%26%25%3Cscript%3E"));
        Assert.Empty(await Skus("%ED%A0%80"));
    }

    private static string Sku(System.Text.Json.Nodes.JsonNode hit) => (string)hit["product"]!["sku"]!;

    private Task<Answer> Define(string sku, string name, string category, string description) => Shop.Put(
        $"/products/{sku}",
        $$"""{"name":"{{name}}","description":"{{description}}","category":"{{category}}","price":{"amount":250,"currency":"GBP"},"taxClass":"standard","kind":"goods","active":true}""");

    private async Task<IEnumerable<string>> Skus(string q) =>
        (await Shop.Get($"/products/search?limit=100&q={q}"))["items"].AsArray().Select(hit => Sku(hit!));

    // The index follows the journal: what was acknowledged a moment ago is found a moment later.
    private Task<Answer> Finds(string q, params string[] skus) => Shop.Until(
        $"/products/search?limit=100&q={q}", answer => answer["items"].AsArray().Select(hit => Sku(hit!)).SequenceEqual(skus));
}
