using System.Collections.Immutable;

namespace Pos.Grains.Returns;

/// <summary>The effects of a return on other grains. An effect has the same id each time it is repeated.</summary>
public sealed partial class ReturnGrain
{
    private SagaEffects _lines = null!;
    private SagaEffects _money = null!;

    // By the place of the refund: what a payment says that it does not give back any more.
    private readonly SortedDictionary<int, TenderRefund> _unpaid = [];

    /// <inheritdoc/>
    protected override string? Trouble => _lines.Trouble ?? _money.Trouble;

    /// <inheritdoc/>
    protected override async Task<ReturnFact?> Do(ReturnDebt debt)
    {
        var accepted = Durable.Accepted!;
        ImmutableArray<TenderRefund> refunds = debt == ReturnDebt.Restock && Durable.IsExchange ? [] : ReturnSaga.Refunds(Durable);
        var lines = _lines.Demand(debt, ReturnSaga.Restocked(accepted, debt), line => Restock(accepted, line));
        // By their place: an exchange brings money of cards of other orders, whose numbers say nothing here.
        var money = _money.Demand(
            debt,
            [.. Enumerable.Range(0, refunds.Length).Where(place => refunds[place].Tender > 0)],
            place => Refund(accepted, place, refunds[place]));
        var done = await lines & await money;
        return !done ? null
            : debt == ReturnDebt.Restock ? new ReturnFact.StockRestocked { Unpaid = [.. _unpaid.Values] }
            : new ReturnFact.MoneyRefunded { Unpaid = [.. _unpaid.Values] };
    }

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
