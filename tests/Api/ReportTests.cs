using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Pos.Journal;

namespace Pos.Tests;

/// <summary>The reports over HTTP, from real sales.</summary>
public sealed class ReportTests(OpenShop open) : IClassFixture<OpenShop>
{
    private readonly Shop _shop = open.Shop;

    [Theory]
    [InlineData("GET", "/reports/sales?store=london")]
    [InlineData("GET", "/reports/stock?store=london")]
    [InlineData("GET", "/reports/sagas?store=london")]
    [InlineData("GET", "/stores/london/reports")]
    [InlineData("POST", "/stores/london/reports/sales/retry")]
    [InlineData("POST", "/stores/london/reports/sales/rebuild")]
    public async Task a_server_without_streams_says_that_it_keeps_no_reports(string method, string path)
    {
        await using var host = await PosHost.Start(settings: [new("Pos:Streams:Enabled", "false")]);
        var shop = await Shop.Open(host);
        var refused = method == "GET" ? await shop.Get(path) : await shop.Post(path, null);
        Shop.IsProblem(refused, 404, "not-found");
        Assert.Contains("Pos:Streams:Enabled", refused.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task what_is_sold_and_taken_back_stands_in_every_grouping_and_nothing_is_missing()
    {
        await _shop.Product("report-mug", 250, stock: 100);
        await _shop.Product("=report-tea", 400, stock: 100);
        const string At = "2020-06-01T08:30:00Z";
        await Sell($$"""{"sku":"report-mug","quantity":2},{"sku":"=report-tea","quantity":1}""", At, "till-1");
        await Sell("""{"sku":"report-mug","quantity":1}""", "2020-06-01T22:59:59Z", "till-2");
        // In London the next day has begun.
        await Sell("""{"sku":"report-mug","quantity":10}""", "2020-06-01T23:00:00Z", "till-2");
        var back = await _shop.Post(
            "/returns",
            $$"""{"store":"london","till":"till-1","reason":"old","occurredAt":"{{At}}","lines":[{"sku":"report-mug","quantity":1,"disposition":"restock","unitPrice":{"amount":240,"currency":"GBP"} }]}""");
        Assert.True((int)back.Status is 201 or 202, back.Text);

        var report = await Report("/reports/sales?store=london&from=2020-06-01&to=2020-06-02", static total => (long)total["gross"]!["amount"]! == 3_650 && (long)total["returns"]! == 1);
        var days = report["report"]["rows"]!.AsArray();
        Assert.Equal(["2020-06-01", "2020-06-02"], days.Select(day => (string)day!["key"]!));
        var day = days[0]!;
        Assert.Equal((2, 4, 1_150, 575), ((long)day["orders"]!, (long)day["pieces"]!, Amount(day, "gross"), Amount(day, "averageBasket")));
        Assert.Equal(1_150, Amount(day, "net") + Amount(day, "tax"));
        Assert.Equal((1, 1, 240), ((long)day["returns"]!, (long)day["piecesReturned"]!, Amount(day, "grossReturned")));
        Assert.Equal(("2020-05-31T23:00:00Z", "2020-06-01T23:00:00Z"), ((string)day["from"]!, (string)day["to"]!));
        Assert.Equal((1, false), ((int)day["revision"]!, (bool)day["closed"]!));
        Assert.False((bool)report["report"]["closed"]!);
        Assert.Equal("Europe/London", (string?)report["report"]["timeZone"]);

        Assert.Equal(["2020-06-01T09:00+01:00 900", "2020-06-01T23:00+01:00 250"], await Rows("hour"));
        Assert.Equal(["=report-tea 400", "report-mug 750"], await Rows("product"));
        Assert.Equal(["report-mug 750", "=report-tea 400"], await Rows("product&order=gross"));
        Assert.Equal(["report-mug 750"], await Rows("product&order=pieces&limit=1"));
        Assert.Equal([" 1150"], await Rows("category"));
        Assert.Equal(["till-1 900", "till-2 250"], await Rows("till"));
        Assert.Equal(["cash 1150"], await Rows("tender"));
        Assert.Equal(["2000 1150"], await Rows("tax"));
        Assert.Equal(["an operator 1150"], await Rows("cashier"));
        Assert.Equal([], await Rows("cancellation"));
        Assert.Equal(
            ["=report-tea 400", "report-mug 750"],
            (await All("/reports/sales?store=london&from=2020-06-01&to=2020-06-01&groupBy=product", 1)).Select(static row => $"{row["key"]} {Amount(row, "gross")}"));
    }

    [Fact]
    public async Task a_cancelled_order_counts_by_its_cause()
    {
        await _shop.Product("report-none", 100, stock: 1);
        var refused = await _shop.Post("/orders", Order("""{"sku":"report-none","quantity":2}""", "2020-06-04T08:30:00Z", "till-1"));
        Assert.Equal(HttpStatusCode.Conflict, refused.Status);
        await _shop.Until(
            "/reports/sales?store=london&from=2020-06-04&groupBy=cancellation&to=2020-06-04",
            static answer => answer["report"]["rows"]!.AsArray() is [{ } row] && (string?)row["key"] == "insufficient-stock" && (long)row["cancelled"]! == 1);
    }

    [Fact]
    public async Task a_csv_answer_has_all_rows_with_decimal_amounts_and_no_formula()
    {
        await _shop.Product("=cmd()", 150, stock: 10);
        await Sell("""{"sku":"=cmd()","quantity":3}""", "2020-06-05T08:30:00Z", "till-1");
        await Report("/reports/sales?store=london&from=2020-06-05&to=2020-06-05", static total => (long)total["gross"]!["amount"]! == 450);
        const string Path = "/reports/sales?store=london&from=2020-06-05&to=2020-06-05&groupBy=product";
        var byFormat = await _shop.Get(Path + "&format=csv");
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("/api/v1" + Path, UriKind.Relative));
        request.Headers.Accept.Add(MediaTypeWithQualityHeaderValue.Parse("text/csv"));
        var byAccept = await _shop.Send(request);
        Assert.Equal(byFormat.Text, byAccept.Text);
        Assert.Equal("text/csv", byAccept.MediaType);
        Assert.Contains("Accept", byAccept.Headers.Vary);
        Assert.Equal("sales-london-2020-06-05-2020-06-05-product.csv", byAccept.ContentHeaders.ContentDisposition?.FileName);
        var lines = byAccept.Text.Split("\r\n");
        Assert.StartsWith("key,name,from,to,closed,revision,orders,pieces,gross,", lines[0], StringComparison.Ordinal);
        Assert.StartsWith("\"'=cmd()\",\"'=cmd()\",,,,,1,3,4.50,3.75,0.75,0.00,0,0,0.00,", lines[1], StringComparison.Ordinal);
        Assert.EndsWith(",GBP", lines[1], StringComparison.Ordinal);
        Assert.Equal([""], lines[2..]);
    }

    [Fact]
    public async Task an_answer_says_how_true_it_is_and_its_tag_is_the_reports_position()
    {
        await _shop.Product("report-fresh", 100, stock: 10);
        await Sell("""{"sku":"report-fresh","quantity":1}""", "2020-06-06T08:30:00Z", "till-1");
        var head = await _shop.QuietHead();
        var answer = await _shop.Until("/reports/sales?store=london&from=2020-06-06&to=2020-06-06", static answer => (long)answer["report"]["freshness"]!["lagMs"]! == 0);
        var freshness = answer["report"]["freshness"]!;
        Assert.InRange((long)freshness["position"]!, 1, head);
        Assert.False((bool)freshness["parked"]!);
        Assert.Equal(1, (long)answer["report"]["total"]!["orders"]!);

        using var again = new HttpRequestMessage(HttpMethod.Get, new Uri("/api/v1/reports/sales?store=london&from=2020-06-06&to=2020-06-06", UriKind.Relative));
        again.Headers.TryAddWithoutValidation("If-None-Match", answer.Headers.ETag!.ToString());
        var same = await _shop.Send(again);
        Assert.True(same.Status == HttpStatusCode.NotModified || same.Headers.ETag!.ToString() != answer.Headers.ETag.ToString(), same.Text);
    }

    [Fact]
    public async Task stock_says_what_is_there_held_low_and_where_it_went()
    {
        await _shop.Product("report-box", 100, stock: 10);
        await _shop.Product("report-lid", 100, stock: 1_000_000);
        await Sell("""{"sku":"report-box","quantity":3}""", "2020-06-07T08:30:00Z", "till-1");
        Assert.Equal(HttpStatusCode.OK, (await _shop.Post("/stores/london/stock/report-box/counts", """{"counted":6,"reason":"x"}""")).Status);
        var hold = await _shop.Post("/stores/london/stock/report-box/holds", """{"quantity":2,"expiresInSeconds":600}""");
        Assert.Equal(HttpStatusCode.Created, hold.Status);
        JsonNode? row = null;
        await _shop.Until("/reports/stock?store=london&limit=100", answer =>
        {
            row = answer["report"]["rows"]!.AsArray().FirstOrDefault(static item => (string?)item!["sku"] == "report-box");
            return row is not null && (long)row["sold"]! == 3 && (long)row["held"]! == 2;
        });
        Assert.Equal((6, 2, 4, 10, -1, 0), ((long)row!["onHand"]!, (long)row["held"]!, (long)row["available"]!, (long)row["received"]!, (long)row["adjusted"]!, (long)row["issued"]!));
        Assert.Contains((await _shop.Get("/reports/stock?store=london&show=low&below=5")).Json["report"]!["rows"]!.AsArray(), static item => (string?)item!["sku"] == "report-box");
        Assert.DoesNotContain((await _shop.Get("/reports/stock?store=london&show=low&below=4")).Json["report"]!["rows"]!.AsArray(), static item => (string?)item!["sku"] == "report-box");
        Assert.Contains((await _shop.Get("/reports/stock?store=london&show=held")).Json["report"]!["rows"]!.AsArray(), static item => (string?)item!["sku"] == "report-box");
    }

    [Fact]
    public async Task an_event_that_a_report_cannot_take_parks_it_alone_until_an_operator_skips_the_event()
    {
        // A host of its own: others would find its reports parked.
        await using var host = await PosHost.Start();
        var shop = await Shop.Open(host);
        await shop.Product("mug", 250, stock: 100);
        var session = await host.Journal.Open(new StreamName("order", "00000000000000000000000000000bad"), new Ignored(), CancellationToken.None);
        NewEvent[] poison = [new("order.paid", 1, "{}"u8.ToArray())];
        Assert.True(session.TryAppend(poison, new EventContext(TimeProvider.System.GetUtcNow(), "london"), WakeUpChange.Keep, out var appended));
        Assert.Equal(AppendResult.Durable, await appended);

        JsonNode? sales = null;
        await shop.Until("/stores/london/reports", answer => (sales = answer["items"].AsArray()[0])!["parked"] is not null);
        Assert.Equal(("sales", "order.paid", "order/00000000000000000000000000000bad"), ((string)sales!["report"]!, (string)sales["parked"]!["type"]!, (string)sales["parked"]!["stream"]!));

        Assert.Equal(HttpStatusCode.Created, (await shop.Sell("mug", 2)).Status);
        await shop.Until("/reports/stock?store=london", static answer => (long?)answer["report"]["rows"]!.AsArray().FirstOrDefault()?["sold"] == 2);
        Assert.True((bool)(await shop.Get("/reports/sales?store=london"))["report"]["freshness"]!["parked"]!);

        var position = (long)sales["parked"]!["position"]!;
        Assert.NotNull((await shop.Post("/stores/london/reports/sales/retry", null)).Json["parked"]);
        Assert.NotNull((await shop.Post("/stores/london/reports/sales/skip", $$"""{"position":{{position + 1}}}""")).Json["parked"]);
        Assert.Null((await shop.Post("/stores/london/reports/sales/skip", $$"""{"position":{{position}}}""")).Json["parked"]);
        await shop.Until("/reports/sales?store=london", static answer => Amount(answer["report"]["total"]!, "gross") == 500);
    }

    [Theory]
    [InlineData("sales")]
    [InlineData("stock")]
    [InlineData("sagas")]
    public async Task a_report_that_is_made_anew_is_the_same_and_goes_on(string report)
    {
        var sku = "again-" + report;
        await _shop.Product(sku, 100, stock: 100);
        await Sell($$"""{"sku":"{{sku}}","quantity":3}""", "2020-06-08T08:30:00Z", "till-1");
        for (var time = 0; time < 2; time++)
        {
            var begun = await _shop.Post($"/stores/london/reports/{report}/rebuild", null);
            Assert.Equal(HttpStatusCode.OK, begun.Status);
            JsonNode? progress = null;
            await _shop.Until("/stores/london/reports", answer =>
            {
                progress = answer["items"].AsArray().Single(item => (string?)item!["report"] == report);
                return progress!["rebuild"] is { } rebuild && !(bool)rebuild["underWay"]!;
            });
            Assert.True(progress!["rebuild"]!["error"] is null && progress["rebuild"]!["differences"]!.AsArray().Count == 0, progress.ToJsonString());
            Assert.Equal((long)progress["rebuild"]!["upTo"]!, (long)progress["rebuild"]!["position"]!);
        }

        await Sell($$"""{"sku":"{{sku}}","quantity":1}""", "2020-06-08T08:30:00Z", "till-1");
        await _shop.Until(
            "/reports/sales?store=london&from=2020-06-08&to=2020-06-08&groupBy=product",
            answer => answer["report"]["rows"]!.AsArray().Any(row => (string?)row!["key"] == sku && (long)row["pieces"]! == 4));
        await _shop.Until(
            "/reports/stock?store=london&limit=100",
            answer => answer["report"]["rows"]!.AsArray().Any(row => (string?)row!["sku"] == sku && (long)row["sold"]! == 4));
    }

    [Theory]
    [InlineData("/reports/profit", "sales, stock, sagas")]
    [InlineData("/reports/sale", "'sales'")]
    [InlineData("/reports/sales", "'store'")]
    [InlineData("/reports/sales?store=london&from=2020-01-01&to=2021-02-04", "400")]
    [InlineData("/reports/sales?store=london&from=2020-01-01", "400")]
    [InlineData("/reports/sales?store=london&from=2020-01-02&to=2020-01-01", "'from'")]
    [InlineData("/reports/sales?store=london&from=2999-01-02", "'from'")]
    [InlineData("/reports/sales?store=london&from=2020-1-2", "2026-01-31")]
    [InlineData("/reports/sales?store=london&from=2020-02-30", "2026-01-31")]
    [InlineData("/reports/sales?store=london&to=yesterday", "2026-01-31")]
    [InlineData("/reports/sales?store=london&to=0000-00-00", "2026-01-31")]
    [InlineData("/reports/sales?store=london&to=9999-12-31", "2026-01-31")]
    [InlineData("/reports/sales?store=london&groupBy=weekday", "day, hour, product")]
    [InlineData("/reports/sales?store=london&groupBy=Day", "'day'")]
    [InlineData("/reports/sales?store=london&groupBy=1", "day, hour, product")]
    [InlineData("/reports/sales?store=london&order=desc", "key, gross, pieces")]
    [InlineData("/reports/sales?store=london&format=xlsx", "csv or json")]
    [InlineData("/reports/sales?store=london&format=csv&limit=1", "all rows")]
    [InlineData("/reports/sales?store=london&limit=0", "1 to 100")]
    [InlineData("/reports/sales?store=london&cursor=abc", "'cursor'")]
    [InlineData("/reports/sales?store=london&zone=Mars", "'zone'")]
    [InlineData("/reports/stock?store=london&show=low", "'below'")]
    [InlineData("/reports/stock?store=london&below=3", "'below'")]
    [InlineData("/reports/stock?store=london&show=low&below=-1", "'below'")]
    [InlineData("/reports/stock?store=london&show=none", "all, low, short, held")]
    [InlineData("/reports/sagas?store=london&olderThan=5m", "PT5M")]
    public async Task a_question_that_cannot_be_answered_says_what_can(string path, string says)
    {
        var answer = await _shop.Until(path, static _ => true);
        Shop.IsProblem(answer, 400, "invalid-parameter");
        Assert.Contains(says, (string)answer["detail"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task a_cursor_of_another_list_is_refused()
    {
        await _shop.Product("report-c1", 100, stock: 1);
        await _shop.Product("report-c2", 100, stock: 1);
        var cursor = (string?)(await _shop.Until("/reports/stock?store=london&limit=1", static answer => (bool)answer["hasMore"])).Json["nextCursor"];
        Shop.IsProblem(await _shop.Get("/reports/sales?store=london&cursor=" + cursor), 400, "invalid-parameter");
        Shop.IsProblem(await _shop.Get("/reports/stock?store=london&show=held&cursor=" + cursor), 400, "invalid-parameter");
        Shop.IsProblem(await _shop.Get("/orders?store=london&cursor=" + cursor), 400, "invalid-parameter");
    }

    [Fact]
    public async Task a_store_that_does_not_exist_has_no_reports()
    {
        foreach (var path in (string[])["/reports/sales?store=nowhere", "/reports/stock?store=nowhere", "/reports/sagas?store=nowhere", "/stores/nowhere/reports"])
        {
            Shop.IsProblem(await _shop.Get(path), 404, "unknown-store");
        }
    }

    private static string Order(string lines, string at, string till) =>
        $$"""{"store":"london","till":"{{till}}","occurredAt":"{{at}}","lines":[{{lines}}],"cash":{"amount":100000,"currency":"GBP"} }""";

    private static long Amount(JsonNode row, string member) => (long)row[member]!["amount"]!;

    private async Task Sell(string lines, string at, string till)
    {
        var sold = await _shop.Post("/orders", Order(lines, at, till));
        Assert.True(sold.Status == HttpStatusCode.Created, sold.Text);
    }

    private Task<Answer> Report(string path, Func<JsonNode, bool> wished) => _shop.Until(path, answer => wished(answer["report"]["total"]!));

    private async Task<IEnumerable<string>> Rows(string groupBy)
    {
        var answer = await _shop.Until("/reports/sales?store=london&from=2020-06-01&to=2020-06-01&groupBy=" + groupBy, static _ => true);
        Assert.True(answer.Status == HttpStatusCode.OK, answer.Text);
        return answer["report"]["rows"]!.AsArray().Select(static row => string.Create(CultureInfo.InvariantCulture, $"{row!["key"]} {Amount(row, "gross")}"));
    }

    private async Task<List<JsonNode>> All(string path, int limit)
    {
        List<JsonNode> rows = [];
        string? cursor = null;
        do
        {
            var page = await _shop.Until($"{path}&limit={limit}{(cursor is null ? "" : "&cursor=" + cursor)}", static _ => true);
            rows.AddRange(page["report"]["rows"]!.AsArray().Select(static row => row!));
            cursor = (string?)page.Json["nextCursor"];
        }
        while (cursor is not null);
        return rows;
    }

    private sealed class Ignored : IStreamFold
    {
        public int StateVersion => 0;

        public void Restore(ReadOnlyMemory<byte> state, long version)
        {
        }

        public void Apply(in RecordedEvent recorded)
        {
        }
    }
}
