using Microsoft.Extensions.Logging;

namespace Pos.Grains;

/// <summary>What a return does to others: each effect bears the same name however often it is repeated.</summary>
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
        var refunds = debt == ReturnDebt.Restock && Durable.IsExchange ? [] : ReturnSaga.Refunds(Durable);
        var lines = _lines.Ask(debt, ReturnSaga.Restocked(accepted, debt), line => Restock(accepted, line));
        var money = _money.Ask(
            debt,
            [.. refunds.Where(refund => refund.Tender > 0).Select(refund => refund.Tender)],
            tender => Refund(accepted, refunds.First(refund => refund.Tender == tender)));
        var done = (await lines).All & (await money).All;
        return !done ? null : debt == ReturnDebt.Restock ? new ReturnFact.StockRestocked() : new ReturnFact.MoneyRefunded();
    }

    private async Task<Rejection?> Refund(ReturnEvent.Accepted accepted, TenderRefund refund)
    {
        var payment = GrainFactory.GetGrain<IPaymentGrain>(PaymentId.Of(accepted.Order!.Value, refund.Tender).Value);
        var operation = new Operation(
            $"{Key}.{refund.Tender}", "", accepted.PlacedAt + ReturnSaga.RestockRemembered, Saga, accepted.Till.Value, Key, TraceParent);
        var answer = await payment.Refund(new(operation, _id, new Money(refund.Amount, accepted.Gross.Currency), Services.Options.PaymentWait));
        if (answer.Rejection is { } refused)
        {
            // The order has seen to it that so much is there: money that does not go back stays owed, and is asked for again.
            LogNotRefunded(Services.Logger, Saga, refund.Tender, refused.Code, refused.Detail);
            return SagaEffects.StillOwed(refused);
        }

        return answer.Value!.Refunds.Any(given => given.Refund == Key && given.Reference is not null) ? null : SagaEffects.NotYet;
    }

    private async Task<Rejection?> Restock(ReturnEvent.Accepted accepted, int number)
    {
        var line = accepted.Lines[number - 1];
        var stock = GrainFactory.GetGrain<IStockGrain>(new StockKey(accepted.Store, line.Sku).ToString());
        var operation = new Operation(
            $"{Key}.{number}", "", accepted.PlacedAt + ReturnSaga.RestockRemembered, Saga, accepted.Till.Value, Key, TraceParent);
        var answer = await stock.Restock(new(operation, line.Quantity, _id, accepted.OccurredAt));
        if (answer.Rejection is not { } refused)
        {
            return null;
        }

        if (SagaEffects.IsAnswer(refused))
        {
            // Somebody has the goods in hand, and no stock item counts them: that stays owed, in sight of an operator.
            LogNotRestocked(Services.Logger, Saga, number, refused.Code, refused.Detail);
        }

        return SagaEffects.StillOwed(refused);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Saga}: line {Line} could not be restocked: {Code}, {Detail}")]
    private static partial void LogNotRestocked(ILogger logger, string saga, int line, RejectionCode code, string detail);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Saga}: card {Tender} has not got its money back: {Code}, {Detail}")]
    private static partial void LogNotRefunded(ILogger logger, string saga, int tender, RejectionCode code, string detail);
}
