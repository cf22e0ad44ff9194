using System.Collections.Immutable;
using Orleans;
using Orleans.Concurrency;
using Orleans.Configuration;
using Orleans.Placement;
using Pos.Journal;

namespace Pos.Grains.Returns;

/// <summary>The shell of <see cref="Return"/> and <see cref="ReturnSaga"/>. Reentrant: the saga continues while callers wait for its end.</summary>
[Reentrant, GrainType("return"), ResourceOptimizedPlacement]
[CollectionAgeLimit(Minutes = 5)]
public sealed class ReturnGrain(IGrainContext context, GrainServices services)
    : SagaGrain<ReturnState, ReturnEvent, ReturnDebt, ReturnFact>(context, ReturnSaga.Rules, services), IReturnGrain, ICreditGrain
{
    // Refunds that an operator closed at a payment, by their place.
    private readonly SortedDictionary<int, TenderRefund> _unpaid = [];
    private ReturnId _id;
    private SagaEffects _lines = null!;
    private SagaEffects _money = null!;

    /// <inheritdoc/>
    protected override string? Trouble => _lines.Trouble ?? _money.Trouble;

    /// <inheritdoc/>
    public async Task<Outcome<ReturnView>> Place(PlaceReturn command) =>
        await Attempt(command.Operation, () => TryToPlace(command)) is { } refused ? refused : await WaitUntilEnded(command.Operation, command.WaitMax);

    /// <inheritdoc/>
    public async Task<Outcome<ReturnView>> Take(TakeReturn command)
    {
        var back = command.Return;
        var recording = Record(
            Return.Decide(Decided, new ReturnCommand.Take(command, Now)),
            Envelope.Of(command.Operation with { Correlation = Key }, back.Store, back.Till.Value, back.OccurredAt));
        return await FindRefusal(recording) is { } refused ? refused : await WaitUntilEnded(command.Operation, command.WaitMax);
    }

    /// <inheritdoc/>
    public async Task<Outcome<ReturnView>> PayOut(PayOutReturn command)
    {
        var recording = Record(
            Return.Decide(Decided, new ReturnCommand.PayOut(command)), Describe(command.Operation), command.Operation.IfVersion);
        return await FindRefusal(recording) is { } refused ? refused : await WaitUntilEnded(command.Operation, command.WaitMax);
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
    protected override void OnOpened()
    {
        _id = ReturnId.Parse(Key, null);
        _lines = new(Saga, Services.Logger);
        _money = new(Saga, Services.Logger);
    }

    /// <inheritdoc/>
    protected override async Task<ReturnFact?> Do(ReturnDebt debt)
    {
        var accepted = Durable.Accepted!;
        ImmutableArray<TenderRefund> refunds = debt == ReturnDebt.Restock && Durable.IsExchange ? [] : ReturnSaga.ListRefunds(Durable);
        var lines = _lines.Demand(debt, ReturnSaga.ListRestocked(accepted, debt), static line => line, line => Restock(accepted, line));
        // Numbered by their place: an exchange brings the money of other orders' cards, whose numbers are not unique here.
        var money = _money.Demand(
            debt,
            [.. Enumerable.Range(0, refunds.Length).Where(place => refunds[place].Tender > 0)],
            static place => place,
            place => Refund(accepted, place, refunds[place]));
        var done = await lines & await money;
        return !done ? null
            : debt == ReturnDebt.Restock ? new ReturnFact.StockRestocked { Unpaid = [.. _unpaid.Values] }
            : new ReturnFact.MoneyRefunded { Unpaid = [.. _unpaid.Values] };
    }

    private async Task<Outcome<CreditView>> Credit(ReturnCommand command, Operation operation)
    {
        if (await FindRefusal(Record(Return.Decide(Decided, command), Describe(operation))) is { } refused)
        {
            return refused;
        }

        GoOn();
        return ReturnViewing.Credit(_id, Durable)!;
    }

    private async Task<Rejection?> TryToPlace(PlaceReturn command)
    {
        // Nothing is looked up for a return that is known, or for a request that is refused in any case.
        var isOpen = Decided.Accepted is null && Return.Refuse(command, Now) is null;
        var (store, products) = isOpen ? await Shop.Look(Services, GrainFactory, command.Store, command.Lines) : Assortment.None;
        var now = Now;
        return await FindRefusal(Record(
            Return.Decide(Decided, new ReturnCommand.Place(command, store, products, now)),
            Envelope.Of(command.Operation with { Correlation = Key }, command.Store, command.Till.Value, command.OccurredAt?.ToUniversalTime() ?? now)));
    }

    private async Task<Outcome<ReturnView>> WaitUntilEnded(Operation operation, TimeSpan waitMax)
    {
        await WaitUntil(static state => state.HasEnded || (ReturnSaga.IsWaiting(state) && state.IsRestocked), operation, waitMax);
        return View()!;
    }

    private ReturnView? View() => ReturnViewing.View(_id, Durable, DurableVersion);

    private async Task<Rejection?> Refund(ReturnEvent.Accepted accepted, int place, TenderRefund refund)
    {
        var payment = GrainFactory.GetGrain<IPaymentGrain>(PaymentId.Of(refund.Order ?? accepted.Order!.Value, refund.Tender).Value);
        var operation = new Operation(
            $"{Key}.{refund.Tender}", "", accepted.PlacedAt + ReturnSaga.RestockRemembered, Saga, accepted.Till.Value, Key, TraceParent);
        var answer = await payment.Refund(new(operation, _id, new Money(refund.Amount, accepted.Gross.Currency), Services.Options.PaymentWait));
        if (answer.Rejection is { } refused)
        {
            return refused;
        }

        var asked = answer.Value!.Refunds.FirstOrDefault(given => given.Refund == Key);
        if (asked is { Reference: null, Closed: not null })
        {
            _unpaid[place] = refund;
            return null;
        }

        return asked is { Reference: not null } ? null : SagaEffects.NotYet;
    }

    private async Task<Rejection?> Restock(ReturnEvent.Accepted accepted, int number)
    {
        var line = accepted.Lines[number - 1];
        var stock = GrainFactory.GetGrain<IStockGrain>(new StockKey(accepted.Store, line.Sku).ToString());
        var operation = new Operation(
            $"{Key}.{number}", "", accepted.PlacedAt + ReturnSaga.RestockRemembered, Saga, accepted.Till.Value, Key, TraceParent);
        return (await stock.Restock(new(operation, line.Quantity, _id, accepted.OccurredAt, accepted.TakenBy, accepted.ApprovedBy))).Rejection;
    }
}
