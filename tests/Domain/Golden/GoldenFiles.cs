using System.Collections.Immutable;
using System.Reflection;
using System.Text;
using Pos.Grains;
using Pos.Journal;
using static Pos.Tests.Shopkeeper;

namespace Pos.Tests;

/// <summary>Every kind of event, as the journals out there hold it: read for ever, and written byte for byte the same.</summary>
public sealed class GoldenFiles
{
    private static readonly DateTimeOffset NewYear = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Morning = new(2010, 12, 1, 8, 26, 0, TimeSpan.Zero);
    private static readonly HoldId Hold = new("00000000000000000000000000000001");
    private static readonly Currency Euro = new("EUR");

    private static readonly Annotations Words = new(
        "web-4711", "Wrap it.", "customer-12", Metadata.Of(new Dictionary<string, string> { ["country"] = "DE", ["a.B_c-1"] = "é" }));

    private static readonly OrderLine Cheese = new(
        1, new Sku("CHEESE"), "Cheese", ProductKind.Goods, 1, 2_000, 1_024, 0, 1_024, 0, 1_024, null, "2112345005126", new(EmbeddedKind.Weight, 512));

    private static readonly OrderLine CheapCheese = new(
        1, new Sku("CHEESE"), "Cheese", ProductKind.Goods, 1, 2_000, 1_000, 0, 1_000, 0, 1_000, "old", Approval: new("anna", 1, NewYear));

    private static readonly Dictionary<string, object> Known = new(StringComparer.Ordinal)
    {
        ["product.defined"] = new ProductEvent.Defined("Enamel mug", "", "Kitchen", new Money(1_290, Euro), "standard", ProductKind.Goods, true),
        ["product.defined~keyed"] = new ProductEvent.Defined(
            "Enamel mug", "", "Kitchen", new Money(1_290, Euro), "standard", ProductKind.Goods, true, Key("k1")),
        ["product.changed"] = new ProductEvent.Changed(Key("k1"), Price: new Money(1_190, Euro), Active: false),
        ["store.defined"] = new StoreEvent.Defined(
            "London", "Soho", "shop", Pounds, "Europe/London", true,
            ImmutableSortedDictionary.CreateRange(
                StringComparer.Ordinal, [KeyValuePair.Create("standard", 2_000), KeyValuePair.Create("reduced", 500)]),
            [new TillId("till-1"), new TillId("till-2")]),
        ["store.defined~keyed"] = new StoreEvent.Defined(
            "London", "Soho", "shop", Pounds, "Europe/London", true,
            ImmutableSortedDictionary.CreateRange(
                StringComparer.Ordinal, [KeyValuePair.Create("standard", 2_000), KeyValuePair.Create("reduced", 500)]),
            [new TillId("till-1"), new TillId("till-2")], Operation: Key("k2")),
        ["store.defined~labels"] = new StoreEvent.Defined(
            "London", "Soho", "shop", Pounds, "Europe/London", true, ImmutableSortedDictionary<string, int>.Empty, [new TillId("till-1")], 5,
            [new("21", EmbeddedKind.Weight, 5), new("22", EmbeddedKind.Price, 4)]),
        ["barcode.claimed"] = new BarcodeEvent.Claimed(Key("b1"), new Sku("85123A")),
        ["barcode.released"] = new BarcodeEvent.Released(Key("b2"), new Sku("85123A")),
        ["cart.opened"] = new CartEvent.Opened(London, Till, Key("k1"), Pounds, NewYear),
        ["cart.opened~copy"] = new CartEvent.Opened(London, Till, Key("k1"), Pounds, NewYear, new CartId(OrderNumber(3).Value), [new(Cheese, "anna")]),
        ["cart.opened~annotated"] = new CartEvent.Opened(London, Till, Key("k1"), Pounds, NewYear, Annotations: Words),
        ["cart.annotated"] = new CartEvent.Annotated(Key("k6"), NewYear, Words),
        ["cart.annotated~none"] = new CartEvent.Annotated(Key("k6"), NewYear),
        ["cart.line-added"] = new CartEvent.LineAdded(Key("k2"), Cheese, NewYear, "anna"),
        ["cart.line-changed"] = new CartEvent.LineChanged(Key("k3"), 1, 2, 2_048, 0, 2_048, NewYear),
        ["cart.line-changed~approved"] = new CartEvent.LineChanged(Key("k3"), 1, 2, 2_048, 0, 2_048, NewYear, "anna"),
        ["cart.line-removed"] = new CartEvent.LineRemoved(Key("k4"), 1, NewYear),
        ["cart.repriced"] = new CartEvent.Repriced(Key("k5"), [Cheese], NewYear),
        ["cart.parked"] = new CartEvent.Parked(Key("k6"), "blue coat", NewYear),
        ["cart.resumed"] = new CartEvent.Resumed(Key("k7"), Till, NewYear),
        ["cart.cancelled"] = new CartEvent.Cancelled("The customer left.", NewYear, null, Key("k8")),
        ["cart.cancelled~abandoned"] = new CartEvent.Cancelled("Nobody came back for it.", NewYear, CartEnd.Abandoned),
        ["cart.checked-out"] = new CartEvent.CheckedOut(
            Key("k9"), OrderId.Of(new CartId(OrderNumber(3).Value)),
            new(London, Till, [Cheese], true, Gbp(1_024), Gbp(0), Gbp(1_024), Gbp(50), Morning, 1, [new(1, 700, "tok_approve")],
                new(ReturnNumber(7), 275), new CartId(OrderNumber(3).Value), "anna"),
            NewYear),
        ["cart.checked-out~approved"] = new CartEvent.CheckedOut(
            Key("k9"), OrderId.Of(new CartId(OrderNumber(3).Value)),
            new(London, Till, [CheapCheese], true, Gbp(1_000), Gbp(0), Gbp(1_000), Gbp(1_000), Morning, Cart: new CartId(OrderNumber(3).Value), ApprovedBy: "anna"),
            NewYear),
        ["cart.checked-out~sold"] = new CartEvent.CheckedOut(
            Key("k9"), OrderId.Of(new CartId(OrderNumber(3).Value)),
            new(London, Till, [Cheese], true, Gbp(1_024), Gbp(0), Gbp(1_024), Gbp(50), Morning, 1, [new(1, 700, "tok_approve")],
                new(ReturnNumber(7), 275), new CartId(OrderNumber(3).Value), "anna", "bob"),
            NewYear),
        ["cart.retry-asked"] = new CartEvent.RetryAsked("k9"),
        ["cart.handed-over"] = new CartEvent.HandedOver(),
        ["stock.received"] = new StockEvent.Received(Key("r1"), 100, 100, "delivery 7"),
        ["stock.restocked"] = new StockEvent.Restocked(
            new($"{ReturnNumber(7)}.1", "", NewYear.AddDays(30)), 2, ReturnNumber(7), 102),
        ["stock.restocked~taken"] = new StockEvent.Restocked(
            new($"{ReturnNumber(7)}.1", "", NewYear.AddDays(30)), 2, ReturnNumber(7), 102, "bob", "anna"),
        ["stock.adjusted"] = new StockEvent.Adjusted(Key("a1"), -3, "breakage", 99),
        ["stock.adjusted~approved"] = new StockEvent.Adjusted(Key("a1"), -3, "breakage", 99, "anna"),
        ["stock.counted~approved"] = new StockEvent.Counted(Key("c1"), 95, -4, 95, "stocktaking", "anna"),
        ["stock.counted"] = new StockEvent.Counted(Key("c1"), 95, -4, 95, "stocktaking"),
        ["stock.policy-set"] = new StockEvent.PolicySet(Key("p1"), StockPolicy.Backorder),
        ["stock.reserved"] = new StockEvent.Reserved(Hold, "api", 2, false, NewYear.AddDays(1), NewYear.AddMinutes(15), "f1"),
        ["stock.reserved~made"] = new StockEvent.Reserved(Hold, "api", 2, false, NewYear.AddDays(1), NewYear.AddMinutes(15), "f1", "ann", NewYear),
        ["stock.pinned"] = new StockEvent.HoldPinned(Hold),
        ["stock.committed"] = new StockEvent.Committed(HoldId.Of(OrderNumber(1), 2), 6, 89),
        ["stock.committed~sold"] = new StockEvent.Committed(HoldId.Of(OrderNumber(1), 2), 6, 89, ApprovedBy: "anna", SoldBy: "bob"),
        ["stock.committed~later"] = new StockEvent.Committed(Hold, 6, 89, NewYear.AddDays(3)),
        ["stock.released"] = new StockEvent.Released(HoldId.Of(OrderNumber(1), 2), $"order:{OrderNumber(1)}", 6, NewYear.AddMinutes(10)),
        ["stock.committed~approved"] = new StockEvent.Committed(Hold, 6, 89, null, "given away", "anna"),
        ["stock.released~ended"] = new StockEvent.Released(Hold, "api", 6, NewYear.AddMinutes(10), "nobody came", "anna"),
        ["stock.expired"] = new StockEvent.Expired(Hold, 2),
        ["order.placed"] = new OrderEvent.Placed(
            London, Till, Key("k1"),
            [
                new(1, new Sku("85123A"), "WHITE HANGING HEART", ProductKind.Goods, 6, 300, 255, 2_000, 1_275, 255, 1_530, "replay"),
                new(2, new Sku("POST"), "Postage", ProductKind.Service, 1, 1_800, 1_800, 2_000, 1_500, 300, 1_800),
            ],
            true, Gbp(2_775), Gbp(555), Gbp(3_330), Gbp(4_000), Morning, NewYear),
        ["order.placed~approved"] = new OrderEvent.Placed(
            London, Till, Key("k1"), [CheapCheese], true, Gbp(1_000), Gbp(0), Gbp(1_000), Gbp(1_000), Morning, NewYear, ApprovedBy: "anna"),
        ["order.placed~sold"] = new OrderEvent.Placed(
            London, Till, Key("k1"),
            [
                new(1, new Sku("85123A"), "WHITE HANGING HEART", ProductKind.Goods, 6, 300, 255, 2_000, 1_275, 255, 1_530, "replay"),
                new(2, new Sku("POST"), "Postage", ProductKind.Service, 1, 1_800, 1_800, 2_000, 1_500, 300, 1_800),
            ],
            true, Gbp(2_775), Gbp(555), Gbp(3_330), Gbp(4_000), Morning, NewYear, SoldBy: "bob"),
        ["order.placed~annotated"] = new OrderEvent.Placed(
            London, Till, Key("k1"), [CheapCheese], true, Gbp(1_000), Gbp(0), Gbp(1_000), Gbp(1_000), Morning, NewYear, Annotations: Words),
        ["order.placed~exchanged"] = new OrderEvent.Placed(
            London, Till, Key("k1"), [new(1, new Sku("CHEESE"), "Cheese", ProductKind.Goods, 1, 1_002, 1_002, 0, 1_002, 0, 1_002)],
            true, Gbp(1_002), Gbp(0), Gbp(1_002), Gbp(50), Morning, NewYear, -2,
            Credit: new(ReturnNumber(7), 975, [new(1, 700, OrderNumber(1))], 275), CashRounding: 5),
        ["order.stock-reserved"] = new OrderEvent.StockReserved(1),
        ["order.cash-taken"] = new OrderEvent.CashTaken(Gbp(4_000), Gbp(670)),
        ["order.cancelled"] = new OrderEvent.Cancelled(
            "Line 1: 6 asked for, 2 available.", [new Shortage(1, new Sku("85123A"), 6, 2)], NewYear.AddSeconds(1), RejectionCode.InsufficientStock),
        ["order.cancelled~wished"] = new OrderEvent.Cancelled("She changed her mind.", [], NewYear.AddSeconds(1), null, Key("k3")),
        ["order.placed~charged"] = new OrderEvent.Placed(
            London, Till, Key("k1"),
            [
                new(1, new Sku("CHEESE"), "Cheese", ProductKind.Goods, 1, 2_000, 1_024, 0, 1_024, 0, 1_024, null, "2112345005127", new(EmbeddedKind.Weight, 512)),
            ],
            true, Gbp(1_024), Gbp(0), Gbp(1_024), Gbp(50), Morning, NewYear, 1, [new(1, 400, "tok_approve"), new(2, 300, "tok_approve")],
            new(ReturnNumber(7), 275), new CartId(OrderNumber(3).Value), "anna"),
        ["order.placed~held-by-sku"] = new OrderEvent.Placed(
            London, Till, Key("k1"),
            [
                new(1, new Sku("85123A"), "WHITE HANGING HEART", ProductKind.Goods, 6, 255, 255, 2_000, 1_275, 255, 1_530),
                new(2, new Sku("85123A"), "WHITE HANGING HEART", ProductKind.Goods, 6, 255, 255, 2_000, 1_275, 255, 1_530),
            ],
            true, Gbp(2_550), Gbp(510), Gbp(3_060), Gbp(4_000), Morning, NewYear, HoldsBySku: true),
        ["order.cancelled~not-held"] = new OrderEvent.Cancelled(
            "Line 1: 12 asked for, 2 available.", [new Shortage(1, new Sku("85123A"), 12, 2)], NewYear.AddSeconds(1), RejectionCode.InsufficientStock,
            NotHeld: [1]),
        ["order.paid"] = new OrderEvent.Paid(Gbp(50), Gbp(0)),
        ["order.settled"] = new OrderEvent.Settled(),
        ["order.settled~unpaid"] = new OrderEvent.Settled(Gbp(400)),
        ["order.return-accepted"] = new OrderEvent.ReturnAccepted(
            ReturnNumber(7), Key("k2"), Till, [new(1, 2, Disposition.Restock, 425, 85, 510)], Gbp(425), Gbp(85), Gbp(510), [new(1, 400), new(0, 110)],
            "faulty", Morning, NewYear, 5, true),
        ["order.return-accepted~approved"] = new OrderEvent.ReturnAccepted(
            ReturnNumber(7), Key("k2"), Till, [new(1, 2, Disposition.Restock, 425, 85, 510)], Gbp(425), Gbp(85), Gbp(510), [new(1, 400), new(0, 110)],
            "faulty", Morning, NewYear, 5, true, ApprovedBy: "anna"),
        ["order.return-accepted~taken"] = new OrderEvent.ReturnAccepted(
            ReturnNumber(7), Key("k2"), Till, [new(1, 2, Disposition.Restock, 425, 85, 510)], Gbp(425), Gbp(85), Gbp(510), [new(1, 400), new(0, 110)],
            "faulty", Morning, NewYear, 5, true, TakenBy: "bob"),
        ["order.return-accepted~annotated"] = new OrderEvent.ReturnAccepted(
            ReturnNumber(7), Key("k2"), Till, [new(1, 2, Disposition.Restock, 425, 85, 510)], Gbp(425), Gbp(85), Gbp(510), [new(1, 400), new(0, 110)],
            "faulty", Morning, NewYear, 5, true, Annotations: Words),
        ["order.return-accepted~coins"] = new OrderEvent.ReturnAccepted(
            ReturnNumber(7), Key("k2"), Till, [new(1, 2, Disposition.Restock, 425, 85, 510)], Gbp(425), Gbp(85), Gbp(510),
            [new(1, 300, null, true), new(1, 100, OrderNumber(3), true), new(0, 110)], "faulty", Morning, NewYear, 5, null, 510, null, "anna"),
        ["order.return-accepted~exchanged"] = new OrderEvent.ReturnAccepted(
            ReturnNumber(7), Key("k2"), Till, [new(1, 2, Disposition.Restock, 425, 85, 510)], Gbp(425), Gbp(85), Gbp(510),
            [new(1, 399), new(0, 111)], "faulty", Morning, NewYear, 5, true, 110, 111),
        ["order.return-handed-over"] = new OrderEvent.ReturnHandedOver(ReturnNumber(7)),
        ["order.retry-asked"] = new OrderEvent.RetryAsked("k9"),
        ["return.accepted"] = new ReturnEvent.Accepted(
            London, Till, Key("k1"),
            [new(1, new Sku("85123A"), "WHITE HANGING HEART", ProductKind.Goods, 2, 255, 2_000, Disposition.WriteOff, 425, 85, 510)],
            true, Gbp(425), Gbp(85), Gbp(510), "faulty", Morning, NewYear),
        ["return.accepted~order"] = new ReturnEvent.Accepted(
            London, Till, Key("k1"),
            [new(1, new Sku("85123A"), "WHITE HANGING HEART", ProductKind.Goods, 2, 255, 2_000, Disposition.Restock, 425, 85, 510, 3)],
            true, Gbp(425), Gbp(85), Gbp(510), "faulty", Morning, NewYear, OrderNumber(1), [new(1, 400), new(0, 110)], 5, true, "anna"),
        ["return.accepted~taken"] = new ReturnEvent.Accepted(
            London, Till, Key("k1"),
            [new(1, new Sku("85123A"), "WHITE HANGING HEART", ProductKind.Goods, 2, 255, 2_000, Disposition.WriteOff, 425, 85, 510)],
            true, Gbp(425), Gbp(85), Gbp(510), "faulty", Morning, NewYear, ApprovedBy: "anna", TakenBy: "bob"),
        ["return.accepted~annotated"] = new ReturnEvent.Accepted(
            London, Till, Key("k1"),
            [new(1, new Sku("85123A"), "WHITE HANGING HEART", ProductKind.Goods, 2, 255, 2_000, Disposition.WriteOff, 425, 85, 510)],
            true, Gbp(425), Gbp(85), Gbp(510), "faulty", Morning, NewYear, ApprovedBy: "anna", Annotations: Words),
        ["return.accepted~coins"] = new ReturnEvent.Accepted(
            London, Till, Key("k1"),
            [new(1, new Sku("85123A"), "WHITE HANGING HEART", ProductKind.Goods, 2, 255, 2_000, Disposition.Restock, 425, 85, 510, 3)],
            true, Gbp(425), Gbp(85), Gbp(510), "faulty", Morning, NewYear, OrderNumber(1), [new(1, 399), new(0, 111)], 5, true, "anna", 110, 111),
        ["return.restocked"] = new ReturnEvent.Restocked(),
        ["return.credit-taken"] = new ReturnEvent.CreditTaken(OrderNumber(2), Gbp(500)),
        ["return.credit-given-back"] = new ReturnEvent.CreditGivenBack(OrderNumber(2)),
        ["return.credit-kept"] = new ReturnEvent.CreditKept(OrderNumber(2)),
        ["return.pay-out-asked"] = new ReturnEvent.PayOutAsked("No new order came."),
        ["return.pay-out-asked~wished"] = new ReturnEvent.PayOutAsked("Nothing fits.", Key("k4")),
        ["return.completed"] = new ReturnEvent.Completed(Gbp(510)),
        ["return.completed~exchange"] = new ReturnEvent.Completed(Gbp(9), [new(1, 9)], Gbp(500), -1),
        ["return.completed~unpaid"] = new ReturnEvent.Completed(Gbp(510), [new(1, 500), new(0, 10)], Unpaid: [new(1, 500)]),
        ["return.retry-asked"] = new ReturnEvent.RetryAsked("k9"),
        ["payment.retry-asked"] = new PaymentEvent.RetryAsked("k9"),
        ["payment.requested"] = new PaymentEvent.Requested(
            OrderNumber(1), London, Till, 1, Gbp(1_330), "tok_approve", PaymentId.Of(OrderNumber(1), 1).Value, NewYear),
        ["payment.captured"] = new PaymentEvent.Captured("sim-00000001", NewYear),
        ["payment.declined"] = new PaymentEvent.Declined("insufficient-funds", NewYear),
        ["payment.undo-asked"] = new PaymentEvent.UndoAsked("the order was cancelled", NewYear, London),
        ["payment.abandoned"] = new PaymentEvent.Abandoned(NewYear),
        ["payment.voided"] = new PaymentEvent.Voided("sim-00000002", NewYear),
        ["payment.refund-asked"] = new PaymentEvent.RefundAsked("undo", Gbp(1_330)),
        ["payment.refund-closed"] = new PaymentEvent.RefundClosed(
            Key("k1"), "undo", Gbp(1_330), "not-found", "Paid by bank transfer.", "olga", NewYear),
        ["payment.refunded"] = new PaymentEvent.Refunded("undo", Gbp(1_330), "sim-00000003", NewYear),
    };

    public static TheoryData<string> Names => [.. Known.Keys];

    [Theory, MemberData(nameof(Names))]
    public void A_recorded_event_reads_as_it_was_meant_and_is_written_byte_for_byte_the_same(string name)
    {
        var golden = Golden(name);
        var (read, written) = name[..name.IndexOf('.', StringComparison.Ordinal)] switch
        {
            "product" => Both(ProductJournal.Codec, name, golden),
            "store" => Both(StoreJournal.Codec, name, golden),
            "stock" => Both(StockJournal.Codec, name, golden),
            "order" => Both(OrderJournal.Codec, name, golden),
            "barcode" => Both(BarcodeJournal.Codec, name, golden),
            "cart" => Both(CartJournal.Codec, name, golden),
            "payment" => Both(PaymentJournal.Codec, name, golden),
            _ => Both(ReturnJournal.Codec, name, golden),
        };
        Assert.Equal(golden, written);
        Assert.Equivalent(Known[name], read, strict: true);
    }

    [Fact]
    public void Every_kind_of_event_has_a_golden_file()
    {
        string[] named =
        [
            .. ProductJournal.Codec.Cases.Select(@case => @case.Name), .. StoreJournal.Codec.Cases.Select(@case => @case.Name),
            .. StockJournal.Codec.Cases.Select(@case => @case.Name), .. OrderJournal.Codec.Cases.Select(@case => @case.Name),
            .. BarcodeJournal.Codec.Cases.Select(@case => @case.Name), .. CartJournal.Codec.Cases.Select(@case => @case.Name),
            .. ReturnJournal.Codec.Cases.Select(@case => @case.Name), .. PaymentJournal.Codec.Cases.Select(@case => @case.Name),
        ];
        Assert.Equal(named.Order(StringComparer.Ordinal), Known.Keys.Select(Event).Distinct().Order(StringComparer.Ordinal));
        Assert.Equal(Known.Keys.Order(StringComparer.Ordinal), Assembly.GetExecutingAssembly().GetManifestResourceNames().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void An_event_of_a_newer_release_is_refused_by_name()
    {
        var unknown = Assert.Throws<UnreadableEventException>(() => StockJournal.Codec.Read(Recorded("stock.blessed", 1, "{}")));
        Assert.Contains("'stock.blessed' version 1", unknown.Message, StringComparison.Ordinal);
        Assert.Throws<UnreadableEventException>(() => StockJournal.Codec.Read(Recorded("stock.pinned", 2, "{}")));
        Assert.Throws<UnreadableEventException>(() => StockJournal.Codec.Read(Recorded("stock.pinned", 1, "{}")));
    }

    [Fact]
    public void Members_that_a_later_release_added_are_passed_over() =>
        Assert.Equal(new StockEvent.HoldPinned(Hold), StockJournal.Codec.Read(Recorded("stock.pinned", 1, $$"""{"hold":"{{Hold}}","mood":"good"}""")));

    // Behind the tilde: which of several shapes of one event.
    private static string Event(string name) => name.Split('~')[0];

    private static OperationKey Key(string id) => new(id, "f1", NewYear.AddDays(1));

    private static (object Read, string Written) Both<TEvent>(EventCodec<TEvent> codec, string name, string golden) where TEvent : class
    {
        var written = codec.Write((TEvent)Known[name]);
        Assert.Equal((Event(name), 1), (written.Type, written.TypeVersion));
        return (codec.Read(Recorded(Event(name), 1, golden)), Encoding.UTF8.GetString(written.Payload.Span));
    }

    private static RecordedEvent Recorded(string name, int version, string payload) => new(
        1, StreamName.Parse("some/stream"), 1, name, version, NewYear, new EventContext(NewYear), Encoding.UTF8.GetBytes(payload), default);

    private static string Golden(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name) ?? throw new InvalidOperationException($"{name} has no file.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().TrimEnd('\n');
    }
}
