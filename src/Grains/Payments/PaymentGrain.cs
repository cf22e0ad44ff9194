using Orleans;
using Orleans.Concurrency;
using Pos.Journal;
using Pos.Payments;

namespace Pos.Grains;

/// <summary>The shell of <see cref="Payment"/> and <see cref="PaymentSaga"/>. Reentrant: the saga goes on while callers wait for its end.</summary>
[Reentrant, GrainType("payment")]
public sealed partial class PaymentGrain(GrainServices services, IPaymentProvider provider)
    : EventSourcedGrain<PaymentProgress, PaymentEvent>(PaymentJournal.Aggregate, services), IPaymentGrain
{
    private PaymentId _id;
    private string _saga = "";
    private string _traceParent = "";
    private SagaLoop _loop = null!;
    private PaymentTalk _talk = null!;

    /// <inheritdoc/>
    public override async Task OnActivateAsync(CancellationToken cancellationToken)
    {
        await base.OnActivateAsync(cancellationToken);
        _id = PaymentId.Parse(Key, null);
        _saga = $"payment:{Key}";
        _talk = new(provider, Services, () => !Decided.IsUndone, () => RequireNewest(CancellationToken.None));
        _loop = new(_saga, Step, DelayDeactivation, Services);
        if (PaymentSaga.Owed(Durable) != PaymentDebt.Nothing)
        {
            _talk.Doubt();
            _loop.Start();
        }
    }

    /// <inheritdoc/>
    public Task<Outcome<PaymentView>> Charge(ChargePayment command) => Do(
        new PaymentCommand.Charge(_id, command, Now),
        Context(command.Operation, command.Store, command.Till),
        command.WaitMax,
        static state => state.State != PaymentState.Requested);

    /// <inheritdoc/>
    public Task<Outcome<PaymentView>> Undo(UndoPayment command) => Do(
        new PaymentCommand.Undo(_id, command, Now),
        Context(command.Operation, command.Store, command.Till),
        command.WaitMax,
        static state => PaymentSaga.Owed(state) == PaymentDebt.Nothing);

    /// <inheritdoc/>
    public Task<Outcome<PaymentView>> Refund(RefundPayment command) => Do(
        new PaymentCommand.Refund(command),
        Context(command.Operation, Decided.Store ?? default, new TillId(command.Operation.Till)),
        command.WaitMax,
        state => state.Refund(command.Refund.Value) is { Reference: not null });

    /// <inheritdoc/>
    public async Task Look()
    {
        Refresh();
        if (PaymentSaga.Owed(Durable) != PaymentDebt.Nothing)
        {
            _loop.Start();
        }
        else if (Durable is { Requested: not null, State: not PaymentState.Captured } && await _talk.Look(Durable) is PaymentFact.Captured late)
        {
            await Durably(Record(PaymentSaga.Decide(Decided, late), Context("Look")));
            GoOn();
        }
    }

    /// <inheritdoc/>
    public Task<PaymentView?> Get()
    {
        Refresh();
        return Task.FromResult(View());
    }

    /// <inheritdoc/>
    public async Task<DateTimeOffset?> WakeUp(CancellationToken cancellationToken)
    {
        Refresh();
        GoOn();
        await RequireNewest(cancellationToken);
        return WakeNext(NextWakeUp(Durable));
    }

    /// <inheritdoc/>
    protected override DateTimeOffset? NextWakeUp(PaymentProgress state) =>
        PaymentSaga.Owed(state) == PaymentDebt.Nothing ? null : Now + Services.Options.SagaWakeUp;

    /// <inheritdoc/>
    protected override void OnDurable()
    {
        // Each waits for another end: whoever has not seen its own waits again.
        _loop.OnEnded();
        if (Durable.State is { } state && PaymentSaga.Owed(Durable) == PaymentDebt.Nothing)
        {
            Services.Instruments.OnSagaEnded(PaymentJournal.Category, state.ToString());
            DeactivateOnIdle();
        }
    }

    /// <inheritdoc/>
    protected override void OnClosed() => _loop.Stop();

    private async Task<Outcome<PaymentView>> Do(PaymentCommand command, EventContext context, TimeSpan waitMax, Func<PaymentProgress, bool> isDone)
    {
        if (await Durably(Record(Payment.Decide(Decided, command), context)) is { } refused)
        {
            return refused;
        }

        _traceParent = _traceParent.Length == 0 ? context.TraceParent : _traceParent;
        GoOn();
        var began = Services.Clock.GetTimestamp();
        while (!isDone(Durable) && Services.Clock.GetElapsedTime(began) is var waited && waited < waitMax && waited < Services.Options.WaitMax)
        {
            await _loop.Ended(waitMax - waited);
        }

        return View()!;
    }

    private async Task<SagaStep> Step()
    {
        var debt = PaymentSaga.Owed(Durable);
        if (debt == PaymentDebt.Nothing)
        {
            return SagaStep.Done;
        }

        if (await _talk.Settle(Durable) is not { } fact)
        {
            Services.Instruments.OnSagaRetry(PaymentJournal.Category, debt.ToString());
            return SagaStep.Later;
        }

        if (await Durably(Record(PaymentSaga.Decide(Decided, fact), Context(debt.ToString()))) is not null)
        {
            return SagaStep.Later;
        }

        _talk.OnRecorded();
        Services.Instruments.OnSagaStep(PaymentJournal.Category, debt.ToString());
        return SagaStep.Next;
    }

    private void GoOn()
    {
        if (PaymentSaga.Owed(Durable) != PaymentDebt.Nothing)
        {
            _loop.Start();
        }
    }

    private EventContext Context(Operation operation, StoreId store, TillId till) =>
        Envelope.Of(operation with { Correlation = operation.Correlation.Length > 0 ? operation.Correlation : _id.Order.Value }, store, till.Value, Now);

    private EventContext Context(string step) =>
        Envelope.OfSaga(_saga, step, Durable.Store ?? default, Durable.Requested!.Till, Now, _traceParent) with { Correlation = _id.Order.Value };

    private PaymentView? View() => PaymentViewing.View(_id, Durable, DurableVersion);
}
