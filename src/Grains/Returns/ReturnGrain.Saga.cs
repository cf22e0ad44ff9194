using Microsoft.Extensions.Logging;

namespace Pos.Grains;

/// <summary>What a return does to others: each effect bears the same name however often it is repeated.</summary>
public sealed partial class ReturnGrain
{
    private SagaEffects _lines = null!;

    /// <inheritdoc/>
    protected override async Task<ReturnFact?> Do(ReturnDebt debt)
    {
        var accepted = Durable.Accepted!;
        var answers = await _lines.Ask(debt, ReturnSaga.Restocked(accepted), line => Restock(accepted, line));
        return answers.All ? new ReturnFact.StockRestocked() : null;
    }

    private async Task<Rejection?> Restock(ReturnEvent.Accepted accepted, int number)
    {
        var line = accepted.Lines[number - 1];
        var stock = GrainFactory.GetGrain<IStockGrain>(new StockKey(accepted.Store, line.Sku).ToString());
        var operation = new Operation(
            $"{Key}.{number}", "", accepted.PlacedAt + ReturnSaga.RestockRemembered, Saga, accepted.Till.Value, Key, TraceParent);
        var answer = await stock.Restock(new(operation, line.Quantity, _id, accepted.OccurredAt));
        if (answer.Rejection is { } refused && SagaEffects.IsAnswer(refused))
        {
            LogNotRestocked(Services.Logger, Saga, number, refused.Code, refused.Detail);
        }

        return answer.Rejection;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Saga}: line {Line} could not be restocked: {Code}, {Detail}")]
    private static partial void LogNotRestocked(ILogger logger, string saga, int line, RejectionCode code, string detail);
}
