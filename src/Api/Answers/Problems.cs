using System.Collections.Frozen;
using System.Collections.Immutable;
using Microsoft.AspNetCore.Http;
using Orleans.Runtime;
using Pos.Reports;

namespace Pos.Api.Answers;

/// <summary>A kind of problem: the part of an error that clients can rely on.</summary>
/// <param name="Status">HTTP status.</param>
/// <param name="Code">Stable; last part of the problem's <c>type</c>.</param>
/// <param name="Title">One sentence, the same for every problem of the kind.</param>
/// <param name="RetryAfterSeconds">When repeating the request makes sense; 0 when it does not.</param>
internal sealed record ProblemKind(int Status, string Code, string Title, int RetryAfterSeconds = 0)
{
    /// <summary>Resolves to a page of this API that describes the kind.</summary>
    public string Type { get; } = "/problems/" + Code;
}

/// <summary>The one place where refusals and faults become HTTP.</summary>
internal static class Problems
{
    /// <summary>No problem at all, and no body either: the client has what it asks for. Ends a GET as a refusal does.</summary>
    public static readonly ProblemKind NotModified = new(304, "not-modified", "The thing has not changed.");

    public static readonly ProblemKind MalformedBody = new(400, "malformed-body", "The body is not the JSON that this operation takes.");
    public static readonly ProblemKind InvalidParameter = new(400, "invalid-parameter", "A part of the path, the query or a header cannot be read.");
    public static readonly ProblemKind KeyMissing = new(400, "idempotency-key-missing", "The Idempotency-Key header is missing.");
    public static readonly ProblemKind KeyInvalid = new(400, "idempotency-key-invalid", "The Idempotency-Key header is not 1 to 255 printable ASCII characters.");
    public static readonly ProblemKind BadRequest = new(400, "bad-request", "The request cannot be read.");
    public static readonly ProblemKind Unauthenticated = new(401, "unauthenticated", "The request has no key, or the key is unknown.");
    public static readonly ProblemKind Forbidden = new(403, "forbidden", "This key may not do that.");
    public static readonly ProblemKind ApprovalRefused = new(403, "approval-refused", "The approval is not by a manager of this store.");
    public static readonly ProblemKind NotFound = new(404, "not-found", "Nothing is at this address.");
    public static readonly ProblemKind UnknownStockItem = new(404, "unknown-stock-item", "This store never had this product.");
    public static readonly ProblemKind MethodNotAllowed = new(405, "method-not-allowed", "This address does not support this method.");
    public static readonly ProblemKind RequestTimeout = new(408, "request-timeout", "The request arrived too slowly.");
    public static readonly ProblemKind OrderCancelled = new(409, "order-cancelled", "The order has been cancelled.");
    public static readonly ProblemKind BodyTooLarge = new(413, "body-too-large", "The body is larger than 256 KB.");
    public static readonly ProblemKind UnsupportedMediaType = new(415, "unsupported-media-type", "The body is not declared as application/json in UTF-8.");
    public static readonly ProblemKind UnsupportedEncoding = new(415, "unsupported-encoding", "The body is encoded in a way that this server does not decode.");
    public static readonly ProblemKind UriTooLong = new(414, "uri-too-long", "Path and query are longer than 8 KB.");
    public static readonly ProblemKind HeadersTooLarge = new(431, "headers-too-large", "The request has more than 64 headers, or more than 16 KB of headers.");
    public static readonly ProblemKind TooManyRequests = new(429, "too-many-requests", "This key, or this address without a key, sent too many requests.", 1);
    public static readonly ProblemKind Internal = new(500, "internal", "The server failed. Repeating the request with the same key is safe.");
    public static readonly ProblemKind NotDurable = new(503, "not-durable", "The outcome could not be made durable. Repeat the request with the same key.", 1);
    public static readonly ProblemKind Overloaded = new(503, "overloaded", "Too many requests are under way. Nothing was done.", 1);
    public static readonly ProblemKind OutcomeUnknown = new(503, "outcome-unknown", "No answer came in time. Repeat the request with the same key.", 1);
    public static readonly ProblemKind Unavailable = new(503, "unavailable", "The server is starting or stopping, or cannot reach its journal or its silos.", 1);

    private static readonly FrozenDictionary<RejectionCode, ProblemKind> Rejections = new Dictionary<RejectionCode, ProblemKind>
    {
        [RejectionCode.InvalidValue] = new(422, "invalid-value", "A value is missing, malformed or beyond its limit."),
        [RejectionCode.UnknownProduct] = new(404, "unknown-product", "No product has this SKU."),
        [RejectionCode.UnknownStore] = new(404, "unknown-store", "No store has this id."),
        [RejectionCode.UnknownTill] = new(422, "unknown-till", "The store has no such till."),
        [RejectionCode.UnknownOrder] = new(404, "unknown-order", "There is no such order."),
        [RejectionCode.UnknownHold] = new(404, "unknown-hold", "There is no such hold."),
        [RejectionCode.UnknownReturn] = new(404, "unknown-return", "There is no such return."),
        [RejectionCode.VersionMismatch] = new(412, "version-mismatch", "The thing was changed meanwhile."),
        [RejectionCode.ApprovalRequired] = new(403, "approval-required", "A manager has to approve this."),
        [RejectionCode.UnknownCart] = new(404, "unknown-cart", "There is no such cart."),
        [RejectionCode.CartEmpty] = new(409, "cart-empty", "There is nothing in the cart."),
        [RejectionCode.PriceChanged] = new(409, "price-changed", "The cart's total is not the total that was shown."),
        [RejectionCode.BarcodeTaken] = new(409, "barcode-taken", "The barcode belongs to another product."),
        [RejectionCode.UnknownBarcode] = new(404, "unknown-barcode", "No product has this barcode."),
        [RejectionCode.InvalidBarcode] = new(422, "invalid-barcode", "The barcode is malformed, or its price or weight cannot be sold."),
        [RejectionCode.TenderMismatch] = new(422, "tender-mismatch", "Cards, credit and cash do not add up to the total."),
        [RejectionCode.NoCardProvider] = new(422, "no-card-provider", "This server takes no cards: it has no payment provider."),
        [RejectionCode.PaymentDeclined] = new(402, "payment-declined", "A card was declined."),
        [RejectionCode.PaymentTimedOut] = new(504, "payment-timed-out", "The payment provider did not answer in time."),
        [RejectionCode.ReturnedTooMuch] = new(409, "returned-too-much", "The return has more pieces than were sold."),
        [RejectionCode.CreditNotAvailable] = new(409, "credit-not-available", "The return has no such credit."),
        [RejectionCode.UnknownLine] = new(422, "unknown-line", "There is no such line."),
        [RejectionCode.UnknownPayment] = new(404, "unknown-payment", "There is no such payment."),
        [RejectionCode.InvalidQuantity] = new(422, "invalid-quantity", "The quantity is zero, negative or beyond its limit."),
        [RejectionCode.AmountTooLarge] = new(422, "amount-too-large", "A sum of money is beyond its limit."),
        [RejectionCode.WrongCurrency] = new(422, "wrong-currency", "The currency is not the store's."),
        [RejectionCode.TimeInFuture] = new(422, "time-in-future", "The business time lies in the future."),
        [RejectionCode.TenderTooSmall] = new(422, "tender-too-small", "The cash handed over does not cover the total."),
        [RejectionCode.InsufficientStock] = new(409, "insufficient-stock", "Not enough is available."),
        [RejectionCode.IllegalTransition] = new(409, "illegal-transition", "The request does not fit the state."),
        [RejectionCode.HoldEnded] = new(409, "hold-ended", "The hold has been committed, released or has expired."),
        [RejectionCode.HoldNotOwned] = new(409, "hold-not-owned", "The hold belongs to another owner."),
        [RejectionCode.OperationReused] = new(422, "idempotency-key-reused", "The Idempotency-Key was used for another request."),
        [RejectionCode.OperationTooLate] = new(409, "operation-too-late", "The request came too late: its key may have been forgotten."),
        [RejectionCode.ProductInactive] = new(409, "product-inactive", "The product is not sold at present."),
        [RejectionCode.NotStocked] = new(422, "not-stocked", "A service has no stock."),
        [RejectionCode.CurrencyFixed] = new(409, "currency-fixed", "A store's currency never changes."),
        [RejectionCode.JournalFull] = new(503, "journal-full", "The journal accepts no events now. Nothing was done.", 1),
        [RejectionCode.TooManyHolds] = new(409, "too-many-holds", "This caller holds the most that one caller may hold of the item."),
        [RejectionCode.TooManyPending] = new(503, "too-many-pending", "Too many operations are remembered, or too many holds are live. Nothing was done.", 5),
        [RejectionCode.UnknownTaxRate] = new(422, "unknown-tax-rate", "The store has no tax rate for the product's tax class."),
        [RejectionCode.PaymentUndone] = new(409, "payment-undone", "The payment was undone."),
        [RejectionCode.NotRefundable] = new(409, "not-refundable", "The payment cannot give back this amount."),
    }.ToFrozenDictionary();

    /// <summary>Every kind, by status and code.</summary>
    public static ImmutableArray<ProblemKind> All { get; } =
    [
        .. Rejections.Values
            .Concat([
                MalformedBody, InvalidParameter, KeyMissing, KeyInvalid, BadRequest, Unauthenticated, Forbidden, ApprovalRefused, NotFound, UnknownStockItem, MethodNotAllowed, RequestTimeout,
                OrderCancelled, BodyTooLarge, UnsupportedMediaType, UnsupportedEncoding, UriTooLong, HeadersTooLarge, TooManyRequests, Internal, NotDurable, Overloaded, OutcomeUnknown, Unavailable,
            ])
            .OrderBy(kind => kind.Status).ThenBy(kind => kind.Code, StringComparer.Ordinal),
    ];

    public static ProblemKind Of(RejectionCode code) => Rejections[code];

    /// <summary>The problem that a client is told of a fault. The message of the fault never leaves the process.</summary>
    public static Refusal Of(Exception fault, HttpContext context) => fault switch
    {
        RefusedRequestException refused => refused.Refusal,
        BadHttpRequestException bad => Of(bad, context),
        NotDurableException => new Refusal(NotDurable, "The journal failed while this was being written, so nothing was acknowledged."),
        LimitExceededException => new Refusal(Overloaded, "A queue of requests is full; this one was not taken."),
        TimeoutException => new Refusal(OutcomeUnknown, "It may or may not have been done: the same key shows which."),
        ReportsOffException off => new Refusal(NotFound, off.Message),
        _ when LostCall.Is(fault) => new Refusal(Unavailable, "No silo answered the request. The same key shows whether it was done."),
        _ => new Refusal(Internal, "The log has the details under this traceId."),
    };

    /// <summary>The problem for a bare status that the framework set.</summary>
    public static ProblemKind OfStatus(int status) => status switch
    {
        401 => Unauthenticated,
        403 => Forbidden,
        404 => NotFound,
        405 => MethodNotAllowed,
        408 => RequestTimeout,
        413 => BodyTooLarge,
        414 => UriTooLong,
        431 => HeadersTooLarge,
        415 => UnsupportedMediaType,
        429 => TooManyRequests,
        503 => Unavailable,
        >= 500 => Internal,
        _ => BadRequest,
    };

    private static Refusal Of(BadHttpRequestException bad, HttpContext context)
    {
        if (bad.StatusCode == StatusCodes.Status400BadRequest && UnreadParameter.Find(context) is { } parameter)
        {
            return parameter;
        }

        var kind = OfStatus(bad.StatusCode);
        return new Refusal(kind, kind.Title);
    }
}

/// <summary>Ends a request while it is still being read.</summary>
internal sealed class RefusedRequestException(Refusal refusal) : Exception(refusal.Detail)
{
    public RefusedRequestException(ProblemKind kind, string detail) : this(new Refusal(kind, detail))
    {
    }

    public Refusal Refusal => refusal;
}
