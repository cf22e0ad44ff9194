using Orleans;
using Orleans.Concurrency;
using Orleans.Configuration;
using Orleans.Placement;
using Pos.Journal;
using Pos.Payments;

namespace Pos.Grains.Carts;

/// <summary>The shell of <see cref="Cart"/> and <see cref="CartSaga"/>. Reentrant: other requests are answered while the order is told.</summary>
[Reentrant, GrainType("cart"), PreferLocalPlacement]
[CollectionAgeLimit(Minutes = 15)]
public sealed partial class CartGrain(IGrainContext context, GrainServices services, IPaymentProvider provider)
    : SagaGrain<CartState, CartEvent, CartDebt, CartFact>(context, CartSaga.Rules, services), ICartGrain
{
    private CartId _id;
    private SagaEffects _order = null!;
    private Task<Outcome<OrderView>>? _handOver;

    /// <inheritdoc/>
    public Task<Outcome<CartView>> Open(OpenCart command) => Decide(command.Operation, async () =>
    {
        var source = Decided.Opened is null && command.From is { } from ? await Source(from) : default;
        var (store, products) = Decided.Opened is null ? await Shop.Look(Services, GrainFactory, command.Store, Skus(source.Cart)) : Assortment.None;
        return await Run(new CartCommand.Open(command, store, source, products, Now), command.Operation, command.Store, command.Till);
    });

    /// <inheritdoc/>
    public Task<Outcome<CartView>> Add(AddCartLine command) => Decide(command.Operation, async () =>
    {
        var (store, _) = await Look([]);
        var scanned = command.Code is { } code ? await Scan(code, store) : null;
        var (_, products) = await Look((scanned?.Sku ?? command.Sku) is { } sku ? [sku] : []);
        return await Run(new CartCommand.Add(command, scanned, store, products, Now), command.Operation);
    });

    /// <inheritdoc/>
    public Task<Outcome<CartView>> Change(ChangeCartLine command) => Decide(command.Operation, async () =>
    {
        var (store, _) = await Look([]);
        return await Run(new CartCommand.Change(command, store, Now), command.Operation);
    });

    /// <inheritdoc/>
    public Task<Outcome<CartView>> Remove(RemoveCartLine command) =>
        Decide(command.Operation, () => Run(new CartCommand.Remove(command, Now), command.Operation));

    /// <inheritdoc/>
    public Task<Outcome<CartView>> Refresh(RefreshCart command) => Decide(command.Operation, async () =>
    {
        var (store, products) = await LookAtAll();
        return await Run(new CartCommand.Refresh(command, store, products, Now), command.Operation);
    });

    /// <inheritdoc/>
    public Task<Outcome<CartView>> Annotate(AnnotateCart command) =>
        Decide(command.Operation, () => Run(new CartCommand.Annotate(command, Now), command.Operation));

    /// <inheritdoc/>
    public Task<Outcome<CartView>> Park(ParkCart command) =>
        Decide(command.Operation, () => Run(new CartCommand.Park(command, Now), command.Operation));

    /// <inheritdoc/>
    public Task<Outcome<CartView>> Resume(ResumeCart command) => Decide(command.Operation, async () =>
    {
        var (store, _) = await Look([]);
        return await Run(new CartCommand.Resume(command, store, Now), command.Operation);
    });

    /// <inheritdoc/>
    public Task<Outcome<CartView>> Cancel(CancelCart command) =>
        Decide(command.Operation, () => Run(new CartCommand.Cancel(command, Now), command.Operation));

    /// <inheritdoc/>
    public async Task<Outcome<OrderView>> CheckOut(CheckOutCart command)
    {
        if (await Attempt(command.Operation, () => TryToCheckOut(command)) is { } refused)
        {
            return refused;
        }

        await WaitUntil(static _ => true, command.Operation, TimeSpan.Zero);
        return await HandOver(command.WaitMax);
    }

    /// <inheritdoc/>
    public Task<CartView?> Get()
    {
        Refresh();
        return Task.FromResult(View());
    }

    /// <inheritdoc/>
    protected override string? Trouble => _order.Trouble;

    /// <inheritdoc/>
    protected override async Task<CartFact?> Do(CartDebt debt)
    {
        var told = await _order.Demand(debt, [_id], static _ => 0, async _ => (await JoinHandOver()).Rejection);
        return told ? new CartFact.HandedOver() : null;
    }

    /// <inheritdoc/>
    protected override CartState Tidy(CartState state, int max) => Cart.Tidy(state, Now, max);

    /// <inheritdoc/>
    protected override void OnOpened()
    {
        _id = CartId.Parse(Key, null);
        _order = new(Saga, Services.Logger);
    }
}
