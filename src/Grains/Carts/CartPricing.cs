using System.Collections.Immutable;

namespace Pos.Grains.Carts;

/// <summary>The result of looking up a scanned code.</summary>
/// <param name="Text">As scanned.</param>
/// <param name="Code">Canonical; null when it is no barcode.</param>
/// <param name="Sku">The product that has the barcode, or null.</param>
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

    /// <summary>Prices what is in a cart as of now. A price that was granted stays.</summary>
    public static Rejection? Price(IEnumerable<CartLine> lines, Assortment shop, out ImmutableArray<CartLine> priced)
    {
        priced = [];
        var now = ImmutableArray.CreateBuilder<CartLine>();
        foreach (var (shown, approvedBy) in lines)
        {
            var granted = shown.OverrideReason is { } reason ? new PriceOverride(new Money(shown.UnitPrice, shop.Store!.Currency), reason) : null;
            var asked = new OrderLineRequest(shown.Sku, shown.Quantity, granted);
            if (Checkout.PriceSale(shown.Line, asked, (shown.Barcode, shown.Embedded), shop, out var line) is { } refused)
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
