using Orleans;
using Orleans.Configuration;
using Orleans.Placement;
using Pos.Journal;

namespace Pos.Grains.Catalogue;

/// <summary>The shell of <see cref="Product"/>.</summary>
[GrainType("product"), ResourceOptimizedPlacement]
[CollectionAgeLimit(Hours = 2)]
public sealed class ProductGrain(IGrainContext context, GrainServices services)
    : EventSourcedGrain<ProductState, ProductEvent>(context, ProductJournal.Aggregate, services), IProductGrain
{
    private NearViews<ProductView>.Place? _near;

    private ProductView? Shown => Durable.Details is { } details ? View(details, DurableVersion) : null;

    /// <inheritdoc/>
    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        await base.OnActivateAsync(cancellationToken);
        _near = Services.Products.Open(Key);
        _near.Show(Shown);
    }

    /// <inheritdoc/>
    public Task<Outcome<ProductView>> Define(DefineProduct command) => Run(new ProductCommand.Define(command, Now), command.Operation);

    /// <inheritdoc/>
    public Task<Outcome<ProductView>> Change(ChangeProduct command) => Run(new ProductCommand.Change(command, Now), command.Operation);

    /// <inheritdoc/>
    public Task<ProductView?> Get()
    {
        Refresh();
        return Task.FromResult(Shown);
    }

    /// <inheritdoc/>
    protected override void OnDurable(ProductState before) => _near?.Show(Shown);

    /// <inheritdoc/>
    protected override void OnClosed() => _near?.Close();

    /// <inheritdoc/>
    protected override ProductState Tidy(ProductState state, int max) => Product.Tidy(state, Now, max);

    private Task<Outcome<ProductView>> Run(ProductCommand command, Operation operation)
    {
        var recording = Record(Product.Decide(Decided, command), Envelope.Of(operation, default, operation.Till, Now), operation.IfVersion);
        return Answer(recording, Decided.Details is { } details ? View(details, DecidedVersion) : null);
    }

    private ProductView View(ProductDetails details, long version) => new(
        new Sku(Key),
        details.Name,
        details.Description,
        details.Category,
        details.Price,
        details.TaxClass,
        details.Kind,
        details.Active,
        version);
}
