using System.Collections.Immutable;

namespace Pos.Grains.Carts;

public static partial class Cart
{
    private static readonly Rejection Unknown = new(RejectionCode.UnknownCart, "There is no such cart.");

    // The first checks of every change: whether the operation is new, and whether the cart's state allows it. Null means continue.
    private static Decision<CartEvent>? Ask(CartState state, Operation operation, DateTimeOffset now, CartStatus needed)
    {
        if (!state.Operations.IsNew(operation, now, out var rejection))
        {
            return rejection is null ? Nothing : rejection;
        }

        rejection ??= state.State is null ? Unknown
            : state.State != needed ? new(RejectionCode.IllegalTransition, $"The cart is {Name(state.State.Value)}, not {Name(needed)}.")
            : state.Operations.Count >= Limits.RememberedPerCartMax
                ? new(RejectionCode.TooManyPending, $"{state.Operations.Count} operations are remembered, and no more may be.")
            : null;
        return rejection is null ? (Decision<CartEvent>?)null : rejection;
    }

    private static string Name(CartStatus state) => state switch
    {
        CartStatus.Open => "OPEN",
        CartStatus.Parked => "PARKED",
        CartStatus.CheckedOut => "CHECKED_OUT",
        _ => "CANCELLED",
    };

    private static Decision<CartEvent> Open(CartState state, CartCommand.Open command)
    {
        var asked = command.Asked;
        if (state.Opened is { } known)
        {
            return known.Operation.Id == asked.Operation.Id && known.Operation.Fingerprint == asked.Operation.Fingerprint
                ? Nothing
                : OperationMemory.Reused(asked.Operation.Id);
        }

        if ((Checkout.RefuseOperation(asked.Operation)
            ?? AnnotationRules.Refuse(asked.Annotations)
            ?? Checkout.RefusePlace(command.Store, asked.Store, asked.Till)) is { } refused)
        {
            return refused;
        }

        ImmutableArray<CartLine>? lines = null;
        if (asked.From is { } from)
        {
            if (Copy(from, command, out var copied) is { } unlike)
            {
                return unlike;
            }

            lines = copied;
        }

        return new CartEvent.Opened(
            asked.Store, asked.Till, OperationKey.Of(asked.Operation), command.Store!.Currency, command.Now, asked.From, lines,
            asked.Annotations ?? (command.Source.Cart is { } cart ? Annotations.Of(cart.Reference, cart.Note, cart.Customer, cart.Metadata) : null));
    }

    private static Rejection? Copy(CartId from, CartCommand.Open command, out ImmutableArray<CartLine> lines)
    {
        lines = [];
        var (cart, order) = command.Source;
        if (cart is null || cart.Store != command.Asked.Store)
        {
            return new(RejectionCode.UnknownCart, $"The store has no cart {from} to copy.");
        }

        if (cart.State != CartStatus.CheckedOut || order?.State != OrderStatus.Cancelled)
        {
            return new(RejectionCode.IllegalTransition, "Only a cart whose order was cancelled is copied.");
        }

        // A manager approved the price for the cancelled sale, not for this one.
        if (cart.Lines.Any(line => line.OverrideReason is not null)
            && Approval.RefuseWithout(command.Asked.Operation, $"the other prices of the cart {from} once more") is { } unapproved)
        {
            return unapproved;
        }

        var number = 0;
        var shown = cart.Lines.Select(line => new CartLine(
            new(++number, line.Sku, line.Name, default, line.Quantity, 0, line.UnitPrice.Amount, 0, 0, 0, 0, line.OverrideReason, line.Barcode, line.Embedded),
            line.OverrideReason is null ? null : command.Asked.Operation.ApprovedBy));
        return CartPricing.Price(shown, new(command.Store, command.Products), out lines) ?? Checkout.RefuseTotal(CartPricing.Sum(lines));
    }

    private static Decision<CartEvent> Add(CartState state, CartCommand.Add command)
    {
        var asked = command.Asked;
        var number = state.LastLine + 1;
        if (command.Store is null)
        {
            return Unknown;
        }

        if ((asked.Sku is null) == (asked.Code is null))
        {
            return new Rejection(RejectionCode.InvalidValue, "A line is named by its SKU or by its barcode, one of the two.");
        }

        if (command.Scanned is { } scanned && CartPricing.Refuse(scanned) is { } unread)
        {
            return unread;
        }

        if (state.Lines.Count >= Limits.LinesPerCartMax)
        {
            return new Rejection(RejectionCode.InvalidValue, $"A cart has at most {Limits.LinesPerCartMax} lines.");
        }

        var request = new OrderLineRequest(command.Scanned?.Sku ?? asked.Sku ?? default, asked.Quantity, asked.Override);
        if ((Checkout.RefuseLine(number, request.Sku, request.Quantity) ?? RefuseOverride(asked)) is { } refused)
        {
            return refused;
        }

        if (Checkout.PriceSale(number, request, (command.Scanned?.Code?.Value, command.Scanned?.Embedded), new(command.Store, command.Products), out var line) is { } unsold)
        {
            return unsold;
        }

        return RefuseSum(state, 0, line.Net, line.Tax, line.Gross) is { } tooMuch
            ? tooMuch
            : new CartEvent.LineAdded(
                OperationKey.Of(asked.Operation), line, command.Now, asked.Override is null ? null : asked.Operation.ApprovedBy);
    }

    private static Rejection? RefuseOverride(AddCartLine asked) => asked.Override is not { } price
        ? null
        : Texts.Required(price.Reason, Limits.NameLengthMax, "reason of a price override")
            ?? Approval.RefuseWithout(asked.Operation, "another price than the list's");

    private static Decision<CartEvent> Change(CartState state, CartCommand.Change command)
    {
        var asked = command.Asked;
        if (command.Store is null)
        {
            return Unknown;
        }

        if (!state.Lines.TryGetValue(asked.Line, out var known))
        {
            return NoLine(asked.Line);
        }

        var raises = known.Line.OverrideReason is not null && asked.Quantity > known.Line.Quantity;
        if ((Checkout.RefuseLine(asked.Line, known.Line.Sku, asked.Quantity)
            ?? (raises
                ? Approval.RefuseWithout(asked.Operation, $"{asked.Quantity} pieces at the price of line {asked.Line}: {known.Line.Quantity} were approved")
                : null)) is { } refused)
        {
            return refused;
        }

        return Prices.Line(known.Line.UnitPrice, asked.Quantity, known.Line.TaxRate, command.Store.TaxInclusive) is not { } total
            ? new Rejection(RejectionCode.AmountTooLarge, $"Line {asked.Line} comes to more than {Limits.AmountMax} minor units.")
            : RefuseSum(state, asked.Line, total.Net, total.Tax, total.Gross) is { } tooMuch
                ? tooMuch
                : new CartEvent.LineChanged(
                    OperationKey.Of(asked.Operation), asked.Line, asked.Quantity, total.Net, total.Tax, total.Gross, command.Now,
                    raises ? asked.Operation.ApprovedBy : null);
    }

    // A line that was there and is gone is taken out already: numbers are never used again.
    private static Decision<CartEvent> Remove(CartState state, CartCommand.Remove command) => state.Lines.ContainsKey(command.Asked.Line)
        ? new CartEvent.LineRemoved(OperationKey.Of(command.Asked.Operation), command.Asked.Line, command.Now)
        : command.Asked.Line >= 1 && command.Asked.Line <= state.LastLine ? Nothing : NoLine(command.Asked.Line);

    private static Decision<CartEvent> Refresh(CartState state, CartCommand.Refresh command)
    {
        if (command.Store is null)
        {
            return Unknown;
        }

        if (CartPricing.Price(state.Lines.Values, new(command.Store, command.Products), out var priced) is { } unsold)
        {
            return unsold;
        }

        ImmutableArray<OrderLine> changed = [.. priced.Select(line => line.Line).Where(line => line != state.Lines[line.Line].Line)];
        return Checkout.RefuseTotal(CartPricing.Sum(priced)) is { } tooMuch
            ? tooMuch
            : new CartEvent.Repriced(OperationKey.Of(command.Asked.Operation), changed, command.Now);
    }

    private static Decision<CartEvent> Annotate(CartCommand.Annotate command) =>
        AnnotationRules.Refuse(command.Asked.Annotations) is { } refused
            ? refused
            : new CartEvent.Annotated(OperationKey.Of(command.Asked.Operation), command.Now, command.Asked.Annotations);

    private static Decision<CartEvent> Park(CartCommand.Park command) =>
        Texts.Required(command.Asked.Label, Limits.CartLabelLengthMax, "label") is { } refused
            ? refused
            : new CartEvent.Parked(OperationKey.Of(command.Asked.Operation), command.Asked.Label, command.Now);

    private static Decision<CartEvent> Resume(CartState state, CartCommand.Resume command) =>
        Checkout.RefusePlace(command.Store, state.Opened!.Store, command.Asked.Till) is { } refused
            ? refused
            : new CartEvent.Resumed(OperationKey.Of(command.Asked.Operation), command.Asked.Till, command.Now);

    private static Decision<CartEvent> Cancel(CartState state, CartCommand.Cancel command)
    {
        var asked = command.Asked;
        if (!state.Operations.IsNew(asked.Operation, command.Now, out var rejection))
        {
            return rejection is null ? Nothing : rejection;
        }

        return state.State switch
        {
            null => Unknown,
            CartStatus.Cancelled => Nothing,
            CartStatus.CheckedOut => new Rejection(RejectionCode.IllegalTransition, $"The cart is the order {state.CheckedOut!.Order}; that is cancelled or returned."),
            _ => Texts.Required(asked.Reason, Limits.NameLengthMax, "reason") is { } refused
                ? refused
                : new CartEvent.Cancelled(asked.Reason, command.Now, null, OperationKey.Of(asked.Operation)),
        };
    }

    private static Rejection NoLine(int line) => new(RejectionCode.UnknownLine, $"There is no line {line} in the cart.");

    private static Rejection? RefuseSum(CartState state, int instead, long net, long tax, long gross)
    {
        var others = CartPricing.Sum(state.Lines.Where(line => line.Key != instead).Select(line => line.Value));
        return Checkout.RefuseTotal(new(others.Net + net, others.Tax + tax, others.Gross + gross));
    }
}
