using Microsoft.Extensions.Logging;

namespace Pos.Grains;

/// <summary>The background loop's part of the shell: does what is owed, records what came of it.</summary>
public sealed partial class ReturnGrain
{
    private async Task<SagaStep> Step()
    {
        var debt = ReturnSaga.Owed(Durable);
        if (debt == ReturnDebt.Nothing)
        {
            return SagaStep.Done;
        }

        var accepted = Durable.Accepted!;
        var answers = await _effects.Ask(debt, ReturnSaga.Restocked(accepted), line => Restock(accepted, line));
        if (!answers.All)
        {
            Services.Instruments.OnSagaRetry(ReturnJournal.Category, debt.ToString());
            return SagaStep.Later;
        }

        var recording = Record(
            ReturnSaga.Decide(Decided, new ReturnFact.StockRestocked()),
            Envelope.OfSaga(_saga, debt.ToString(), accepted.Store, accepted.Till, accepted.OccurredAt, _traceParent));
        if (await Durably(recording) is not null)
        {
            return SagaStep.Later;
        }

        Services.Instruments.OnSagaStep(ReturnJournal.Category, debt.ToString());
        return SagaStep.Next;
    }

    private async Task<Rejection?> Restock(ReturnEvent.Accepted accepted, int number)
    {
        var line = accepted.Lines[number - 1];
        var stock = GrainFactory.GetGrain<IStockGrain>(new StockKey(accepted.Store, line.Sku).ToString());
        var operation = new Operation(
            $"{Key}.{number}", "", accepted.PlacedAt + ReturnSaga.RestockRemembered, _saga, accepted.Till.Value, Key, _traceParent);
        var answer = await stock.Restock(new(operation, line.Quantity, _id, accepted.OccurredAt));
        if (answer.Rejection is { } refused && LineEffects.IsAnswer(refused))
        {
            LogNotRestocked(Services.Logger, _saga, number, refused.Code, refused.Detail);
        }

        return answer.Rejection;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Saga}: line {Line} could not be restocked: {Code}, {Detail}")]
    private static partial void LogNotRestocked(ILogger logger, string saga, int line, RejectionCode code, string detail);
}
