using System.Runtime.CompilerServices;
using System.Text.Json;
using Pos.Journal;

namespace Pos.Tests.Simulated;

/// <summary>
/// Every effect in the journal is covered by the authority of whoever asked, or by an approval for exactly that effect. The table of what
/// takes whom is the checker's own, and so is what each approval was given for.
/// </summary>
internal sealed class Authority(Book book, Requests requests, Violations violations)
{
    private const string Everywhere = "";

    private readonly PriceApprovals _prices = new();

    /// <summary>Looks at an event right after its stream has taken it in.</summary>
    public void Take(in RecordedEvent e, JsonElement body, StreamTrace stream)
    {
        var (actor, where) = (e.Context.Actor, $"{stream.Stream}@{stream.Version}");
        if (Ask(e.Type) is not { } ask)
        {
            Require(false, where, $"nobody said who may cause {e.Type}");
            return;
        }

        if (actor.Length == 0 || actor.Contains(':', StringComparison.Ordinal))
        {
            Require(IsOwn(actor, ask, stream), where, $"{e.Type} is caused by {(actor.Length == 0 ? "nobody" : actor)}, and is not theirs to cause");
            return;
        }

        var (who, request) = (requests.WhoIs(actor), requests.Find(e.Context.Causation));
        if (who is null || request is null || request.Actor != actor)
        {
            Require(false, where, $"{e.Type} bears the name {actor}, and {request?.Actor ?? "nobody"} has asked for {e.Context.Causation}");
            return;
        }

        var store = StoreOf(stream);
        Require(
            ask.Rank is { } least && who.Rank >= least && (ask.Everywhere ? who.Stores is null : store == Everywhere || who.Knows(store)), where,
            $"{e.Type} in {store} takes a {ask.Rank}{(ask.Everywhere ? " of all stores" : "")}, and {who} has asked");
        Approved(e, body, stream, new Approvals(request, who, requests.WhoIs(request.Approver), store), where);
    }

    /// <summary>A request was let in: whoever sent it may ask for that there.</summary>
    /// <param name="request">The request.</param>
    /// <param name="named">The store that it names, or null.</param>
    public void Admitted(Request request, string? named)
    {
        var (who, least) = (requests.WhoIs(request.Actor)!, LeastFor(request.Kind));
        var store = named ?? (book.Find(request.Stream) is { } stream ? StoreOf(stream) : null);
        Require(who.Rank >= least, request.Stream, $"{request.Kind} takes a {least}, and {who} was let in");
        Require(store is null or Everywhere || who.Knows(store), request.Stream, $"{request.Kind} is about {store}, and {who} was let in");
        if (requests.WhoIs(request.Approver) is { } approver)
        {
            Require(
                approver.Rank >= Rank.Manager && (store is null or Everywhere || approver.Knows(store)), request.Stream,
                $"{request.Kind} is about {store}, and was let in with the word of {approver}");
        }
    }

    /// <summary>The least rank that may ask for something.</summary>
    public static Rank LeastFor(string kind) => kind switch
    {
        "listSagas" or "getSaga" or "retrySaga" or "cancelSaga" or "closeRefund" or "defineStore" or "retryReport" or "skipReportEvent" or "rebuildReport" => Rank.Operator,
        "receiveStock" or "setStockPolicy" or "defineProduct" or "changeProduct" or "claimBarcode" or "releaseBarcode" => Rank.Manager,
        "openCart" or "addCartLine" or "changeCartLine" or "removeCartLine" or "refreshCart" or "annotateCart" or "parkCart" or "resumeCart" or "cancelCart" or "checkOutCart"
            or "placeOrder" or "cancelOrder" or "placeReturn" or "returnLines" or "payOutReturn" or "adjustStock" or "countStock" or "createHold"
            or "pinHold" or "commitHold" or "releaseHold" or "endHold" => Rank.Cashier,
        _ when Requests.IsRead(kind) => Rank.Reader,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "Nobody said who may ask for it."),
    };

    /// <summary>Who may cause an event: a person of some rank, and the things that are owed it.</summary>
    private static Allowed? Ask(string type) => type switch
    {
        "store.defined" => new(Rank.Operator, Everywhere: true),
        "product.defined" or "product.changed" or "barcode.claimed" or "barcode.released" => new(Rank.Manager, Everywhere: true),
        "stock.received" or "stock.policy-set" => new(Rank.Manager),
        "stock.adjusted" or "stock.counted" => new(Rank.Cashier),
        "stock.reserved" or "stock.pinned" or "stock.committed" or "stock.released" => new(Rank.Cashier, "order"),
        "stock.restocked" => new(null, "return"),
        "stock.expired" => new(null, ""),
        "cart.opened" or "cart.line-added" or "cart.line-changed" or "cart.line-removed" or "cart.repriced" or "cart.annotated" or "cart.parked"
            or "cart.resumed" or "cart.checked-out" => new(Rank.Cashier),
        "cart.cancelled" => new(Rank.Cashier, "cart"),
        "cart.handed-over" => new(null, "cart"),
        "order.placed" => new(Rank.Cashier, "cart"),
        "order.cancelled" => new(Rank.Cashier, "order"),
        "order.return-accepted" => new(Rank.Cashier),
        "order.stock-reserved" or "order.cash-taken" or "order.paid" or "order.settled" or "order.return-handed-over" => new(null, "order"),
        "return.accepted" => new(Rank.Cashier, "order"),
        "return.pay-out-asked" => new(Rank.Cashier, "return"),
        "return.credit-taken" or "return.credit-given-back" or "return.credit-kept" => new(null, "order"),
        "return.restocked" or "return.completed" => new(null, "return"),
        "payment.requested" or "payment.undo-asked" => new(null, "order"),
        "payment.refund-asked" => new(null, "return", "payment"),
        "payment.captured" or "payment.declined" or "payment.voided" or "payment.refunded" => new(null, "payment"),
        "payment.abandoned" => new(null, "order", "payment"),
        "payment.refund-closed" => new(Rank.Operator),
        "order.retry-asked" or "return.retry-asked" or "payment.retry-asked" or "cart.retry-asked" => new(Rank.Operator, "order"),
        _ => null,
    };

    // A saga acts for whoever began it, whose authority was looked at then; it acts on what is its own, in its own store.
    private bool IsOwn(string actor, Allowed ask, StreamTrace stream)
    {
        if (actor.Length == 0)
        {
            return ask.Sagas.Contains(actor);
        }

        var (saga, id) = (actor[..actor.IndexOf(':', StringComparison.Ordinal)], actor[(actor.IndexOf(':', StringComparison.Ordinal) + 1)..]);
        var itself = ask.Sagas.Contains(saga) && stream.Stream == $"{saga}/{id}";
        var other = ask.Sagas.Contains(saga) && book.Find($"{saga}/{id}") is { } owner && (StoreOf(owner) == StoreOf(stream) || IsOfOther(owner, stream));
        return itself || other;
    }

    // An order's first event, told by its cart, and a return's, told by its order, are what names their store.
    private static bool IsOfOther(StreamTrace owner, StreamTrace stream) => (owner, stream) switch
    {
        (OrderTrace order, PaymentTrace payment) => order.Id == payment.Order,
        (ReturnTrace, PaymentTrace) => true,
        _ => false,
    };

    private void Approved(in RecordedEvent e, JsonElement body, StreamTrace stream, Approvals by, string where)
    {
        switch (e.Type)
        {
            case "stock.adjusted":
                Exactly(by, Effects.Adjustment(stream.Stream, body.Long("delta")), body, where);
                break;
            case "stock.counted":
                Exactly(by, Effects.Count(stream.Stream, body.Long("counted")), body, where);
                break;
            case "stock.committed":
                Exactly(by, Effects.Removal(body.Text("hold")), body, where);
                break;
            case "stock.released" when requests.Find(body.Text("hold")) is { } made && made.Actor != e.Context.Actor && body.Long("quantity") > 0:
                Exactly(by, Effects.Removal(body.Text("hold")), body, where);
                break;
            case "order.return-accepted" when body.GetProperty("refunds").EnumerateArray().Any(static refund => refund.TryGetProperty("inCash", out _)):
                Exactly(by, Effects.InCash(body.Text("return")), body, where);
                break;
            case "return.accepted" when !body.TryGetProperty("order", out _):
                Exactly(
                    by, Effects.TakenBack(body.GetProperty("lines").EnumerateArray().Select(line => (line.Text("sku"), line.Long("quantity")))), body, where);
                break;
            case "order.placed" when !body.TryGetProperty("cart", out _):
                foreach (var line in body.GetProperty("lines").EnumerateArray().Where(PriceApprovals.IsOverridden))
                {
                    Exactly(by, Effects.Line(line.Text("sku"), line.Long("quantity"), line.Long("unitPrice")), body, where);
                }

                break;
            case "cart.opened" or "cart.line-added" or "cart.line-changed" or "cart.line-removed" or "cart.repriced" or "cart.checked-out":
                if (_prices.Take(e.Type, body, ((CartTrace)stream).Id, by) is { } uncovered)
                {
                    Require(false, where, uncovered);
                }

                break;
        }
    }

    private void Exactly(Approvals by, string effect, JsonElement body, string where)
    {
        var named = body.TryGetProperty("approvedBy", out var name) ? name.GetString() : null;
        Require(by.Cover(effect) && named == by.Name, where, $"{effect}: approved by {named ?? "nobody"} as the event says, and {by}");
    }

    private string StoreOf(StreamTrace stream) => stream switch
    {
        StockItem => stream.Stream.Split('/')[1],
        OrderTrace order => order.Store,
        CartTrace cart => cart.Store,
        ReturnTrace back => back.Store,
        PaymentTrace payment => book.OrderOf(payment.Order)?.Store ?? Everywhere,
        _ => Everywhere,
    };

    private void Require(bool holds, [InterpolatedStringHandlerArgument(nameof(holds))] Words where, [InterpolatedStringHandlerArgument(nameof(holds))] Words what) => violations.Require(holds, Invariant.EffectsAreAuthorised, where, what);

    private sealed record Allowed(Rank? Rank, bool Everywhere, params string[] Sagas)
    {
        public Allowed(Rank? rank, params string[] sagas)
            : this(rank, false, sagas)
        {
        }
    }
}
