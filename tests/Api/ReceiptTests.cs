using System.Net;
using System.Text;

namespace Pos.Tests;

public sealed class ReceiptTests(OpenShop open) : IClassFixture<OpenShop>
{
    private Shop Shop => open.Shop;

    [Fact]
    public async Task the_receipt_of_a_sale_adds_up_in_every_medium()
    {
        var order = await Sold("apple", 255, 3);
        var receipt = await Shop.Get($"/orders/{order}/receipt");
        Assert.Equal(HttpStatusCode.OK, receipt.Status);
        Assert.Equal((order, "London", false, true), ((string)receipt["order"]!, (string)receipt["storeName"]!, (bool)receipt["copy"]!, (bool)receipt["taxIncluded"]!));
        Assert.Equal(765, (long)receipt["lines"][0]!["amount"]!["amount"]!);
        Assert.Equal("A", (string?)receipt["lines"][0]!["taxCode"]);
        var tax = receipt["taxes"].AsArray().Single()!["total"]!;
        Assert.Equal((long)receipt["due"]["amount"]!, (long)tax["net"]!["amount"]! + (long)tax["tax"]!["amount"]!);

        var text = (await Shop.Get($"/orders/{order}/receipt?medium=text")).Text;
        Assert.Contains("\n  3 x 2.55                          7.65 A\n", text, StringComparison.Ordinal);
        Assert.Contains("\nTotal GBP                             7.65\n", text, StringComparison.Ordinal);
        Assert.EndsWith(order + "\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("COPY", text, StringComparison.Ordinal);
        var narrow = (await Shop.Get($"/orders/{order}/receipt?medium=text&columns=32&language=de&copy=true")).Text;
        Assert.Contains("*** KOPIE ***\n", narrow, StringComparison.Ordinal);
        Assert.Contains("\nSumme GBP                   7,65\n", narrow, StringComparison.Ordinal);
        Assert.All(narrow.Split('\n'), static line => Assert.True(line.Length <= 32, line));

        var printed = await Bytes($"/orders/{order}/receipt?medium=escpos");
        Assert.Equal([0x1B, (byte)'@'], printed[..2]);
        Assert.Equal([0x1D, (byte)'V', 66, 3], printed[^4..]);
        Assert.Contains(order, Encoding.ASCII.GetString(printed), StringComparison.Ordinal);
        Assert.Equal("%PDF-", Encoding.ASCII.GetString((await Bytes($"/orders/{order}/receipt?medium=pdf"))[..5]));
    }

    [Fact]
    public async Task what_came_back_stands_on_the_receipt()
    {
        var order = await Sold("pear", 100, 2);
        var back = await Shop.Post($"/orders/{order}/returns", """{"till":"till-1","reason":"brown","lines":[{"line":1,"quantity":1,"disposition":"write-off"}]}""");
        Assert.True(back.Status is HttpStatusCode.Created, back.Text);
        var receipt = await Shop.Get($"/orders/{order}/receipt");
        var returned = receipt["returns"].AsArray().Single()!;
        Assert.Equal(((string)back["id"]!, 100), ((string)returned["id"]!, (int)returned["refund"]!["amount"]!));
        Assert.Contains("\nRefunded", (await Shop.Get($"/orders/{order}/receipt?medium=text")).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task an_order_that_is_not_confirmed_has_no_receipt()
    {
        await Shop.Product("none", price: 100);
        var refused = await Shop.Sell("none");
        Shop.IsProblem(await Shop.Get($"/orders/{(string)refused["order"]!}/receipt"), 409, "illegal-transition");
        Shop.IsProblem(await Shop.Get($"/orders/{new string('0', 32)}/receipt"), 404, "unknown-order");
    }

    [Fact]
    public async Task the_language_is_the_one_that_is_accepted_most()
    {
        var order = await Sold("plum", 50, 1);
        foreach (var (accepted, total) in ((string, string)[])[("fr-CH, de;q=0.5", "Total GBP"), ("it, de-AT;q=0.8, en;q=0.1", "Summe GBP"), ("it", "Total GBP"), ("nonsense;;", "Total GBP")])
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/orders/{order}/receipt?medium=text");
            request.Headers.TryAddWithoutValidation("Accept-Language", accepted);
            using var answer = await open.Host.Http.SendAsync(request);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.Contains(total, await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("medium=paper", "'medium'")]
    [InlineData("medium=TEXT", "'medium'")]
    [InlineData("medium=text&columns=40", "'columns'")]
    [InlineData("columns=42", "'columns'")]
    [InlineData("medium=pdf&columns=32", "'columns'")]
    [InlineData("language=it", "'language'")]
    [InlineData("language=", "'language'")]
    [InlineData("copy=yes", "'copy'")]
    public async Task a_bad_parameter_is_named(string query, string named)
    {
        var order = await Sold("fig", 50, 1);
        var answer = await Shop.Get($"/orders/{order}/receipt?{query}");
        Shop.IsProblem(answer, 400, "invalid-parameter");
        Assert.Contains(named, answer.Text, StringComparison.Ordinal);
    }

    private async Task<string> Sold(string sku, long price, int quantity)
    {
        await Shop.Product(sku, price: price, stock: quantity);
        var sold = await Shop.Sell(sku, quantity);
        Assert.True(sold.Status == HttpStatusCode.Created, sold.Text);
        return (string)sold["id"]!;
    }

    private Task<byte[]> Bytes(string path) => open.Host.Http.GetByteArrayAsync(new Uri("/api/v1" + path, UriKind.Relative));
}
