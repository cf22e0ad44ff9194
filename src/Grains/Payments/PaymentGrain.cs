using System.Collections.Immutable;
using Orleans;
using Orleans.Configuration;
using Orleans.Concurrency;
using Orleans.Placement;
using Pos.Journal;
using Pos.Payments;

namespace Pos.Grains.Payments;

/// <summary>The shell of <see cref="Payment"/> and <see cref="PaymentSaga"/>. Reentrant: the saga goes on while callers wait for its end.</summary>
[Reentrant, GrainType("payment"), ResourceOptimizedPlacement]
[CollectionAgeLimit(Minutes = 5)]
public sealed class PaymentGrain(IGrainContext context, GrainServices services, IPaymentProvider provider)
    : SagaGrain<PaymentProgress, PaymentEvent, PaymentDebt, PaymentFact>(context, PaymentJournal.Aggregate, services), IPaymentGrain
{
    private PaymentId _id;
    private PaymentTalk _talk = null!;

    /// <inheritdoc/>
    public Task<Outcome<PaymentView>> Charge(ChargePayment command) => Ask(
        new PaymentCommand.Charge(_id, command, Now),
        command.Operation,
        Context(command.Operation, command.Store, command.Till),
        command.WaitMax,
        static state => state.State != PaymentState.Requested);

    /// <inheritdoc/>
    public Task<Outcome<PaymentView>> Undo(UndoPayment command) => Ask(
        new PaymentCommand.Undo(_id, command, Now),
        command.Operation,
        Context(command.Operation, command.Store, command.Till),
        command.WaitMax,
        static state => PaymentSaga.Owed(state) == PaymentDebt.Nothing);

    /// <inheritdoc/>
    public Task<Outcome<PaymentView>> Refund(RefundPayment command) => Ask(
        new PaymentCommand.Refund(command),
        command.Operation,
        Context(command.Operation, Decided.Store ?? default, new TillId(command.Operation.Till)),
        command.WaitMax,
        state => state.Refund(command.Refund.Value) is { IsOwed: false });

    /// <inheritdoc/>
    public async Task<Outcome<PaymentView>> CloseRefund(CloseRefund command)
    {
        ArgumentNullException.ThrowIfNull(command);
        Refresh();
        var owed = PaymentSaga.ToClose(Durable, command.Refund);
        var said = owed is null ? null : await _talk.RuleOut(Durable, owed);
        // The provider has spoken of this refund, whichever is owed next by now.
        var asked = owed is null ? command : command with { Refund = owed.Id };
        var recording = Record(
            Payment.Decide(Decided, new PaymentCommand.Close(asked, said, Now)),
            Context(command.Operation, Decided.Store ?? default, new TillId(command.Operation.Till)),
            command.Operation.IfVersion);
        if (await Durably(recording) is { } refused)
        {
            // The provider's answer may let the saga go on by itself. An activation that was overtaken may not know of the refund that it owes.
            GoOn();
            await RequireNewest(CancellationToken.None);
            return refused;
        }

        GoOn();
        return View()!;
    }

    /// <inheritdoc/>
    public async Task Look()
    {
        Refresh();
        if (PaymentSaga.Owed(Durable) != PaymentDebt.Nothing)
        {
            GoOn();
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
    protected override PaymentDebt Owed(PaymentProgress state) => PaymentSaga.Owed(state);

    /// <inheritdoc/>
    protected override Task<PaymentFact?> Do(PaymentDebt debt) => _talk.Settle(Durable);

    /// <inheritdoc/>
    protected override Decision<PaymentEvent> Decide(PaymentProgress state, PaymentFact fact) => PaymentSaga.Decide(state, fact);

    /// <inheritdoc/>
    protected override EventContext Context(PaymentDebt debt) => Context(debt.ToString());

    /// <inheritdoc/>
    protected override StoreId? StoreOf(PaymentProgress state) => state.Store;

    /// <inheritdoc/>
    protected override PaymentEvent RetryAsked(string operation) => new PaymentEvent.RetryAsked(operation);

    /// <inheritdoc/>
    protected override string? LastRetry(PaymentProgress state) => state.Retried;

    /// <inheritdoc/>
    protected override string? Trouble => _talk.Trouble.Length > 0 ? _talk.Trouble : null;

    /// <inheritdoc/>
    protected override ImmutableArray<string> FurtherActions(PaymentProgress state) =>
        _talk.IsRuledOut && PaymentSaga.ToClose(state, null) is not null ? ["close-refund"] : [];

    /// <inheritdoc/>
    protected override DateTimeOffset OwedSince(PaymentProgress state) => Now;

    /// <inheritdoc/>
    protected override bool IsOver(PaymentProgress state) => state.State is not null && PaymentSaga.Owed(state) == PaymentDebt.Nothing;

    /// <inheritdoc/>
    protected override string NameOf(PaymentProgress state) => state.State!.Value.ToString();

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
        PaymentCommand command, Operation operation, EventContext context, TimeSpan waitMax, Func<PaymentProgress, bool> isDone)
    {
        if (await Durably(Record(Payment.Decide(Decided, command), context)) is { } refused)
        {
            return refused;
        }

        await GoOn(operation, isDone, waitMax);
        return View()!;
    }

    private EventContext Context(Operation operation, StoreId store, TillId till) =>
        Envelope.Of(operation with { Correlation = operation.Correlation.Length > 0 ? operation.Correlation : _id.Order.Value }, store, till.Value, Now);

    private EventContext Context(string step) =>
        Envelope.OfSaga(Saga, step, Durable.Store ?? default, Durable.Requested!.Till, Now, TraceParent) with { Correlation = _id.Order.Value };

    private PaymentView? View() => PaymentViewing.View(_id, Durable, DurableVersion);
}
