using System.Diagnostics;
using Microsoft.Extensions.Logging;

namespace Pos.Grains;

/// <summary>The background loop's part of the shell: does what is owed, records what came of it.</summary>
public sealed partial class OrderGrain
{
    private async Task<SagaStep> Step()
    {
        var debt = OrderSaga.Owed(Durable);
        if (debt == OrderDebt.Nothing)
        {
            return SagaStep.Done;
        }

        var placed = Durable.Placed!;
        var answers = await _effects.Ask(debt, OrderSaga.Goods(placed), line => Effect(debt, placed, line));
        if (OrderSaga.Fact(debt, answers, Now) is not { } fact)
        {
            Services.Instruments.OnSagaRetry(OrderJournal.Category, debt.ToString());
            return SagaStep.Later;
        }

        var recording = Record(
            OrderSaga.Decide(Decided, fact), Envelope.OfSaga(_saga, debt.ToString(), placed.Store, placed.Till, placed.OccurredAt, _traceParent));
        if (await Durably(recording) is not null)
        {
            return SagaStep.Later;
        }

        Services.Instruments.OnSagaStep(OrderJournal.Category, debt.ToString());
        return SagaStep.Next;
    }

    private async Task<Rejection?> Effect(OrderDebt debt, OrderEvent.Placed placed, int number)
    {
        var line = placed.Lines[number - 1];
        var stock = GrainFactory.GetGrain<IStockGrain>(new StockKey(placed.Store, line.Sku).ToString());
        var (hold, now) = (HoldId.Of(_id, number), Now);
        var operation = new Operation(
            hold.Value, "", placed.PlacedAt + OrderSaga.HoldsRemembered, _saga, placed.Till.Value, Key, _traceParent);
        switch (debt)
        {
            case OrderDebt.Reserve:
                return OrderSaga.Reserved(await stock.Reserve(new(operation, hold, _saga, line.Quantity, now, Pinned: true)));
            case OrderDebt.Commit:
                return Ended(await stock.Commit(new(operation, hold, _saga, placed.OccurredAt)), number);
            case OrderDebt.Release:
                return Ended(await stock.Release(new(operation, hold, _saga)), number);
            default:
                throw new UnreachableException();
        }
    }

    private Rejection? Ended(Outcome<HoldView> answer, int line)
    {
        if (answer.Rejection is { } refused && !OrderSaga.IsEnd(refused.Code) && LineEffects.IsAnswer(refused))
        {
            LogOddEnd(Services.Logger, _saga, line, refused.Code, refused.Detail);
        }

        return answer.Rejection;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Saga}: the hold of line {Line} could not be ended: {Code}, {Detail}")]
    private static partial void LogOddEnd(ILogger logger, string saga, int line, RejectionCode code, string detail);
}
