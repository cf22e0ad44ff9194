using Orleans;
using Orleans.Configuration;
using Orleans.Concurrency;
using Orleans.Placement;
using Pos.Journal;

namespace Pos.Grains.Returns;

/// <summary>The shell of <see cref="Return"/> and <see cref="ReturnSaga"/>. Reentrant: the saga goes on while callers wait for its end.</summary>
[Reentrant, GrainType("return"), ResourceOptimizedPlacement]
[CollectionAgeLimit(Minutes = 5)]
public sealed partial class ReturnGrain(IGrainContext context, GrainServices services)
    : SagaGrain<ReturnProgress, ReturnEvent, ReturnDebt, ReturnFact>(context, ReturnJournal.Aggregate, services), IReturnGrain, ICreditGrain
{
    private ReturnId _id;

    /// <inheritdoc/>
    public async Task<Outcome<ReturnView>> Place(PlaceReturn command)
    {
        if (Decided.Accepted is null && Return.Refuse(command, Now) is { } malformed)
        {
            return await Stands(malformed, Begun) ? malformed : await Place(command);
        }

        if (await Attempt(command.Operation, () => TryToPlace(command)) is { } refused)
        {
            return await Stands(refused, Begun) ? refused : await Place(command);
        }

        return await Ended(command.Operation, command.WaitMax);
    }

    /// <inheritdoc/>
    public async Task<Outcome<ReturnView>> Take(TakeReturn command)
    {
        var back = command.Return;
        var recording = Record(
            Return.Decide(Decided, new ReturnCommand.Take(command, Now)),
            Envelope.Of(command.Operation with { Correlation = Key }, back.Store, back.Till.Value, back.OccurredAt));
        return await Durably(recording) is { } refused ? refused : await Ended(command.Operation, command.WaitMax);
    }

    /// <inheritdoc/>
    public async Task<Outcome<ReturnView>> PayOut(PayOutReturn command)
    {
        var recording = Record(
            Return.Decide(Decided, new ReturnCommand.PayOut(command)),
            Envelope.Of(command.Operation with { Correlation = Key }, Decided.Accepted?.Store ?? default, command.Operation.Till, Now),
            command.Operation.IfVersion);
        return await Durably(recording) is { } refused ? await Denied(refused) : await Ended(command.Operation, command.WaitMax);
    }

    /// <inheritdoc/>
    public Task<CreditView?> Credit()
    {
        Refresh();
        return Task.FromResult(ReturnViewing.Credit(_id, Durable));
    }

    /// <inheritdoc/>
    public Task<Outcome<CreditView>> TakeCredit(TakeCredit command) => Credit(new ReturnCommand.TakeCredit(command), command.Operation);

    /// <inheritdoc/>
    public Task<Outcome<CreditView>> GiveBackCredit(EndCredit command) => Credit(new ReturnCommand.GiveBackCredit(command), command.Operation);

    /// <inheritdoc/>
    public Task<Outcome<CreditView>> KeepCredit(EndCredit command) => Credit(new ReturnCommand.KeepCredit(command), command.Operation);

    /// <inheritdoc/>
    public Task<ReturnView?> Get()
    {
        Refresh();
        return Task.FromResult(View());
    }

    /// <inheritdoc/>
    protected override ReturnDebt Owed(ReturnProgress state) => ReturnSaga.Owed(state);

    /// <inheritdoc/>
    protected override Decision<ReturnEvent> Decide(ReturnProgress state, ReturnFact fact) => ReturnSaga.Decide(state, fact);

    /// <inheritdoc/>
    protected override StoreId? StoreOf(ReturnProgress state) => state.Accepted?.Store;

    /// <inheritdoc/>
    protected override ReturnEvent RetryAsked(string operation) => new ReturnEvent.RetryAsked(operation);

    /// <inheritdoc/>
    protected override string? LastRetry(ReturnProgress state) => state.Retried;

    /// <inheritdoc/>
    protected override DateTimeOffset OwedSince(ReturnProgress state) => state.Accepted!.PlacedAt;

    /// <inheritdoc/>
    protected override DateTimeOffset? NextWakeUp(ReturnProgress state) =>
        base.NextWakeUp(state) ?? (ReturnSaga.IsWaiting(state) ? state.Accepted!.PlacedAt + ReturnSaga.ExchangeWithin : null);

    /// <inheritdoc/>
    protected override DateTimeOffset? WakeAgain() => base.WakeAgain()
        ?? (ReturnSaga.IsWaiting(Durable) ? Later(Durable.Accepted!.PlacedAt + ReturnSaga.ExchangeWithin, Now + Services.Options.SagaWakeUp) : null);

    /// <inheritdoc/>
    protected override void OnWoken()
    {
        // While an order has the credit, that order's end decides.
        if (ReturnSaga.IsWaiting(Decided) && Decided.IsFree && Now >= Decided.Accepted!.PlacedAt + ReturnSaga.ExchangeWithin)
        {
            var accepted = Decided.Accepted!;
            Record(
                new ReturnEvent.PayOutAsked("No new order came."),
                Envelope.OfSaga(Saga, nameof(ReturnEvent.PayOutAsked), accepted.Store, accepted.Till, Now, TraceParent));
        }
    }

    /// <inheritdoc/>
    protected override bool IsOver(ReturnProgress state) => state.HasEnded;

    /// <inheritdoc/>
    protected override string NameOf(ReturnProgress state) => state.State!.Value.ToString();

    /// <inheritdoc/>
    protected override EventContext Context(ReturnDebt debt)
    {
        var accepted = Durable.Accepted!;
        return Envelope.OfSaga(Saga, debt.ToString(), accepted.Store, accepted.Till, accepted.OccurredAt, TraceParent);
    }

    /// <inheritdoc/>
    protected override void OnOpened()
    {
        _id = ReturnId.Parse(Key, null);
        _lines = new(Saga, Services.Logger);
        _money = new(Saga, Services.Logger);
    }

    private static bool Begun(ReturnProgress state) => state.Accepted is not null;

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;

    private async Task<Outcome<CreditView>> Credit(ReturnCommand command, Operation operation)
    {
        var recording = Record(
            Return.Decide(Decided, command),
            Envelope.Of(operation with { Correlation = Key }, Decided.Accepted?.Store ?? default, operation.Till, Now));
        if (await Durably(recording) is { } refused)
        {
            return await Denied(refused);
        }

        GoOn();
        return ReturnViewing.Credit(_id, Durable)!;
    }

    // An activation that was overtaken may not have seen what it denies.
    private async Task<Rejection> Denied(Rejection refused)
    {
        if (refused.Code is RejectionCode.UnknownReturn or RejectionCode.CreditNotAvailable)
        {
            await RequireNewest(CancellationToken.None);
        }

        return refused;
    }

    private async Task<Rejection?> TryToPlace(PlaceReturn command)
    {
        var (store, products) = Decided.Accepted is null ? await Shop.Look(GrainFactory, command.Store, command.Lines) : Shop.NotLookedAt;
        var now = Now;
        return await Durably(Record(
            Return.Decide(Decided, new ReturnCommand.Place(command, store, products, now)),
            Envelope.Of(command.Operation with { Correlation = Key }, command.Store, command.Till.Value, command.OccurredAt?.ToUniversalTime() ?? now)));
    }

    private async Task<Outcome<ReturnView>> Ended(Operation operation, TimeSpan waitMax)
    {
        await GoOn(operation, static state => state.HasEnded || (ReturnSaga.IsWaiting(state) && state.IsRestocked), waitMax);
        return View()!;
    }

    private ReturnView? View() => ReturnViewing.View(_id, Durable, DurableVersion);
}
