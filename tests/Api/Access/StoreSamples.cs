using System.Net.Http.Headers;
using System.Text;

namespace Pos.Tests;

/// <summary>A request that touches something of a store, for every endpoint there is: an endpoint without one fails the tests that use them by its name.</summary>
/// <param name="Path">Its address.</param>
/// <param name="Body">JSON, or null.</param>
internal sealed record StoreSample(string Path, string? Body = null)
{
    /// <summary>By the endpoint's name, or its method and pattern where it has none. STORE, ORDER, CART, RETURN and HOLD stand for things of one store.</summary>
    public static Dictionary<string, StoreSample> ByEndpoint { get; } = new(StringComparer.Ordinal)
    {
        ["defineStore"] = Of("/stores/STORE", """{"name":"x","district":"","kind":"shop","currency":"GBP","timeZone":"Europe/London","taxInclusive":true,"taxRates":{},"tills":["till-1"]}"""),
        ["GET /metrics"] = new("/metrics", null),
        ["getStore"] = Of("/stores/STORE"),
        ["listStores"] = Of("/stores"),
        ["defineProduct"] = Of("/products/tea", """{"name":"x","description":"","category":"","price":{"amount":1,"currency":"GBP"},"taxClass":"standard","kind":"goods","active":true}"""),
        ["changeProduct"] = Of("/products/tea", """{"name":"x"}"""),
        ["getProduct"] = Of("/products/tea"),
        ["listProducts"] = Of("/products"),
        ["searchProducts"] = Of("/products/search?q=tea"),
        ["claimBarcode"] = Of("/barcodes/4006381333931", """{"sku":"tea"}"""),
        ["releaseBarcode"] = Of("/barcodes/4006381333931"),
        ["getBarcode"] = Of("/barcodes/4006381333931"),
        ["listStock"] = Of("/stores/STORE/stock"),
        ["getStock"] = Of("/stores/STORE/stock/tea"),
        ["receiveStock"] = Of("/stores/STORE/stock/tea/receipts", """{"quantity":1}"""),
        ["adjustStock"] = Of("/stores/STORE/stock/tea/adjustments", """{"delta":-1,"reason":"x"}"""),
        ["countStock"] = Of("/stores/STORE/stock/tea/counts", """{"counted":1}"""),
        ["setStockPolicy"] = Of("/stores/STORE/stock/tea/policy", """{"policy":"backorder"}"""),
        ["getLedger"] = Of("/stores/STORE/stock/tea/ledger"),
        ["createHold"] = Of("/stores/STORE/stock/tea/holds", """{"quantity":1,"expiresInSeconds":60}"""),
        ["listHolds"] = Of("/stores/STORE/stock/tea/holds"),
        ["getHold"] = Of("/stores/STORE/stock/tea/holds/HOLD"),
        ["pinHold"] = Of("/stores/STORE/stock/tea/holds/HOLD/pin"),
        ["commitHold"] = Of("/stores/STORE/stock/tea/holds/HOLD/commit", """{"reason":"x"}"""),
        ["endHold"] = Of("/stores/STORE/stock/tea/holds/HOLD/end", """{"reason":"x"}"""),
        ["releaseHold"] = Of("/stores/STORE/stock/tea/holds/HOLD/release"),
        ["openCart"] = Of("/carts", """{"store":"STORE","till":"till-1"}"""),
        ["listCarts"] = Of("/carts?store=STORE"),
        ["getCart"] = Of("/carts/CART"),
        ["addCartLine"] = Of("/carts/CART/lines", """{"sku":"tea","override":{"unitPrice":{"amount":1,"currency":"GBP"},"reason":"x"}}"""),
        ["changeCartLine"] = Of("/carts/CART/lines/1", """{"quantity":9}"""),
        ["removeCartLine"] = Of("/carts/CART/lines/1"),
        ["refreshCart"] = Of("/carts/CART/refresh"),
        ["annotateCart"] = Of("/carts/CART/annotations", """{"reference":"x"}"""),
        ["parkCart"] = Of("/carts/CART/park", """{"label":"x"}"""),
        ["resumeCart"] = Of("/carts/CART/resume", """{"till":"till-1"}"""),
        ["cancelCart"] = Of("/carts/CART/cancel", """{"reason":"x"}"""),
        ["checkOutCart"] = Of("/carts/CART/checkout", """{"cash":{"amount":100000,"currency":"GBP"}}"""),
        ["placeOrder"] = Of("/orders", """{"store":"STORE","till":"till-1","lines":[{"sku":"tea","quantity":1}],"cash":{"amount":100000,"currency":"GBP"}}"""),
        ["listOrders"] = Of("/orders?store=STORE"),
        ["getOrder"] = Of("/orders/ORDER"),
        ["getReceipt"] = Of("/orders/ORDER/receipt"),
        ["getOrderHistory"] = Of("/orders/ORDER/history"),
        ["cancelOrder"] = Of("/orders/ORDER/cancel", """{"reason":"x"}"""),
        ["returnLines"] = Of("/orders/ORDER/returns", """{"till":"till-1","reason":"x","lines":[{"line":1,"quantity":1,"disposition":"restock"}]}"""),
        ["placeReturn"] = Of("/returns", """{"store":"STORE","till":"till-1","reason":"x","lines":[{"sku":"tea","quantity":1,"disposition":"restock"}]}"""),
        ["listReturns"] = Of("/returns?store=STORE"),
        ["getReturn"] = Of("/returns/RETURN"),
        ["payOutReturn"] = Of("/returns/RETURN/pay-out", """{"reason":"x"}"""),
        ["getPayment"] = Of("/payments/ORDER.1"),
        ["listReports"] = Of("/reports"),
        ["getSalesReport"] = Of("/reports/sales?store=STORE"),
        ["getStockReport"] = Of("/reports/stock?store=STORE"),
        ["getSagaReport"] = Of("/reports/sagas?store=STORE"),
        ["listReportProgress"] = Of("/stores/STORE/reports"),
        ["retryReport"] = Of("/stores/STORE/reports/sales/retry"),
        ["rebuildReport"] = Of("/stores/STORE/reports/stock/rebuild"),
        ["skipReportEvent"] = Of("/stores/STORE/reports/sales/skip", """{"position":1}"""),
        ["listSagas"] = Of("/sagas"),
        ["getSaga"] = Of("/sagas/order/ORDER"),
        ["retrySaga"] = Of("/sagas/order/ORDER/retry"),
        ["closeRefund"] = Of("/sagas/payment/ORDER.1/close-refund", """{"reason":"x"}"""),
        ["cancelSaga"] = Of("/sagas/order/ORDER/cancel", """{"reason":"x"}"""),
        ["POST /admin/verify"] = new("/admin/verify"),
        ["GET /health/live"] = new("/health/live"),
        ["GET /health/ready"] = new("/health/ready"),
        ["GET /openapi/v1.json"] = new("/openapi/v1.json"),
        ["GET /try-it-out.js"] = new("/try-it-out.js"),
        ["GET /problems/{code}"] = new("/problems/forbidden"),
    };

    /// <summary>The request, with something put where it does not belong.</summary>
    public HttpRequestMessage Request(HttpMethod method, StorePlace place, string key, string? approval, string idempotencyKey)
    {
        var query = Path.IndexOf('?', StringComparison.Ordinal) is >= 0 and var at ? Path[(at + 1)..] : "";
        var parts = string.Join('&', ((string[])[place.Before, query, place.After]).Where(static part => part.Length > 0));
        var request = new HttpRequestMessage(method, new Uri(Path.Split('?')[0] + (parts.Length > 0 ? "?" + parts : ""), UriKind.Relative));
        if (place.Body(Body) is { } body)
        {
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        }

        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        request.Headers.Add("Idempotency-Key", idempotencyKey);
        if (approval is not null)
        {
            request.Headers.Add("X-Approval", approval);
        }

        foreach (var (name, value) in place.Headers)
        {
            request.Headers.Add(name, value);
        }

        return request;
    }

    private static StoreSample Of(string path, string? body = null) => new("/api/v1" + path, body);
}

/// <summary>Where a request names a store beside the one that owns what it touches.</summary>
internal sealed record StorePlace(string Name, string Before = "", string After = "")
{
    public (string Name, string Value)[] Headers { get; init; } = [];

    public Func<string?, string?> Body { get; init; } = static body => body;

    public static readonly StorePlace Nowhere = new("nowhere");

    /// <summary>Every place, with the store of whoever asks and the store that owns the thing.</summary>
    public static IEnumerable<StorePlace> All(string own, string other)
    {
        string[] queries =
        [
            $"store={own}", $"Store={own}", $"STORE={own}", $"sToRe={own}", $"%73tore={own}", $"store={own}&store={own}", $"store={own}&STORE={own}",
            $"store={own}&store={other}", $"store={other}&store={own}", $"Store={other}&store={own}", $"store={other}", $"STORE={other}", "store=", "store",
            $"store=%20{own}", $"store={own},{other}", $"store[]={own}", $"store%5B%5D={own}", $"store={own}&id={own}",
        ];
        foreach (var query in queries)
        {
            yield return new($"?{query} behind", After: query);
            yield return new($"?{query} before", Before: query);
        }

        foreach (var header in (string[])["store", "Store", "X-Store", "X-Store-Id", "X-Original-URL"])
        {
            yield return new($"header {header}") { Headers = [(header, header == "X-Original-URL" ? $"/api/v1/stores/{own}" : own)] };
        }

        yield return new("header, twice") { Headers = [("store", own), ("store", other)] };
        foreach (var member in (string[])["store", "Store", "STORE"])
        {
            yield return new($"body, first member {member}") { Body = body => body is null ? $$"""{"{{member}}":"{{own}}"}""" : $$"""{"{{member}}":"{{own}}",{{body[1..]}}""" };
            yield return new($"body, last member {member}") { Body = body => body is null ? $$"""{"{{member}}":"{{own}}"}""" : $$"""{{body[..^1]}},"{{member}}":"{{own}}"}""" };
        }

        yield return new("everywhere", $"store={own}", $"STORE={own}") { Headers = [("store", own)] };
    }
}
