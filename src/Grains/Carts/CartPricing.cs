using System.Collections.Immutable;

namespace Pos.Grains.Carts;

/// <summary>The result of looking up a scanned code.</summary>
/// <param name="Text">As scanned.</param>
/// <param name="Code">Canonical; null when it is no barcode.</param>
/// <param name="Sku">Whose it is, or null.</param>
/// <param name="Embedded">The price or weight that it carries, or null.</param>
/// <param name="IsBare">Whether a rule of the store fits, but no price or weight is in it.</param>
public sealed record Scanned(string Text, Barcode? Code, Sku? Sku = null, EmbeddedValue? Embedded = null, bool IsBare = false);

/// <summary>The price of a line at a moment.</summary>
internal static class CartPricing
{
    /// <summary>Why a code cannot be sold, or null.</summary>
    public static Rejection? Refuse(Scanned scanned) =>
        scanned.Code is null ? new(RejectionCode.InvalidBarcode, Barcode.Fault(scanned.Text) ?? "The code is no barcode.")
        : scanned.Sku is null ? new(RejectionCode.UnknownBarcode, $"No product has the barcode '{scanned.Code}'.")
        : scanned.IsBare ? new(RejectionCode.InvalidBarcode, $"The barcode '{scanned.Code}' should carry a price or a weight.")
        : null;

    /// <summary>Prices a line.</summary>
    /// <param name="number">Its number.</param>
    /// <param name="asked">What and how much of it.</param>
    /// <param name="scanned">The code it was rung up by, or null.</param>
    /// <param name="store">Where.</param>
    /// <param name="products">The products that exist.</param>
    /// <param name="line">What came of it.</param>
    public static Rejection? Price(
        int number,
        OrderLineRequest asked,
        (string? Code, EmbeddedValue? Embedded) scanned,
        StoreView store,
        IReadOnlyDictionary<Sku, ProductView> products,
        out OrderLine line)
    {
        line = null!;
        var price = asked.Override?.UnitPrice;
        if (price is null && scanned.Embedded is { } embedded && products.TryGetValue(asked.Sku, out var weighed))
        {
            var unit = EmbeddedBarcodes.UnitPrice(embedded, weighed.Price.Amount);
            if (unit > Limits.AmountMax)
            {
                return new(RejectionCode.AmountTooLarge, $"Line {number} comes to more than {Limits.AmountMax} minor units.");
            }

            price = new Money((long)unit, store.Currency);
        }

        if (Checkout.Price(number, asked.Sku, asked.Quantity, price, store, products, out var priced) is { } refused)
        {
            return refused;
        }

        if (!priced.Product.Active)
        {
            return new(RejectionCode.ProductInactive, $"Line {number}: '{asked.Sku}' is not sold at present.");
        }

        line = new(
            number,
            asked.Sku,
            priced.Product.Name,
            priced.Product.Kind,
            asked.Quantity,
            priced.Product.Price.Amount,
            priced.UnitPrice,
            priced.TaxRate,
            priced.Total.Net,
            priced.Total.Tax,
            priced.Total.Gross,
            asked.Override?.Reason,
            scanned.Code,
            scanned.Embedded);
        return null;
    }

    /// <summary>Prices what is in a cart as of now. A price that was granted stays.</summary>
    public static Rejection? Price(
        IEnumerable<CartLine> lines, StoreView store, IReadOnlyDictionary<Sku, ProductView> products, out ImmutableArray<CartLine> priced)
    {
        priced = [];
        var now = ImmutableArray.CreateBuilder<CartLine>();
        foreach (var (shown, approvedBy) in lines)
        {
            var granted = shown.OverrideReason is { } reason ? new PriceOverride(new Money(shown.UnitPrice, store.Currency), reason) : null;
            var asked = new OrderLineRequest(shown.Sku, shown.Quantity, granted);
            if (Price(shown.Line, asked, (shown.Barcode, shown.Embedded), store, products, out var line) is { } refused)
            {
                return refused;
            }

            now.Add(new(line with { Approval = shown.Approval }, approvedBy));
        }

        priced = now.ToImmutable();
        return null;
    }

    /// <summary>Whether a customer would pay something else.</summary>
    public static bool Differ(OrderLine shown, OrderLine now) =>
        (shown.UnitPrice, shown.TaxRate, shown.Net, shown.Tax, shown.Gross) != (now.UnitPrice, now.TaxRate, now.Net, now.Tax, now.Gross);

    public static LineTotal Sum(IEnumerable<CartLine> lines)
    {
        var sum = default(LineTotal);
        foreach (var (line, _) in lines)
        {
            sum = new(sum.Net + line.Net, sum.Tax + line.Tax, sum.Gross + line.Gross);
        }

        return sum;
    }
}
