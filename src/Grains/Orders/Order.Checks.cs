namespace Pos.Grains;

public static partial class Order
{
    /// <summary>Why a request cannot be granted whatever store and products say, or null. Asked before anything is looked up.</summary>
    public static Rejection? Refuse(PlaceOrder asked, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(asked);
        var count = asked.Lines.IsDefault ? 0 : asked.Lines.Length;
        var refused = Checkout.RefuseOperation(asked.Operation)
            ?? Checkout.RefuseCount(count)
            ?? Checkout.RefuseTime(asked.OccurredAt, now)
            ?? Prices.Refuse(asked.CashTendered, "cash handed over");
        for (var i = 0; i < count && refused is null; i++)
        {
            var line = asked.Lines[i];
            refused = Checkout.RefuseLine(i + 1, line.Sku, line.Quantity) ?? RefuseOverride(line.Override);
        }

        return refused;
    }

    private static Rejection? RefuseOverride(PriceOverride? price) => price is null
        ? null
        : Texts.Required(price.Reason, Limits.NameLengthMax, "reason of a price override");

    private static Rejection? Price(
        int number, OrderLineRequest asked, StoreView store, IReadOnlyDictionary<Sku, ProductView> products, out OrderLine line)
    {
        line = null!;
        var refused = Checkout.Price(number, asked.Sku, asked.Quantity, asked.Override?.UnitPrice, store, products, out var priced);
        if (refused is not null)
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
            asked.Override?.Reason);
        return null;
    }

    private static Rejection? RefuseTender(PlaceOrder asked, StoreView store, LineTotal sum) =>
        Checkout.RefuseTotal(sum)
        ?? (asked.CashTendered.Currency != store.Currency
            ? new(RejectionCode.WrongCurrency, $"The store takes {store.Currency}, not {asked.CashTendered.Currency}.")
            : asked.CashTendered.Amount < sum.Gross
                ? new(RejectionCode.TenderTooSmall, $"{asked.CashTendered} handed over, {new Money(sum.Gross, store.Currency)} to pay.")
                : null);
}
