namespace Pos.Grains.Pricing;

/// <summary>A line of a sale or a return with the price that was found for it.</summary>
internal readonly record struct PricedLine(ProductView Product, long UnitPrice, int TaxRate, LineTotal Total);

/// <summary>The settings of the host for sales and returns.</summary>
/// <param name="ToldLateMax">How long after it happened something may be told without a manager.</param>
/// <param name="TakesCards">Whether the host has a payment provider that charges cards.</param>
public readonly record struct SalePolicy(TimeSpan ToldLateMax, bool TakesCards)
{
    /// <summary>The default: 72 hours, and cards.</summary>
    public static SalePolicy Default { get; } = new(Limits.ToldLateMax, true);
}

/// <summary>The checks that sales and returns share. Each refusal names the value at fault.</summary>
internal static class Checkout
{
    // Clocks that have lost their time begin in 1970 or 1980.
    private static readonly DateTimeOffset Earliest = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static Rejection? RefuseOperation(Operation operation) =>
        operation.Id.Length is 0 or > OperationMemory.LengthMax || operation.Fingerprint.Length > OperationMemory.LengthMax
            ? new(RejectionCode.InvalidValue, $"An operation's id has 1 to {OperationMemory.LengthMax} characters, its fingerprint at most as many.")
            : null;

    public static Rejection? RefuseCount(int lines) => lines is >= 1 and <= Limits.LinesPerOrderMax
        ? null
        : new(RejectionCode.InvalidValue, $"There are 1 to {Limits.LinesPerOrderMax} lines, not {lines}.");

    public static Rejection? RefuseLine(int line, Sku sku, int quantity) => !Sku.TryReadJournaled(sku.Value, out _)
        ? new(RejectionCode.InvalidValue, $"Line {line} has no valid SKU.")
        : quantity is < 1 or > Limits.QuantityPerLineMax
            ? new(RejectionCode.InvalidQuantity, $"Line {line}: a quantity is from 1 to {Limits.QuantityPerLineMax}, not {quantity}.")
            : null;

    public static Rejection? RefuseTime(DateTimeOffset? occurredAt, DateTimeOffset now) => occurredAt > now + Limits.ClockSkewMax
        ? new(RejectionCode.TimeInFuture, $"{occurredAt:O} lies in the future.")
        : occurredAt < Earliest ? new(RejectionCode.InvalidValue, $"{occurredAt:O} lies before the year 2000: a clock is wrong.")
        : null;

    /// <summary>
    /// As above. A sale or a return that is told later than the policy allows takes a manager: otherwise a cashier could move today's takings into a
    /// day that is closed.
    /// </summary>
    public static Rejection? RefuseTime(DateTimeOffset? occurredAt, DateTimeOffset now, SalePolicy policy, Operation operation) =>
        RefuseTime(occurredAt, now)
        ?? (IsToldLate(occurredAt, now, policy)
            ? Approval.RefuseWithout(operation, $"a request that comes more than {policy.ToldLateMax.TotalHours:0.##} h after it happened ({occurredAt:O})")
            : null);

    /// <summary>Whether something is told so late that it takes a manager.</summary>
    public static bool IsToldLate(DateTimeOffset? occurredAt, DateTimeOffset now, SalePolicy policy) => now - occurredAt > policy.ToldLateMax;

    public static Rejection? RefusePlace(StoreView? store, StoreId id, TillId till) =>
        store is null ? new(RejectionCode.UnknownStore, $"There is no store '{id}'.")
        : !store.Tills.Contains(till) ? new(RejectionCode.UnknownTill, $"The store '{id}' has no till '{till}'.")
        : null;

    /// <summary>Finds a line's product, price and tax.</summary>
    /// <param name="line">Number of the line, for the refusal.</param>
    /// <param name="sku">The product.</param>
    /// <param name="quantity">Pieces.</param>
    /// <param name="price">A price other than the list price, or null.</param>
    /// <param name="shop">The store, which was found, and the products.</param>
    /// <param name="priced">The result.</param>
    public static Rejection? Price(int line, Sku sku, int quantity, Money? price, Assortment shop, out PricedLine priced)
    {
        priced = default;
        var store = shop.Store!;
        if (!shop.Products.TryGetValue(sku, out var product))
        {
            return new(RejectionCode.UnknownProduct, $"Line {line}: there is no product '{sku}'.");
        }

        var unit = price ?? product.Price;
        if (unit.Currency != store.Currency || product.Price.Currency != store.Currency)
        {
            return new(RejectionCode.WrongCurrency, $"Line {line}: the store sells in {store.Currency}, not for {unit} (list price {product.Price}).");
        }

        if (Prices.Refuse(unit, $"price of line {line}") is { } refused)
        {
            return refused;
        }

        if (!store.TaxRates.TryGetValue(product.TaxClass, out var rate))
        {
            return new(RejectionCode.UnknownTaxRate, $"Line {line}: the store has no tax rate '{product.TaxClass}'.");
        }

        if (Prices.Line(unit.Amount, quantity, rate, store.TaxInclusive) is not { } total)
        {
            return new(RejectionCode.AmountTooLarge, $"Line {line} comes to more than {Limits.AmountMax} minor units.");
        }

        priced = new(product, unit.Amount, rate, total);
        return null;
    }

    /// <summary>Prices a line that is to be sold, in a cart or in an order.</summary>
    /// <param name="number">Number of the line.</param>
    /// <param name="asked">The product, pieces, and another price or none.</param>
    /// <param name="scanned">The barcode it was rung up by, and the price or weight in it; nulls without one.</param>
    /// <param name="shop">The store, which was found, and the products.</param>
    /// <param name="line">The result.</param>
    public static Rejection? PriceSale(
        int number, OrderLineRequest asked, (string? Code, EmbeddedValue? Embedded) scanned, Assortment shop, out OrderLine line)
    {
        line = null!;
        var price = asked.Override?.UnitPrice;
        if (price is null && scanned.Embedded is { } embedded && shop.Products.TryGetValue(asked.Sku, out var weighed))
        {
            var unit = EmbeddedBarcodes.UnitPrice(embedded, weighed.Price.Amount);
            if (unit > Limits.AmountMax)
            {
                return new(RejectionCode.AmountTooLarge, $"Line {number} comes to more than {Limits.AmountMax} minor units.");
            }

            price = new Money((long)unit, shop.Store!.Currency);
        }

        if (Price(number, asked.Sku, asked.Quantity, price, shop, out var priced) is { } refused)
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

    public static Rejection? RefuseTotal(LineTotal total) => total.Gross > Limits.AmountMax
        ? new(RejectionCode.AmountTooLarge, $"The total is beyond {Limits.AmountMax} minor units.")
        : null;
}
