using System.Diagnostics;

namespace Pos.Grains.Barcodes;

/// <summary>A barcode after some events.</summary>
/// <param name="Sku">The product that has the barcode, or null.</param>
/// <param name="Last">The product that has it or had it last; null when none ever had it.</param>
/// <param name="Operations">Claims and releases that are remembered.</param>
public sealed record BarcodeState(Sku? Sku, Sku? Last, OperationMemory Operations);

/// <summary>A command to a barcode.</summary>
public abstract record BarcodeCommand
{
    private BarcodeCommand()
    {
    }

    /// <inheritdoc cref="IBarcodeGrain.Claim"/>
    public sealed record Claim(ClaimBarcode Asked, bool ProductExists, DateTimeOffset Now) : BarcodeCommand;

    /// <inheritdoc cref="IBarcodeGrain.Release"/>
    public sealed record Release(ReleaseBarcode Asked, DateTimeOffset Now) : BarcodeCommand;
}

/// <summary>The rules of a barcode: it belongs to one product at a time.</summary>
public static class BarcodeRules
{
    private static readonly Decision<BarcodeEvent> Nothing = new([], null);

    /// <summary>Nobody's.</summary>
    public static BarcodeState Initial { get; } = new(null, null, OperationMemory.Empty);

    /// <summary>The barcode after an event.</summary>
    public static BarcodeState Evolve(BarcodeState state, BarcodeEvent happened) => happened switch
    {
        BarcodeEvent.Claimed e => new(e.Sku, e.Sku, state.Operations.Remember(e.Operation)),
        BarcodeEvent.Released e => new(null, e.Sku, state.Operations.Remember(e.Operation)),
        _ => throw new UnreachableException($"No rule for {happened.GetType().Name}."),
    };

    /// <summary>The decision on a command.</summary>
    public static Decision<BarcodeEvent> Decide(BarcodeState state, BarcodeCommand command) => command switch
    {
        BarcodeCommand.Claim c => Claim(state, c),
        BarcodeCommand.Release c => Release(state, c),
        _ => throw new UnreachableException($"No rule for {command.GetType().Name}."),
    };

    private static Decision<BarcodeEvent> Claim(BarcodeState state, BarcodeCommand.Claim command)
    {
        var (asked, sku) = (command.Asked, command.Asked.Sku);
        if (Checkout.RefuseOperation(asked.Operation) is { } malformed)
        {
            return malformed;
        }

        if (!state.Operations.IsNewIfKeyed(asked.Operation, Limits.RememberedPerBarcodeMax, command.Now, out var rejection))
        {
            return rejection is null ? Nothing : rejection;
        }

        // A key is used up also when nothing changes, so that its repetition changes nothing later.
        return state.Sku == sku && !asked.Operation.Keyed ? Nothing
            : state.Sku == sku ? new BarcodeEvent.Claimed(OperationKey.Of(asked.Operation), sku)
            : state.Sku is { } owner ? new Rejection(RejectionCode.BarcodeTaken, $"The barcode belongs to '{owner}'.")
            : !command.ProductExists ? new Rejection(RejectionCode.UnknownProduct, $"There is no product '{sku}'.")
            : new BarcodeEvent.Claimed(OperationKey.Of(asked.Operation), sku);
    }

    private static Decision<BarcodeEvent> Release(BarcodeState state, BarcodeCommand.Release command)
    {
        var operation = command.Asked.Operation;
        if (Checkout.RefuseOperation(operation) is { } malformed)
        {
            return malformed;
        }

        if (!state.Operations.IsNewIfKeyed(operation, Limits.RememberedPerBarcodeMax, command.Now, out var rejection))
        {
            return rejection is null ? Nothing : rejection;
        }

        return state.Last is not { } owner ? new Rejection(RejectionCode.UnknownBarcode, "The barcode belongs to no product.")
            : state.Sku is null && !operation.Keyed ? Nothing
            : new BarcodeEvent.Released(OperationKey.Of(operation), owner);
    }

    /// <summary>Forgets up to <paramref name="max"/> operations whose time has passed.</summary>
    public static BarcodeState Tidy(BarcodeState state, DateTimeOffset now, int max)
    {
        var operations = state.Operations.WithoutDue(now, max);
        return ReferenceEquals(operations, state.Operations) ? state : state with { Operations = operations };
    }
}
