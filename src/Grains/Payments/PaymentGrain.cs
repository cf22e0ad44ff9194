using System.Collections.Immutable;
using Orleans;
using Orleans.Concurrency;
using Orleans.Configuration;
using Orleans.Placement;
using Pos.Journal;
using Pos.Payments;

namespace Pos.Grains.Payments;

/// <summary>The shell of <see cref="Payment"/> and <see cref="PaymentSaga"/>. Reentrant: the saga continues while callers wait for its end.</summary>
[Reentrant, GrainType("payment"), ResourceOptimizedPlacement]
[CollectionAgeLimit(Minutes = 5)]
public sealed class PaymentGrain(IGrainContext context, GrainServices services, IPaymentProvider provider)
    : SagaGrain<PaymentState, PaymentEvent, PaymentDebt, PaymentFact>(context, PaymentSaga.Rules, services), IPaymentGrain
{
    private PaymentId _id;
    private PaymentTalk _talk = null!;

    /// <inheritdoc/>
    public Task<Outcome<PaymentView>> Charge(ChargePayment command) => Ask(
        new PaymentCommand.Charge(_id, command, Now),
        command.Operation,
        Describe(command.Operation, command.Store, command.Till),
        command.WaitMax,
        static state => state.State != PaymentStatus.Requested);

    /// <inheritdoc/>
    public Task<Outcome<PaymentView>> Undo(UndoPayment command) => Ask(
        new PaymentCommand.Undo(_id, command, Now),
        command.Operation,
        Describe(command.Operation, command.Store, command.Till),
        command.WaitMax,
        static state => PaymentSaga.Owed(state) == PaymentDebt.Nothing);

    /// <inheritdoc/>
    public Task<Outcome<PaymentView>> Refund(RefundPayment command) => Ask(
        new PaymentCommand.Refund(command),
        command.Operation,
        Describe(command.Operation, Decided.Store ?? default, new TillId(command.Operation.Till)),
        command.WaitMax,
        state => state.Refund(command.Refund.Value) is { IsOwed: false });

    /// <inheritdoc/>
    public async Task<Outcome<PaymentView>> CloseRefund(CloseRefund command)
    {
        ArgumentNullException.ThrowIfNull(command);
        Refresh();
        var owed = PaymentSaga.ToClose(Durable, command.Refund);
        var said = owed is null ? null : await _talk.RuleOut(Durable, owed);
        // The provider's answer is about this refund, even when another one is owed by now.
        var asked = owed is null ? command : command with { Refund = owed.Id };
        var recording = Record(
            Payment.Decide(Decided, new PaymentCommand.Close(asked, said, Now)),
            Describe(command.Operation, Decided.Store ?? default, new TillId(command.Operation.Till)),
            command.Operation.IfVersion);
        var refused = await FindRefusal(recording);
        // The provider's answer may let the saga continue, also after a refusal.
        GoOn();
        return refused is null ? View()! : refused;
    }

    /// <inheritdoc/>
    public async Task Look()
    {
        Refresh();
        if (PaymentSaga.Owed(Durable) != PaymentDebt.Nothing)
        {
            GoOn();
        }
        else if (Durable is { Requested: not null, State: not PaymentStatus.Captured } && await _talk.Look(Durable) is PaymentFact.Captured late)
        {
            await WaitUntilDurable(Record(PaymentSaga.Decide(Decided, late), Describe(nameof(Look), PaymentSaga.Rules.OriginOf(Durable)!.Value)));
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
    protected override string? Trouble => _talk.Trouble.Length > 0 ? _talk.Trouble : null;

    /// <inheritdoc/>
    protected override Task<PaymentFact?> Do(PaymentDebt debt) => _talk.Settle(Durable);

    /// <inheritdoc/>
    protected override string? FindAction(PaymentState state) =>
        _talk.IsRuledOut && PaymentSaga.ToClose(state, null) is not null ? "close-refund" : null;

    /// <inheritdoc/>
    protected override void OnOpened()
    {
        _id = PaymentId.Parse(Key, null);
        _talk = new(provider, Services, () => !Decided.IsUndone, () => RequireNewest(CancellationToken.None));
        if (PaymentSaga.Owed(Durable) != PaymentDebt.Nothing)
        {
            _talk.Doubt();
        }
    }

    /// <inheritdoc/>
    protected override void OnRecorded() => _talk.OnRecorded();

    private async Task<Outcome<PaymentView>> Ask(
        PaymentCommand command, Operation operation, EventContext context, TimeSpan waitMax, Func<PaymentState, bool> isDone)
    {
        if (await FindRefusal(Record(Payment.Decide(Decided, command), context)) is { } refused)
        {
            return refused;
        }

        await WaitUntil(isDone, operation, waitMax);
        return View()!;
    }

    private EventContext Describe(Operation operation, StoreId store, TillId till) =>
        Envelope.Of(operation with { Correlation = operation.Correlation.Length > 0 ? operation.Correlation : _id.Order.Value }, store, till.Value, Now);

    private PaymentView? View() => PaymentViewing.View(_id, Durable, DurableVersion);
}
