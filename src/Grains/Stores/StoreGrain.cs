using Orleans;
using Orleans.Configuration;
using Orleans.Placement;

namespace Pos.Grains.Stores;

/// <summary>The shell of <see cref="Store"/>.</summary>
[GrainType("store"), ResourceOptimizedPlacement]
[CollectionAgeLimit(Hours = 2)]
public sealed class StoreGrain(IGrainContext context, GrainServices services)
    : EventSourcedGrain<StoreState, StoreEvent>(context, StoreJournal.Aggregate, services), IStoreGrain
{
    private NearViews<StoreView>.Place? _near;

    private StoreView? Shown => Durable.Details is { } details ? View(details, DurableVersion) : null;

    /// <inheritdoc/>
    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        await base.OnActivateAsync(cancellationToken);
        _near = Services.Stores.Open(Key);
        _near.Show(Shown);
    }

    /// <inheritdoc/>
    public Task<Outcome<StoreView>> Define(DefineStore command)
    {
        var recording = Record(
            Store.Decide(Decided, new StoreCommand.Define(command, Now)), Envelope.Of(command.Operation, default, command.Operation.Till, Now),
            command.Operation.IfVersion);
        return Answer(recording, Decided.Details is { } details ? View(details, DecidedVersion) : null);
    }

    /// <inheritdoc/>
    public Task<StoreView?> Get()
    {
        Refresh();
        return Task.FromResult(Shown);
    }

    /// <inheritdoc/>
    protected override void OnDurable(StoreState before) => _near?.Show(Shown);

    /// <inheritdoc/>
    protected override void OnClosed() => _near?.Close();

    /// <inheritdoc/>
    protected override StoreState Tidy(StoreState state, int max) => Store.Tidy(state, Now, max);

    private StoreView View(StoreDetails details, long version) => new(
        new StoreId(Key),
        details.Name,
        details.District,
        details.Kind,
        details.Currency,
        details.TimeZone,
        details.TaxInclusive,
        details.TaxRates,
        details.Tills,
        details.CashRounding,
        version,
        details.EmbeddedBarcodes);
}
