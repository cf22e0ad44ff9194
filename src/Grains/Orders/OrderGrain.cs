using Orleans;
using Orleans.Concurrency;

namespace Pos.Grains;

/// <summary>The shell of <see cref="Order"/> and <see cref="OrderSaga"/>. Reentrant: the saga goes on while callers wait for its end.</summary>
[Reentrant, GrainType("order")]
public sealed partial class OrderGrain(GrainServices services)
    : EventSourcedGrain<OrderProgress, OrderEvent>(OrderJournal.Aggregate, services), IOrderGrain
{
    private OrderId _id;
    private string _saga = "";

    // Of the request that began it. An order that a wake-up resumes in another activation has no request to belong to.
    private string _traceParent = "";
    private SagaLoop _loop = null!;
    private LineEffects _effects = null!;

    /// <inheritdoc/>
    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        await base.OnActivateAsync(cancellationToken);
        _id = OrderId.Parse(Key, null);
        _saga = $"order:{Key}";
        _effects = new(_saga, Services.Logger);
        _loop = new(_saga, Step, DelayDeactivation, Services);
        GoOn();
    }

    /// <inheritdoc/>
    public async Task<Outcome<OrderView>> Place(PlaceOrder command)
    {
        if (Decided.Placed is null && Order.Refuse(command, Now) is { } malformed)
        {
            return await Refused(command, malformed);
        }

        var (store, products) = Decided.Placed is null ? await Shop.Look(GrainFactory, command.Store, command.Lines) : Shop.NotLookedAt;
        var now = Now;
        var recording = Record(
            Order.Decide(Decided, new OrderCommand.Place(command, store, products, now)),
            Envelope.Of(command.Operation with { Correlation = Key }, command.Store, command.Till.Value, command.OccurredAt?.ToUniversalTime() ?? now));
        if (await Durably(recording) is { } refused)
        {
            return await Refused(command, refused);
        }

        _traceParent = _traceParent.Length == 0 ? command.Operation.TraceParent : _traceParent;
        GoOn();
        if (!Durable.HasEnded)
        {
            await _loop.Ended(command.WaitMax);
        }

        return View()!;
    }

    /// <inheritdoc/>
    public async Task<Outcome<OrderView>> Cancel(CancelOrder command)
    {
        var recording = Record(
            Order.Decide(Decided, new OrderCommand.Cancel(command, Now)),
            Envelope.Of(command.Operation with { Correlation = Key }, Decided.Placed?.Store ?? default, command.Operation.Till, Now));
        if (await Durably(recording) is { } refused)
        {
            // An activation that was overtaken, and has never seen the order, must not deny it.
            if (refused.Code == RejectionCode.UnknownOrder)
            {
                await RequireNewest(CancellationToken.None);
            }

            return refused;
        }

        GoOn();
        return View()!;
    }

    /// <inheritdoc/>
    public Task<OrderView?> Get()
    {
        Refresh();
        return Task.FromResult(View());
    }

    /// <inheritdoc/>
    public Task<OrderHistory?> History(CancellationToken cancellationToken) =>
        Read(OrderViewing.History(Services.Journal, _id, cancellationToken));

    /// <inheritdoc/>
    public async Task<DateTimeOffset?> WakeUp(CancellationToken cancellationToken)
    {
        Refresh();
        GoOn();
        await RequireNewest(cancellationToken);
        return WakeNext(OrderSaga.Owed(Durable) == OrderDebt.Nothing ? null : Now + Services.Options.SagaWakeUp);
    }

    /// <inheritdoc/>
    protected override DateTimeOffset? NextWakeUp(OrderProgress state) =>
        OrderSaga.Owed(state) == OrderDebt.Nothing ? null : state.Placed!.PlacedAt + Services.Options.SagaWakeUp;

    /// <inheritdoc/>
    protected override void OnDurable()
    {
        if (Durable.HasEnded)
        {
            _loop.OnEnded();
        }

        // Hardly anybody asks again, and a day's orders in memory are a day's growth: whoever does ask reads the stream.
        if (Durable.Settled)
        {
            Services.Instruments.OnSagaEnded(OrderJournal.Category, Durable.State!.Value.ToString());
            DeactivateOnIdle();
        }
    }

    /// <inheritdoc/>
    protected override void OnClosed() => _loop.Stop();

    // Whatever would be refused now, a repetition of what has been accepted is accepted: so nothing is refused before it is known that
    // nothing is placed, neither by another request in the meantime nor by an activation that has overtaken this one.
    private async Task<Outcome<OrderView>> Refused(PlaceOrder command, Rejection refusal)
    {
        if (refusal.Code is RejectionCode.OperationReused or RejectionCode.JournalFull)
        {
            return refusal;
        }

        if (Decided.Placed is null)
        {
            await RequireNewest(CancellationToken.None);
        }

        return Decided.Placed is null ? refusal : await Place(command);
    }

    private void GoOn()
    {
        if (OrderSaga.Owed(Durable) != OrderDebt.Nothing)
        {
            _loop.Start();
        }
    }

    private OrderView? View() => OrderViewing.View(_id, Durable, DurableVersion);
}
