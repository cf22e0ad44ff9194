using System.Net;
using System.Text;

namespace Pos.Tests;

/// <summary>Whatever comes in: a named refusal, and not one event.</summary>
public sealed class BadInputTests(OpenShop open) : IClassFixture<OpenShop>
{
    private const string Line = """{"sku":"tea","quantity":1}""";
    private const string Cash = """{"amount":10000,"currency":"GBP"}""";

    private Shop Shop => open.Shop;

    private static string Order(
        string lines = $"[{Line}]", string cash = Cash, string store = "\"london\"", string till = "\"till-1\"", string more = "") =>
        $$"""{"store":{{store}},"till":{{till}},"lines":{{lines}},"cash":{{cash}}{{more}}}""";

    public static TheoryData<string, string, int, string, string> Unreadable()
    {
        var deep = new StringBuilder().Insert(0, "[", 40).Append(']', 40).ToString();
        return new()
        {
            { "not JSON", "hello", 400, "malformed-body", "$" },
            { "cut off", """{"store":"london",""", 400, "malformed-body", "$" },
            { "empty", "", 400, "malformed-body", "" },
            { "null", "null", 400, "malformed-body", "" },
            { "an array", "[]", 400, "malformed-body", "$" },
            { "two values", Order() + "{}", 400, "malformed-body", "$" },
            { "a comment", "/* hi */" + Order(), 400, "malformed-body", "$" },
            { "a trailing comma", Order(more: ","), 400, "malformed-body", "$" },
            { "an unknown member", Order(more: ",\"price\":1"), 400, "malformed-body", "$.price" },
            { "an unknown nested member", Order("""[{"sku":"tea","quantity":1,"price":5}]"""), 400, "malformed-body", "$.lines[0].price" },
            { "a member in other case", Order(more: ",\"Till\":\"till-1\""), 400, "malformed-body", "$.Till" },
            { "a duplicate member", Order(more: ",\"till\":\"till-2\""), 400, "malformed-body", "$.till" },
            { "a duplicate nested member", Order(cash: """{"amount":1,"amount":10000,"currency":"GBP"}"""), 400, "malformed-body", "$.cash.amount" },
            { "a missing member", """{"store":"london","lines":[]}""", 400, "malformed-body", "$" },
            { "a missing nested member", Order(cash: """{"amount":10000}"""), 400, "malformed-body", "$.cash" },
            { "a null member", Order(store: "null"), 400, "malformed-body", "$.store" },
            { "null lines", Order("null"), 400, "malformed-body", "$.lines" },
            { "a null line", Order("[null]"), 400, "malformed-body", "$.lines[0]" },
            { "a quantity in quotes", Order("""[{"sku":"tea","quantity":"1"}]"""), 400, "malformed-body", "$.lines[0].quantity" },
            { "half a piece", Order("""[{"sku":"tea","quantity":1.5}]"""), 400, "malformed-body", "$.lines[0].quantity" },
            { "a quantity beyond 32 bits", Order("""[{"sku":"tea","quantity":99999999999}]"""), 400, "malformed-body", "$.lines[0].quantity" },
            { "a quantity beyond anything", Order("""[{"sku":"tea","quantity":1e999}]"""), 400, "malformed-body", "$.lines[0].quantity" },
            { "an amount beyond 64 bits", Order(cash: """{"amount":9223372036854775808,"currency":"GBP"}"""), 400, "malformed-body", "$.cash.amount" },
            { "an object for lines", Order("{}"), 400, "malformed-body", "$.lines" },
            { "a number for a store", Order(store: "7"), 400, "malformed-body", "$.store" },
            { "no store's name", Order(store: "\"London Town\""), 400, "malformed-body", "$.store" },
            { "a SKU with a line break", Order("""[{"sku":"te\na","quantity":1}]"""), 400, "malformed-body", "$.lines[0].sku" },
            { "no currency", Order(cash: """{"amount":1,"currency":"XXX"}"""), 400, "malformed-body", "$.cash.currency" },
            { "no time", Order(more: ",\"occurredAt\":\"yesterday\""), 400, "malformed-body", "$.occurredAt" },
            { "a time without an offset", Order(more: ",\"occurredAt\":\"2026-01-01T00:00:00\""), 400, "malformed-body", "$.occurredAt" },
            { "too deep", Order(deep), 400, "malformed-body", "$.lines[0]" },
            { "half a character", Order(more: ",\"occurredAt\":\"\\ud800\""), 400, "malformed-body", "$.occurredAt" },
        };
    }

    public static TheoryData<string, string, int, string> Refused() => new()
    {
        { "no piece", Order("""[{"sku":"tea","quantity":0}]"""), 422, "invalid-quantity" },
        { "less than no piece", Order("""[{"sku":"tea","quantity":-1}]"""), 422, "invalid-quantity" },
        { "too many pieces", Order("""[{"sku":"tea","quantity":100001}]"""), 422, "invalid-quantity" },
        { "the most pieces that 32 bits hold", Order("""[{"sku":"tea","quantity":2147483647}]"""), 422, "invalid-quantity" },
        { "no line", Order("[]"), 422, "invalid-value" },
        { "too many lines", Order("[" + string.Join(',', Enumerable.Repeat(Line, 1_001)) + "]"), 422, "invalid-value" },
        { "an unknown SKU", Order("""[{"sku":"Tea","quantity":1}]"""), 404, "unknown-product" },
        { "an unknown store", Order(store: "\"paris\""), 404, "unknown-store" },
        { "an unknown till", Order(till: "\"till-9\""), 422, "unknown-till" },
        { "another currency", Order(cash: """{"amount":10000,"currency":"USD"}"""), 422, "wrong-currency" },
        { "a price in another currency", Order("""[{"sku":"tea","quantity":1,"override":{"unitPrice":{"amount":1,"currency":"USD"},"reason":"r"}}]"""), 422, "wrong-currency" },
        { "a negative price", Order("""[{"sku":"tea","quantity":1,"override":{"unitPrice":{"amount":-1,"currency":"GBP"},"reason":"r"}}]"""), 422, "invalid-value" },
        { "an override without reason", Order("""[{"sku":"tea","quantity":1,"override":{"unitPrice":{"amount":1,"currency":"GBP"},"reason":""}}]"""), 422, "invalid-value" },
        { "a sum that overflows", Order("""[{"sku":"tea","quantity":100000,"override":{"unitPrice":{"amount":9223372036854775807,"currency":"GBP"},"reason":"r"}}]"""), 422, "amount-too-large" },
        { "a sum beyond the limit", Order("""[{"sku":"tea","quantity":100000,"override":{"unitPrice":{"amount":999999999999,"currency":"GBP"},"reason":"r"}}]"""), 422, "amount-too-large" },
        { "too little cash", Order(cash: """{"amount":249,"currency":"GBP"}"""), 422, "tender-too-small" },
        { "negative cash", Order(cash: """{"amount":-1,"currency":"GBP"}"""), 422, "invalid-value" },
        { "a time in the future", Order(more: ",\"occurredAt\":\"2100-01-01T00:00:00Z\""), 422, "time-in-future" },
        { "a product that is not sold", Order("""[{"sku":"gone","quantity":1}]"""), 409, "product-inactive" },
    };

    public static TheoryData<string, string, string, int, string> Operations() => new()
    {
        { "POST", "/stores/london/stock/tea/receipts", """{"quantity":0}""", 422, "invalid-quantity" },
        { "POST", "/stores/london/stock/tea/receipts", """{"quantity":-5}""", 422, "invalid-quantity" },
        { "POST", "/stores/london/stock/tea/receipts", """{"quantity":1000000001}""", 422, "invalid-quantity" },
        { "POST", "/stores/london/stock/tea/receipts", """{"quantity":1,"note":null}""", 400, "malformed-body" },
        { "POST", "/stores/london/stock/none/receipts", """{"quantity":1}""", 404, "unknown-product" },
        { "POST", "/stores/paris/stock/tea/receipts", """{"quantity":1}""", 404, "unknown-store" },
        { "POST", "/stores/london/stock/postage/receipts", """{"quantity":1}""", 422, "not-stocked" },
        { "POST", "/stores/london/stock/tea/adjustments", """{"delta":0,"reason":"r"}""", 422, "invalid-quantity" },
        { "POST", "/stores/london/stock/tea/adjustments", """{"delta":1,"reason":""}""", 422, "invalid-value" },
        { "POST", "/stores/london/stock/tea/adjustments", """{"delta":1,"reason":"r","occurredAt":"2100-01-01T00:00:00Z"}""", 422, "time-in-future" },
        { "POST", "/stores/london/stock/tea/counts", """{"counted":-1}""", 422, "invalid-quantity" },
        { "POST", "/stores/london/stock/tea/holds", """{"quantity":0,"expiresInSeconds":60}""", 422, "invalid-quantity" },
        { "POST", "/stores/london/stock/tea/holds", """{"quantity":1,"expiresInSeconds":0}""", 422, "invalid-value" },
        { "POST", "/stores/london/stock/tea/holds", """{"quantity":1,"expiresInSeconds":86401}""", 422, "invalid-value" },
        { "POST", "/stores/london/stock/tea/holds/00000000000000000000000000000000/commit", """{"reason":"x"}""", 404, "unknown-hold" },
        { "POST", "/stores/london/stock/tea/holds/nonsense/commit", """{"reason":"x"}""", 400, "invalid-parameter" },
        { "PUT", "/stores/london/stock/tea/policy", """{"policy":"maybe"}""", 400, "malformed-body" },
        { "PUT", "/stores/london/stock/tea/policy", """{"policy":1}""", 400, "malformed-body" },
        { "PUT", "/stores/london", """{"name":"L","district":"","kind":"","currency":"EUR","timeZone":"Europe/London","taxInclusive":true,"taxRates":{"standard":2000},"tills":["till-1"]}""", 409, "currency-fixed" },
        { "PUT", "/stores/oslo", """{"name":"","district":"","kind":"","currency":"NOK","timeZone":"Europe/Oslo","taxInclusive":true,"taxRates":{},"tills":["till-1"]}""", 422, "invalid-value" },
        { "PUT", "/stores/oslo", """{"name":"O","district":"","kind":"","currency":"NOK","timeZone":"Mars/Crater","taxInclusive":true,"taxRates":{},"tills":["till-1"]}""", 422, "invalid-value" },
        { "PUT", "/stores/oslo", """{"name":"O","district":"","kind":"","currency":"NOK","timeZone":"Europe/Oslo","taxInclusive":true,"taxRates":{},"tills":[]}""", 422, "invalid-value" },
        { "PUT", "/stores/oslo", """{"name":"O","district":"","kind":"","currency":"NOK","timeZone":"Europe/Oslo","taxInclusive":true,"taxRates":{"a":1,"a":2},"tills":["till-1"]}""", 400, "malformed-body" },
        { "PUT", "/stores/Os-lo", "{}", 400, "invalid-parameter" },
        { "PUT", "/products/tea", """{"name":"Tea","description":"","category":"","price":{"amount":-1,"currency":"GBP"},"taxClass":"standard","kind":"goods","active":true}""", 422, "invalid-value" },
        { "PUT", "/products/tea", """{"name":"Tea","description":"","category":"","price":{"amount":1000000000001,"currency":"GBP"},"taxClass":"standard","kind":"goods","active":true}""", 422, "amount-too-large" },
        { "PATCH", "/products/none", """{"name":"None"}""", 404, "unknown-product" },
        { "PATCH", "/products/tea", """{"name":""}""", 422, "invalid-value" },
        { "POST", "/orders/00000000000000000000000000000000/cancel", """{"reason":"r"}""", 404, "unknown-order" },
        { "POST", "/returns", """{"store":"london","till":"till-1","lines":[{"sku":"tea","quantity":1,"disposition":"burn"}],"reason":"r"}""", 400, "malformed-body" },
        { "POST", "/returns", """{"store":"london","till":"till-1","lines":[null],"reason":"r"}""", 400, "malformed-body" },
        { "POST", "/returns", """{"store":"london","till":"till-1","lines":[{"sku":"tea","quantity":0,"disposition":"restock"}],"reason":"r"}""", 422, "invalid-quantity" },
        { "POST", "/returns", """{"store":"london","till":"till-1","lines":[{"sku":"tea","quantity":1,"disposition":"restock"}],"reason":""}""", 422, "invalid-value" },
        { "POST", "/returns", """{"store":"london","till":"till-1","lines":[{"sku":"none","quantity":1,"disposition":"restock"}],"reason":"r"}""", 404, "unknown-product" },
    };

    public static TheoryData<string, int, string> Questions() => new()
    {
        { "/orders/00000000000000000000000000000000", 404, "unknown-order" },
        { "/orders/00000000000000000000000000000000/history", 404, "unknown-order" },
        { "/orders/nonsense", 400, "invalid-parameter" },
        { "/orders", 400, "invalid-parameter" },
        { "/orders?store=paris", 404, "unknown-store" },
        { "/orders?store=P", 400, "invalid-parameter" },
        { "/orders?store=london&limit=0", 400, "invalid-parameter" },
        { "/orders?store=london&limit=101", 400, "invalid-parameter" },
        { "/orders?store=london&limit=ten", 400, "invalid-parameter" },
        { "/orders?store=london&limit=99999999999999999999", 400, "invalid-parameter" },
        { "/orders?store=london&cursor=nonsense", 400, "invalid-parameter" },
        { "/orders?store=london&cursor=__________8", 400, "invalid-parameter" },
        { "/returns/00000000000000000000000000000000", 404, "unknown-return" },
        { "/returns?store=paris", 404, "unknown-store" },
        { "/payments/00000000000000000000000000000000.1", 404, "unknown-payment" },
        { "/payments/00000000000000000000000000000000.0", 400, "invalid-parameter" },
        { "/payments/nonsense", 400, "invalid-parameter" },
        { "/stores/paris", 404, "unknown-store" },
        { "/stores/paris/stock", 404, "unknown-store" },
        { "/stores/london/stock/gone", 404, "unknown-stock-item" },
        { "/stores/london/stock/gone/ledger", 404, "unknown-stock-item" },
        { "/stores/london/stock/tea/holds/00000000000000000000000000000000", 404, "unknown-hold" },
        { "/products/none", 404, "unknown-product" },
        { "/products/%20none", 400, "invalid-parameter" },
        { "/products/%FF", 400, "invalid-parameter" },
        { "/products/" + new string('x', 65), 400, "invalid-parameter" },
        { "/orders?store=london&store=paris", 400, "invalid-parameter" },
        { "/nothing", 404, "not-found" },
    };

    [Theory, MemberData(nameof(Unreadable))]
    public async Task an_unreadable_order_names_the_place_and_leaves_no_event(string what, string body, int status, string code, string path)
    {
        var answer = await Unchanged(() => Shop.Post("/orders", body));
        Shop.IsProblem(answer, status, code);
        Assert.True((string?)answer.Json["at"]?["path"] == (path.Length == 0 ? null : path), $"{what}: {answer.Text}");
    }

    [Theory, MemberData(nameof(Refused))]
    public async Task a_refused_order_says_why_and_leaves_no_event(string what, string body, int status, string code)
    {
        var answer = await Unchanged(() => Shop.Post("/orders", body));
        Assert.True(answer.Code == code, $"{what}: {answer.Text}");
        Shop.IsProblem(answer, status, code);
    }

    [Theory, MemberData(nameof(Operations))]
    public async Task a_refused_operation_says_why_and_leaves_no_event(string method, string path, string body, int status, string code)
    {
        var answer = await Unchanged(() => Shop.Send(new HttpMethod(method), path, body.Length == 0 ? null : body, method == "PUT" ? null : Shop.NewKey()));
        Shop.IsProblem(answer, status, code);
    }

    [Theory, MemberData(nameof(Questions))]
    public async Task a_question_that_has_no_answer_is_a_problem(string path, int status, string code)
    {
        var answer = await Unchanged(() => Shop.Get(path));
        Shop.IsProblem(answer, status, code);
    }

    [Theory]
    [InlineData(null, "idempotency-key-missing")]
    [InlineData("", "idempotency-key-invalid")]
    [InlineData("käse", "idempotency-key-invalid")]
    [InlineData("256", "idempotency-key-invalid")]
    public async Task a_post_without_a_proper_key_is_refused(string? key, string code)
    {
        var answer = await Unchanged(async () =>
        {
            var sent = key == "256" ? new string('k', 256) : key;
            var header = sent is null ? "" : $"Idempotency-Key: {sent}\r\n";
            return await RawHttp.Send(open.Host.Port, $"POST /api/v1/orders HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer an-operator\r\nConnection: close\r\n{header}Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{{}}");
        });
        Assert.StartsWith("HTTP/1.1 400", answer, StringComparison.Ordinal);
        Assert.Contains(code, answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task two_keys_are_as_good_as_none()
    {
        var answer = await Unchanged(() => RawHttp.Send(
            open.Host.Port, "POST /api/v1/orders HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer an-operator\r\nConnection: close\r\nIdempotency-Key: a\r\nIdempotency-Key: b\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"));
        Assert.Contains("idempotency-key-invalid", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("application/json; charset=utf-16")]
    public async Task a_body_of_another_type_is_refused(string? type)
    {
        var answer = await Unchanged(async () =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/orders") { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(Order())) };
            request.Headers.Add("Idempotency-Key", Shop.NewKey());
            if (type is not null)
            {
                request.Content.Headers.TryAddWithoutValidation("Content-Type", type);
            }

            return await Shop.Send(request);
        });
        Shop.IsProblem(answer, 415, "unsupported-media-type");
    }

    [Fact]
    public async Task bytes_that_are_no_utf8_are_refused()
    {
        var answer = await Unchanged(async () =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/stores/london/stock/tea/receipts")
            {
                Content = new ByteArrayContent([.. "{\"quantity\":1,\"note\":\""u8, 0xC3, 0x28, .. "\"}"u8]),
            };
            request.Content.Headers.ContentType = new("application/json");
            request.Headers.Add("Idempotency-Key", Shop.NewKey());
            return await Shop.Send(request);
        });
        Shop.IsProblem(answer, 400, "malformed-body");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task a_body_over_256_KB_is_refused_whether_it_says_so_or_not(bool chunked)
    {
        var answer = await Unchanged(async () =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/orders")
            {
                Content = new StringContent(Order(more: new string(' ', 300_000)), Encoding.UTF8, "application/json"),
            };
            request.Headers.Add("Idempotency-Key", Shop.NewKey());
            request.Headers.TransferEncodingChunked = chunked;
            return await Shop.Send(request);
        });
        Shop.IsProblem(answer, 413, "body-too-large");
    }

    [Fact]
    public async Task a_refused_body_does_not_cost_the_connection()
    {
        var request = "POST /api/v1/orders HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer an-operator\r\nIdempotency-Key: k\r\nContent-Type: application/json\r\nContent-Length: 5\r\n";
        var answers = await RawHttp.Send(open.Host.Port, $"{request}\r\n{{\"a\":{request}\r\nhello{request}Connection: close\r\n\r\n[1,2]");
        Assert.Equal(3, answers.Split("HTTP/1.1 400").Length - 1);
    }

    [Fact]
    public async Task a_large_body_within_the_limit_is_read_whole()
    {
        var answer = await Shop.Post("/orders", Order(store: "\"paris\"", more: new string(' ', 200_000)));
        Shop.IsProblem(answer, 404, "unknown-store");
    }

    [Fact]
    public async Task a_method_that_an_address_does_not_take_is_a_problem_that_names_those_it_takes()
    {
        using var request = new HttpRequestMessage(HttpMethod.Delete, "/api/v1/orders");
        var answer = await Unchanged(() => Shop.Send(request));
        Shop.IsProblem(answer, 405, "method-not-allowed");
        Assert.Equal(["GET", "POST"], answer.ContentHeaders.Allow.Order());
    }

    private async Task<T> Unchanged<T>(Func<Task<T>> request)
    {
        if (await Shop.Get("/products/tea") is { Status: HttpStatusCode.NotFound })
        {
            await Shop.Product("tea", stock: 10);
            await Shop.Product("postage", kind: "service");
            await Shop.Product("gone");
            await Shop.Send(HttpMethod.Patch, "/products/gone", """{"active":false}""", Shop.NewKey());
        }

        var head = await Shop.QuietHead();
        var answer = await request();
        Assert.Equal(head, open.Host.Journal.Head);
        return answer;
    }
}
