using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pos.Api.Barcodes;
using Pos.Api.Carts;
using Pos.Api.Catalogue;
using Pos.Api.Orders;
using Pos.Api.Reports;
using Pos.Api.Returns;
using Pos.Api.Stock;
using Pos.Receipts;
using Pos.Reports;

namespace Pos.Api.OpenApi;

/// <summary>One example of every request and answer, in types, so that they cannot drift from the API.</summary>
internal static class Samples
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);
    private static readonly StoreId Store = new("demo");
    private static readonly TillId Till = new("till-1");
    private static readonly Sku Espresso = new("espresso");
    private static readonly HoldId Hold = new("fd61a03af4f77d870fc21e05e7e80678");
    private static readonly OrderId OrderId = new("9f86d081884c7d659a2feaa0c55ad015");
    private static readonly ReturnId ReturnId = new("60303ae22b998861bce3b28f33eec1be");
    private static readonly Totals OnePack = new(Euro(747), Euro(52), Euro(799));
    private static readonly Totals TwoPacks = new(Euro(1_493), Euro(105), Euro(1_598));

    private static readonly ImmutableSortedDictionary<string, int> Rates = ImmutableSortedDictionary.CreateRange(
        StringComparer.Ordinal, [KeyValuePair.Create("reduced", 700), KeyValuePair.Create("standard", 1_900)]);

    private static readonly StoreView StoreView =
        new(Store, "Corner shop", "Old town", "shop", new Currency("EUR"), "Europe/Berlin", true, Rates, [Till], null, 1);

    private static readonly ProductView ProductView =
        new(Espresso, "Espresso beans, 250 g", "", "Coffee", Euro(799), "reduced", ProductKind.Goods, true, 1);

    private static readonly StockView StockView = new(Store, Espresso, 100, 2, 98, StockPolicy.Deny, 1, 3);

    private static readonly LedgerEntry LedgerEntry = new(1, Noon, Noon, "received", 100, 100, "Delivery note 4711", "ann");

    private static readonly OrderView OrderView = new(
        OrderId, Store, Till, OrderStatus.Confirmed, false,
        [new OrderLineView(1, Espresso, "Espresso beans, 250 g", ProductKind.Goods, 2, Euro(799), Euro(799), null, 700, TwoPacks)],
        TwoPacks, [new TenderView(TenderKind.Cash, Euro(1_598))], new CashView(Euro(2_000), Euro(402)), null, null, null, Noon, Noon, [], ["return"], 3, "ben", Euro(0));

    private static readonly OrderHistory OrderHistory = new(
        OrderId,
        [
            new OrderTransition(OrderStatus.Created, "order.placed", Noon, "placed at till-1", "", 1),
            new OrderTransition(OrderStatus.StockReserved, "order.stock-reserved", Noon, "every line is held", "", 2),
            new OrderTransition(OrderStatus.Confirmed, "order.cash-taken", Noon, "cash was taken", "", 3),
            new OrderTransition(null, "order.settled", Noon, "stock was committed", "", 4),
        ]);

    private static readonly ReturnView ReturnView = new(
        ReturnId, Store, Till, ReturnStatus.Completed,
        [new ReturnLineView(1, Espresso, "Espresso beans, 250 g", ProductKind.Goods, 1, Euro(799), 700, Disposition.Restock, OnePack)],
        OnePack, "wrong roast", Noon, Noon, null, [new RefundView(TenderKind.Cash, Euro(799))], null, null, [], 2, Euro(0), "ben");

    private static readonly HoldView HoldView = new(Hold, "api", 2, HoldStatus.Held, Noon.AddMinutes(15), 98, 3, "ann", Noon);

    private static readonly PaymentView PaymentView = new(
        PaymentId.Of(OrderId, 1), OrderId, Store, 1, Euro(1_598), PaymentStatus.Captured, true, null, "sim-00000001", Euro(799),
        [new PaymentRefundView(ReturnId.Value, Euro(799), "sim-00000002")], 4);

    private static readonly SagaView SagaView = new(
        "order", OrderId.Value, Store, "STOCK_RESERVED", "charge", Noon, 3, "charge: no answer within 5 seconds", Noon.AddSeconds(8), Noon.AddSeconds(30),
        [new SagaStepView("order.placed", Noon, "placed at till-1", "anna", 1), new SagaStepView("order.stock-reserved", Noon, "reserve", "order:" + OrderId.Value, 2)],
        ["retry", "cancel"], 2);

    private static readonly ReportFreshness Fresh = new(4_711, Noon, 0, false);

    private static readonly SalesRow SalesRow = new(
        "2026-01-31", null, Noon.AddHours(-13), Noon.AddHours(11), true, 0, 1, 2, Euro(1_598), Euro(1_493), Euro(105), Euro(0), 0, 0, Euro(0), Euro(0), Euro(0), 0, Euro(1_598));

    private static readonly ReportProgress ReportProgress = new(
        ReportKind.Sales, Fresh with { Parked = true, LagMs = 60_000 }, 4_720,
        new(4_712, "order/9f86d081884c7d659a2feaa0c55ad015", 3, "order.paid", "The payload of order.paid does not fit.", 5, Noon));

    private static readonly CartView CartView = new(
        new("7f7c1b0e5d0c4f3ab8a6c0d4e1b2a397"), Store, Till, CartStatus.Open, null,
        [new CartLineView(1, Espresso, "Espresso beans, 250 g", 2, Euro(799), Euro(799), null, 700, TwoPacks, "4006381333931")],
        TwoPacks, null, null, null, Noon, Noon, ["add", "change", "remove", "refresh", "annotate", "park", "checkout", "cancel"], 2);

    private static readonly FrozenDictionary<Type, object> ByType = new object[]
    {
        new StoreDetails("Corner shop", "Old town", "shop", new Currency("EUR"), "Europe/Berlin", true, Rates, [Till]),
        new ProductDetails("Espresso beans, 250 g", "", "Coffee", Euro(799), "reduced", ProductKind.Goods, true),
        new ChangeProductRequest(Price: Euro(849)),
        new ReceiptRequest(100, "Delivery note 4711"),
        new AdjustmentRequest(-1, "Torn bag"),
        new CountRequest(97, "Monthly count"),
        new PolicyRequest(StockPolicy.Deny),
        new HoldRequest(2, 900),
        new CommitHoldRequest("given to the hospital"),
        new EndHoldRequest("nobody came for them"),
        new PlaceOrderRequest(Store, Till, [new OrderLineRequest(Espresso, 2)], Euro(2_000), [new CardRequest("tok_approve", Euro(500))]),
        new ClaimBarcodeRequest(Espresso),
        new BarcodeView(new Barcode("4006381333931"), Espresso, 1),
        new DecodedBarcode(new Barcode("2112345005126"), new Barcode("2112345000008"), new Sku("cheese"), new EmbeddedValue(EmbeddedKind.Weight, 512), 1),
        new OpenCartRequest(Store, Till),
        new AddCartLineRequest(2, Barcode: "4006381333931"),
        new ChangeCartLineRequest(3),
        new AnnotateCartRequest("web-4711", "Wrap it as a present.", "customer-12", new Dictionary<string, string> { ["country"] = "DE" }),
        new ParkCartRequest("blue coat"),
        new ResumeCartRequest(Till),
        new CancelCartRequest("The customer left."),
        new CheckOutCartRequest(Euro(2_000), ExpectedTotal: Euro(1_598)),
        CartView,
        new CancelOrderRequest("The customer changed her mind."),
        new CloseRefundRequest("The provider has lost the charge; paid by bank transfer on 3 March.", ReturnId.Value),
        new PlaceReturnRequest(Store, Till, [new ReturnedLineRequest(Espresso, 1, Disposition.Restock)], "wrong roast"),
        new ReturnLinesRequest(Till, [new ReturnedLine(1, 1, Disposition.Restock)], "wrong roast"),
        new PayOutRequest("The customer found nothing else."),
        StoreView, ProductView, StockView, OrderView, OrderHistory, Receipt.Of(OrderView, StoreView, [], isCopy: false), ReturnView, PaymentView, SagaView,
        HoldView,
        new SkipEventRequest(4_712),
        Page(new ReportDescription("sales", "What was sold and taken back, by business day", "/api/v1/reports/sales", ["day", "product"])),
        new ReportAnswer<SalesReport>(
            new(Store, "Europe/Berlin", new(2026, 1, 31), new(2026, 1, 31), SalesGrouping.Day, Fresh, true, 0, SalesRow with { Key = "total", From = null, To = null, Closed = null, Revision = null }, [SalesRow], ""),
            false, null),
        new ReportAnswer<StockReport>(new(Store, Fresh, 1, 100, 2, 0, [new(Espresso, 100, 2, 98, 100, 0, 0, 0, 0, Noon)], ""), false, null),
        new ReportAnswer<SagaReport>(
            new(Store, Fresh, [new("payment", "payment.requested", 1, 0, 0)], 1, [new("payment", PaymentId.Of(OrderId, 1).ToString(), "payment.requested", Noon, Noon, null)], ""), false, null),
        ReportProgress,
        Page(ReportProgress),
        Page(StoreView), Page(ProductView), Page(new FoundProduct(ProductView, 98)), Page(StockView), Page(HoldView), Page(LedgerEntry), Page(OrderView), Page(ReturnView), Page(SagaView), Page(CartView),
    }.ToFrozenDictionary(sample => sample.GetType());

    /// <summary>An example as JSON, or null for a type without one.</summary>
    public static JsonNode? Of(Type type) =>
        ByType.TryGetValue(type, out var sample) ? JsonSerializer.SerializeToNode(sample, ApiJson.Wire.GetTypeInfo(type)!) : null;

    /// <summary>An example of a body to send, or null for a type without one: what it does not say is absent, since a null is refused where it means nothing.</summary>
    public static JsonNode? OfRequest(Type type)
    {
        var sample = Of(type);
        foreach (var absent in sample is JsonObject body ? body.Where(static member => member.Value is null).Select(static member => member.Key).ToArray() : [])
        {
            sample!.AsObject().Remove(absent);
        }

        return sample;
    }

    /// <summary>A problem of a kind as JSON.</summary>
    public static JsonNode Of(ProblemKind kind)
    {
        var problem = new Problem(kind.Type, kind.Title, kind.Status, kind.Title, kind.Code, "0af7651916cd43dd8448eb211c80319c");
        if (kind == Problems.Of(RejectionCode.InsufficientStock))
        {
            problem = problem with { Detail = "Line 1: 2 of 'espresso' were asked for, 1 is available.", Shortages = [new Shortage(1, Espresso, 2, 1)], Order = OrderId };
        }
        else if (kind == Problems.MalformedBody)
        {
            problem = problem with { Detail = "The value has the wrong type or does not fit.", At = new BodyPlace("$.lines[0].quantity", 1, 74) };
        }

        return JsonSerializer.SerializeToNode(problem, ApiJson.Wire.Problem)!;
    }

    private static Money Euro(long amount) => new(amount, new Currency("EUR"));

    private static Page<T> Page<T>(T item) => new([item], false, null);
}
