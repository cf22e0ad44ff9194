using System.Collections.Immutable;
using System.Globalization;

namespace Pos.Receipts;

/// <summary>What a customer is given for a sale.</summary>
/// <param name="Order">The order. The code on the printed receipt contains this id, so that a till finds the order for a return.</param>
/// <param name="Store">The store.</param>
/// <param name="StoreName">The store's name now.</param>
/// <param name="District">The store's district now.</param>
/// <param name="Till">The till.</param>
/// <param name="SoldBy">The key that sold; null in orders from before it was recorded.</param>
/// <param name="SoldAt">Business time of the sale, UTC.</param>
/// <param name="LocalTime">The same time on the store's clock, with its offset.</param>
/// <param name="Copy">Whether the receipt says that it is a copy.</param>
/// <param name="TaxIncluded">Whether the amounts of lines contain the tax.</param>
/// <param name="Lines">The sold lines.</param>
/// <param name="Taxes">Sums by tax rate, the highest rate first.</param>
/// <param name="Total">Sums of the lines.</param>
/// <param name="Rounding">What the rounding of cash adds to the total.</param>
/// <param name="Due">The gross total and its rounding: the tenders make this.</param>
/// <param name="Tenders">What paid.</param>
/// <param name="Cash">Cash handed over and change; null without cash.</param>
/// <param name="Returns">What has come back since.</param>
/// <param name="Reference">The client's own reference, or null.</param>
public sealed record Receipt(
    OrderId Order,
    StoreId Store,
    string StoreName,
    string District,
    TillId Till,
    string? SoldBy,
    DateTimeOffset SoldAt,
    string LocalTime,
    bool Copy,
    bool TaxIncluded,
    ImmutableArray<ReceiptLine> Lines,
    ImmutableArray<ReceiptTax> Taxes,
    Totals Total,
    Money Rounding,
    Money Due,
    ImmutableArray<ReceiptTender> Tenders,
    CashView? Cash,
    ImmutableArray<ReceiptReturn> Returns,
    string? Reference)
{
    /// <summary>Makes the receipt of a confirmed order.</summary>
    /// <param name="order">The order.</param>
    /// <param name="store">Its store.</param>
    /// <param name="returns">The returns of the order, oldest first.</param>
    /// <param name="isCopy">Whether the receipt was printed before.</param>
    public static Receipt Of(OrderView order, StoreView store, IReadOnlyCollection<ReturnView> returns, bool isCopy)
    {
        ArgumentNullException.ThrowIfNull(order);
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(returns);
        var rates = order.Lines.Select(static line => line.TaxRateBasisPoints).Distinct().OrderDescending().ToList();
        // The order does not tell whether its prices contained the tax, and the store may have changed its mind since. Where tax was due, the lines tell.
        var isNet = order.Lines.Any(static line => line.Total.Tax.Amount != 0 && line.UnitPrice.Amount * line.Quantity == line.Total.Net.Amount);
        return new(
            order.Id, order.Store, store.Name, store.District, order.Till, order.SoldBy, order.OccurredAt, Local(order.OccurredAt, store), isCopy, !isNet,
            [.. order.Lines.Select(line => new ReceiptLine(
                line.Line, line.Sku, line.Name, line.Quantity, line.UnitPrice, line.ListPrice, line.OverrideReason, isNet ? line.Total.Net : line.Total.Gross,
                Code(rates.IndexOf(line.TaxRateBasisPoints))))],
            [.. rates.Select((rate, i) => Tax(Code(i), rate, order.Lines.Where(line => line.TaxRateBasisPoints == rate)))],
            order.Total, order.Rounding, order.Total.Gross + order.Rounding,
            [.. order.Tenders.Select(static tender => new ReceiptTender(tender.Type, tender.Amount, tender.Payment, tender.Return))],
            order.Cash,
            [.. returns.Select(back => new ReceiptReturn(
                back.Id, back.OccurredAt, Local(back.OccurredAt, store),
                [.. back.Lines.Select(static line => new ReceiptReturnLine(line.OrderLine, line.Name, line.Quantity, line.Total.Gross))],
                back.Refund.Gross, back.Rounding, back.Refund.Gross + back.Rounding))],
            order.Reference);
    }

    private static ReceiptTax Tax(string code, int rate, IEnumerable<OrderLineView> lines)
    {
        var total = lines.Select(static line => line.Total).Aggregate(static (sum, line) => new(sum.Net + line.Net, sum.Tax + line.Tax, sum.Gross + line.Gross));
        return new(code, rate, total);
    }

    private static string Code(int rate) => rate < 26 ? ((char)('A' + rate)).ToString() : (rate + 1).ToString(CultureInfo.InvariantCulture);

    private static string Local(DateTimeOffset time, StoreView store) =>
        (TimeZoneInfo.TryFindSystemTimeZoneById(store.TimeZone, out var zone) ? TimeZoneInfo.ConvertTime(time, zone) : time.ToUniversalTime())
            .ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture);
}

/// <summary>A sold line.</summary>
/// <param name="Line">Number of the line in the order.</param>
/// <param name="Sku">The product.</param>
/// <param name="Name">The product's name when it was sold.</param>
/// <param name="Quantity">Pieces.</param>
/// <param name="UnitPrice">Price charged for one piece.</param>
/// <param name="ListPrice">The product's price when it was sold.</param>
/// <param name="OverrideReason">Why the prices differ, or null.</param>
/// <param name="Amount">Of all pieces, with the tax where the receipt says <c>taxIncluded</c>.</param>
/// <param name="TaxCode">The row of <c>taxes</c>.</param>
public sealed record ReceiptLine(
    int Line, Sku Sku, string Name, int Quantity, Money UnitPrice, Money ListPrice, string? OverrideReason, Money Amount, string TaxCode);

/// <summary>The sums of one tax rate.</summary>
/// <param name="Code">The letter that the lines bear.</param>
/// <param name="RateBasisPoints">2000 = 20 %.</param>
/// <param name="Total">Sums of the rate's lines.</param>
public sealed record ReceiptTax(string Code, int RateBasisPoints, Totals Total);

/// <summary>What paid.</summary>
/// <param name="Type">The kind of money.</param>
/// <param name="Amount">The part of what was due that it paid.</param>
/// <param name="Payment">Of a card: its payment.</param>
/// <param name="Return">Of exchange credit: the return that gave it.</param>
public sealed record ReceiptTender(TenderKind Type, Money Amount, PaymentId? Payment, ReturnId? Return);

/// <summary>What came back after the sale.</summary>
/// <param name="Id">The return.</param>
/// <param name="ReturnedAt">Business time of the return, UTC.</param>
/// <param name="LocalTime">The same time on the store's clock, with its offset.</param>
/// <param name="Lines">What came back.</param>
/// <param name="Gross">Value of the goods.</param>
/// <param name="Rounding">What the rounding of cash adds to it.</param>
/// <param name="Refund">What the customer was given: money, or credit for an exchange.</param>
public sealed record ReceiptReturn(
    ReturnId Id, DateTimeOffset ReturnedAt, string LocalTime, ImmutableArray<ReceiptReturnLine> Lines, Money Gross, Money Rounding, Money Refund);

/// <summary>A line that came back.</summary>
/// <param name="OrderLine">The order's line that sold it.</param>
/// <param name="Name">The product's name.</param>
/// <param name="Quantity">Pieces.</param>
/// <param name="Gross">Their value.</param>
public sealed record ReceiptReturnLine(int? OrderLine, string Name, int Quantity, Money Gross);
