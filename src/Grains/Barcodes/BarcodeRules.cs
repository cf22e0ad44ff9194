using System.Diagnostics;

namespace Pos.Grains;

/// <summary>A barcode after some events.</summary>
/// <param name="Sku">Whose it is, or null.</param>
/// <param name="WasClaimed">Whether it ever belonged to a product.</param>
public sealed record BarcodeState(Sku? Sku, bool WasClaimed);

/// <summary>What a barcode is asked to do.</summary>
public abstract record BarcodeCommand
{
    private BarcodeCommand()
    {
    }

    /// <inheritdoc cref="IBarcodeGrain.Claim"/>
    public sealed record Claim(ClaimBarcode Asked, bool ProductExists) : BarcodeCommand;

    /// <inheritdoc cref="IBarcodeGrain.Release"/>
    public sealed record Release(ReleaseBarcode Asked) : BarcodeCommand;
}

/// <summary>The rules of a barcode: it belongs to one product at a time.</summary>
public static class BarcodeRules
{
    private static readonly Decision<BarcodeEvent> Nothing = new([], null);

    /// <summary>Nobody's.</summary>
    public static BarcodeState Initial { get; } = new(null, false);

    /// <summary>The barcode after an event.</summary>
    public static BarcodeState Evolve(BarcodeState state, BarcodeEvent happened) => happened switch
    {
        BarcodeEvent.Claimed e => new(e.Sku, true),
        BarcodeEvent.Released => state with { Sku = null },
        _ => throw new UnreachableException($"No rule for {happened.GetType().Name}."),
    };

    /// <summary>What comes of a command.</summary>
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

        return state.Sku == sku ? Nothing
            : state.Sku is { } owner ? new Rejection(RejectionCode.BarcodeTaken, $"The barcode belongs to '{owner}'.")
            : !command.ProductExists ? new Rejection(RejectionCode.UnknownProduct, $"There is no product '{sku}'.")
            : new BarcodeEvent.Claimed(OperationKey.Of(asked.Operation), sku);
    }

    private static Decision<BarcodeEvent> Release(BarcodeState state, BarcodeCommand.Release command) =>
        Checkout.RefuseOperation(command.Asked.Operation) is { } malformed ? malformed
        : state.Sku is { } owner ? new BarcodeEvent.Released(OperationKey.Of(command.Asked.Operation), owner)
        : state.WasClaimed ? Nothing
        : new Rejection(RejectionCode.UnknownBarcode, "The barcode belongs to no product.");
}
