using System.Diagnostics;
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
            return malformed;
        }

        var (store, products) = Decided.Placed is null ? await Shop.Look(GrainFactory, command.Store, command.Lines) : Shop.NotLookedAt;
        var recording = Record(
            Order.Decide(Decided, new OrderCommand.Place(command, store, products, Now)),
            Envelope.Of(command.Operation, command.Store, command.Till.Value, command.OccurredAt?.ToUniversalTime() ?? Now));
        if (await Durably(recording) is { } refused)
        {
            return refused;
        }

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
            Envelope.Of(command.Operation, Decided.Placed?.Store ?? default, command.Operation.Till, Now));
        if (await Durably(recording) is { } refused)
        {
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
    public Task<OrderHistory?> History(CancellationToken cancellationToken) => OrderViewing.History(Services.Journal, _id, cancellationToken);

    /// <inheritdoc/>
    public Task<DateTimeOffset?> WakeUp(CancellationToken cancellationToken)
    {
        Refresh();
        GoOn();
        return Task.FromResult(WakeNext(OrderSaga.Owed(Durable) == OrderDebt.Nothing ? null : Now + Services.Options.SagaWakeUp));
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
            DeactivateOnIdle();
        }
    }

    /// <inheritdoc/>
    protected override void OnClosed() => _loop.Stop();

    private void GoOn()
    {
        if (OrderSaga.Owed(Durable) != OrderDebt.Nothing)
        {
            _loop.Start();
        }
    }

    private OrderView? View() => OrderViewing.View(_id, Durable, DurableVersion);

    private async Task<SagaStep> Step()
    {
        var debt = OrderSaga.Owed(Durable);
        if (debt == OrderDebt.Nothing)
        {
            return SagaStep.Done;
        }

        var placed = Durable.Placed!;
        var answers = await _effects.Ask(debt, OrderSaga.Goods(placed), line => Effect(debt, placed, line));
        if (OrderSaga.Fact(debt, answers, Now) is not { } fact)
        {
            Services.Instruments.OnSagaRetry(OrderJournal.Category, debt.ToString());
            return SagaStep.Later;
        }

        var recording = Record(
            OrderSaga.Decide(Decided, fact), Envelope.OfSaga(_saga, debt.ToString(), placed.Store, placed.Till, placed.OccurredAt));
        if (await Durably(recording) is not null)
        {
            return SagaStep.Later;
        }

        Services.Instruments.OnSagaStep(OrderJournal.Category, debt.ToString());
        return SagaStep.Next;
    }

    private async Task<Rejection?> Effect(OrderDebt debt, OrderEvent.Placed placed, int number)
    {
        var line = placed.Lines[number - 1];
        var stock = GrainFactory.GetGrain<IStockGrain>(new StockKey(placed.Store, line.Sku).ToString());
        var (hold, now) = (HoldId.Of(_id, number), Now);
        var operation = new Operation(
            hold.Value, "", placed.PlacedAt + OrderSaga.HoldsRemembered, _saga, placed.Till.Value, Key, Activity.Current?.Id ?? "");
        switch (debt)
        {
            case OrderDebt.Reserve:
                return OrderSaga.Reserved(await stock.Reserve(new(operation, hold, _saga, line.Quantity, now, Pinned: true)));
            case OrderDebt.Commit:
                return Ended(await stock.Commit(new(operation, hold, _saga, placed.OccurredAt)), number);
            case OrderDebt.Release:
                return Ended(await stock.Release(new(operation, hold, _saga)), number);
            default:
                throw new UnreachableException();
        }
    }

    private Rejection? Ended(Outcome<HoldView> answer, int line)
    {
        if (answer.Rejection is { } refused && !OrderSaga.IsEnd(refused.Code))
        {
            LogOddEnd(Services.Logger, _saga, line, refused.Code, refused.Detail);
        }

        return answer.Rejection;
    }
}
