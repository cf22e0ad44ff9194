using Orleans;
using Orleans.Configuration;
using Orleans.Placement;

namespace Pos.Grains.Barcodes;

/// <summary>The shell of <see cref="BarcodeRules"/>.</summary>
[GrainType("barcode"), ResourceOptimizedPlacement]
[CollectionAgeLimit(Hours = 2)]
public sealed class BarcodeGrain(IGrainContext context, GrainServices services)
    : EventSourcedGrain<BarcodeState, BarcodeEvent>(context, BarcodeJournal.Aggregate, services), IBarcodeGrain
{
    /// <inheritdoc/>
    public async Task<Outcome<BarcodeView>> Claim(ClaimBarcode command)
    {
        var product = await Asked(GrainFactory.GetGrain<IProductGrain>(command.Sku.Value).Get());
        return await Run(new BarcodeCommand.Claim(command, product is not null, Now), command.Operation);
    }

    /// <inheritdoc/>
    public Task<Outcome<BarcodeView>> Release(ReleaseBarcode command) => Run(new BarcodeCommand.Release(command, Now), command.Operation);

    /// <inheritdoc/>
    public Task<BarcodeView?> Get()
    {
        Refresh();
        return Task.FromResult(Durable.Sku is { } sku ? new BarcodeView(new(Key), sku, DurableVersion) : null);
    }

    /// <inheritdoc/>
    protected override BarcodeState Tidy(BarcodeState state, int max) => BarcodeRules.Tidy(state, Now, max);

    private async Task<Outcome<BarcodeView>> Run(BarcodeCommand command, Operation operation)
    {
        var recording = Record(BarcodeRules.Decide(Decided, command), Envelope.Of(operation, default, operation.Till, Now), operation.IfVersion);
        var (sku, version) = (Decided.Sku, DecidedVersion);
        if (await Durably(recording) is not { } refused)
        {
            return new BarcodeView(new(Key), sku, version);
        }

        // An activation that was overtaken, and has never seen who has it, must not deny it.
        if (refused.Code is RejectionCode.UnknownBarcode or RejectionCode.BarcodeTaken)
        {
            await RequireNewest(CancellationToken.None);
        }

        return refused;
    }
}
