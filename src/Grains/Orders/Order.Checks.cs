using System.Collections.Immutable;

namespace Pos.Grains.Orders;

public static partial class Order
{
    /// <summary>Why a request cannot be granted whatever store and products say, or null. Asked before anything is looked up.</summary>
    public static Rejection? Refuse(PlaceOrder asked, DateTimeOffset now, TimeSpan toldLateMax, bool takesCards)
    {
        ArgumentNullException.ThrowIfNull(asked);
        var count = asked.Lines.IsDefault ? 0 : asked.Lines.Length;
        var refused = Checkout.RefuseOperation(asked.Operation)
            ?? Checkout.RefuseCount(count)
            ?? Checkout.RefuseTime(asked.OccurredAt, now, toldLateMax, asked.Operation)
            ?? Tenders.Refuse(asked.Tender, takesCards);
        for (var i = 0; i < count && refused is null; i++)
        {
            var line = asked.Lines[i];
            refused = Checkout.RefuseLine(i + 1, line.Sku, line.Quantity) ?? RefuseOverride(line.Override, asked.Operation);
        }

        return refused;
    }

    private static Rejection? RefuseOverride(PriceOverride? price, Operation operation) => price is null
        ? null
        : Texts.Required(price.Reason, Limits.NameLengthMax, "reason of a price override") ?? Approval.RefuseWithout(operation, "another price");

    private static Rejection? Price(
        OrderCommand.Place command, StoreView store, out ImmutableArray<OrderLine> lines, out LineTotal sum)
    {
        var (asked, products) = (command.Asked, command.Products);
        (lines, sum) = ([], default);
        var priced = ImmutableArray.CreateBuilder<OrderLine>(asked.Lines.Length);
        foreach (var request in asked.Lines)
        {
            var approval = Approval.OfPrice(asked.Operation, request.Quantity, command.Now);
            if (Price(priced.Count + 1, request, approval, store, products, out var line) is { } unsold)
            {
                return unsold;
            }

            priced.Add(line);
            sum = new(sum.Net + line.Net, sum.Tax + line.Tax, sum.Gross + line.Gross);
        }

        lines = priced.MoveToImmutable();
        return null;
    }

    private static Rejection? Price(
        int number, OrderLineRequest asked, PriceApproval approval, StoreView store, IReadOnlyDictionary<Sku, ProductView> products, out OrderLine line)
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
            asked.Override?.Reason,
            Approval: asked.Override is null ? null : approval);
        return null;
    }
}
