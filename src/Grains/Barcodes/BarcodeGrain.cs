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
        var product = await WaitFor(GrainFactory.GetGrain<IProductGrain>(command.Sku.Value).Get());
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

    private Task<Outcome<BarcodeView>> Run(BarcodeCommand command, Operation operation)
    {
        var recording = Record(BarcodeRules.Decide(Decided, command), Envelope.Of(operation, default, operation.Till, Now), operation.IfVersion);
        return Answer(recording, new BarcodeView(new(Key), Decided.Sku, DecidedVersion));
    }
}
