using System.Collections.Immutable;
using System.Diagnostics;

namespace Pos.Grains;

/// <summary>How far a return has come.</summary>
/// <param name="Accepted">What came back; null before that.</param>
/// <param name="State">Where it stands; null before it was accepted.</param>
public sealed record ReturnProgress(ReturnEvent.Accepted? Accepted, ReturnState? State)
{
    /// <summary>Whether the till can be told that it is done.</summary>
    public bool HasEnded => State == ReturnState.Completed;
}

/// <summary>What a return is asked to do, with everything that has to be known for it.</summary>
public abstract record ReturnCommand
{
    private ReturnCommand()
    {
    }

    /// <summary>Asks for the return.</summary>
    /// <param name="Asked">What the till says.</param>
    /// <param name="Store">The store, null when there is none.</param>
    /// <param name="Products">The products that exist, of those the lines name.</param>
    /// <param name="Now">The moment of the decision, UTC.</param>
    public sealed record Place(
        PlaceReturn Asked, StoreView? Store, IReadOnlyDictionary<Sku, ProductView> Products, DateTimeOffset Now) : ReturnCommand;
}

/// <summary>The rules of a return without receipt.</summary>
public static class Return
{
    private static readonly Decision<ReturnEvent> Nothing = new([], null);

    /// <summary>Nothing came back.</summary>
    public static ReturnProgress Initial { get; } = new(null, null);

    /// <summary>The return after an event.</summary>
    public static ReturnProgress Evolve(ReturnProgress state, ReturnEvent happened) => happened switch
    {
        ReturnEvent.Accepted e => new(e, ReturnState.Accepted),
        ReturnEvent.Completed => state with { State = ReturnState.Completed },
        _ => throw new UnreachableException($"No rule for {happened.GetType().Name}."),
    };

    /// <summary>What comes of a command.</summary>
    public static Decision<ReturnEvent> Decide(ReturnProgress state, ReturnCommand command) => command switch
    {
        ReturnCommand.Place c => Place(state, c),
        _ => throw new UnreachableException($"No rule for {command.GetType().Name}."),
    };

    /// <summary>Why a request cannot be granted whatever store and products say, or null. Asked before anything is looked up.</summary>
    public static Rejection? Refuse(PlaceReturn asked, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(asked);
        var count = asked.Lines.IsDefault ? 0 : asked.Lines.Length;
        var refused = Checkout.RefuseOperation(asked.Operation)
            ?? Checkout.RefuseCount(count)
            ?? Checkout.RefuseTime(asked.OccurredAt, now)
            ?? Texts.Required(asked.Reason, Limits.TextLengthMax, "reason");
        for (var i = 0; i < count && refused is null; i++)
        {
            var line = asked.Lines[i];
            refused = Checkout.RefuseLine(i + 1, line.Sku, line.Quantity)
                ?? (line.Disposition is Disposition.Restock or Disposition.WriteOff
                    ? null
                    : new(RejectionCode.InvalidValue, $"Line {i + 1}: goods are restocked or written off."));
        }

        return refused;
    }

    private static Decision<ReturnEvent> Place(ReturnProgress state, ReturnCommand.Place command)
    {
        var asked = command.Asked;
        if (state.Accepted is { } known)
        {
            return known.Operation.Fingerprint == asked.Operation.Fingerprint && known.Operation.Id == asked.Operation.Id
                ? Nothing
                : OperationMemory.Reused(asked.Operation.Id);
        }

        if ((Refuse(asked, command.Now) ?? Checkout.RefusePlace(command.Store, asked.Store, asked.Till)) is { } refused)
        {
            return refused;
        }

        var store = command.Store!;
        var lines = ImmutableArray.CreateBuilder<ReturnLine>(asked.Lines.Length);
        var sum = default(LineTotal);
        foreach (var line in asked.Lines)
        {
            var number = lines.Count + 1;
            if (Checkout.Price(number, line.Sku, line.Quantity, line.UnitPrice, store, command.Products, out var priced) is { } unpriced)
            {
                return unpriced;
            }

            var total = priced.Total;
            lines.Add(new(
                number,
                line.Sku,
                priced.Product.Name,
                priced.Product.Kind,
                line.Quantity,
                priced.UnitPrice,
                priced.TaxRate,
                line.Disposition,
                total.Net,
                total.Tax,
                total.Gross));
            sum = new(sum.Net + total.Net, sum.Tax + total.Tax, sum.Gross + total.Gross);
        }

        return Checkout.RefuseTotal(sum) is { } tooLarge
            ? tooLarge
            : new ReturnEvent.Accepted(
                asked.Store,
                asked.Till,
                OperationKey.Of(asked.Operation),
                lines.MoveToImmutable(),
                store.TaxInclusive,
                new Money(sum.Net, store.Currency),
                new Money(sum.Tax, store.Currency),
                new Money(sum.Gross, store.Currency),
                asked.Reason,
                (asked.OccurredAt ?? command.Now).ToUniversalTime(),
                command.Now);
    }
}
