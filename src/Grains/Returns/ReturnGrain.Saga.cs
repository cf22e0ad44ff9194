using System.Collections.Immutable;

namespace Pos.Grains;

/// <summary>The effects of a return on other grains. An effect has the same id each time it is repeated.</summary>
public sealed partial class ReturnGrain
{
    private SagaEffects _lines = null!;
    private SagaEffects _money = null!;

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
            place => Refund(accepted, refunds[place]));
        var done = await lines & await money;
        return !done ? null : debt == ReturnDebt.Restock ? new ReturnFact.StockRestocked() : new ReturnFact.MoneyRefunded();
    }

    private async Task<Rejection?> Refund(ReturnEvent.Accepted accepted, TenderRefund refund)
    {
        var payment = GrainFactory.GetGrain<IPaymentGrain>(PaymentId.Of(refund.Order ?? accepted.Order!.Value, refund.Tender).Value);
        var operation = new Operation(
            $"{Key}.{refund.Tender}", "", accepted.PlacedAt + ReturnSaga.RestockRemembered, Saga, accepted.Till.Value, Key, TraceParent);
        var answer = await payment.Refund(new(operation, _id, new Money(refund.Amount, accepted.Gross.Currency), Services.Options.PaymentWait));
        return answer.Rejection
            ?? (answer.Value!.Refunds.Any(given => given.Refund == Key && given.Reference is not null) ? null : SagaEffects.NotYet);
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
