namespace Pos.Tests.Simulated;

/// <summary>The steps of the sagas: the rows of the coverage table. What an event or a debt belongs to.</summary>
[Flags]
internal enum SagaSteps
{
    None = 0,
    Place = 1 << 0,
    Reserve = 1 << 1,
    Confirm = 1 << 2,
    Commit = 1 << 3,
    Cancel = 1 << 4,
    Release = 1 << 5,
    Settle = 1 << 6,
    Accept = 1 << 7,
    Restock = 1 << 8,
    Complete = 1 << 9,
    Charge = 1 << 10,
    Undo = 1 << 11,
    Refund = 1 << 12,
    HandOver = 1 << 13,
    CheckOut = 1 << 14,
}

/// <summary>Which steps are under way now: asked for and not yet durable, or owed.</summary>
internal sealed class StepsUnderWay
{
    public const int Count = 15;

    private readonly int[] _count = new int[Count];

    public SagaSteps Now { get; private set; }

    public static SagaSteps Of(string eventType, string actor) => eventType switch
    {
        "order.placed" => SagaSteps.Place,
        "stock.reserved" => IsSaga(actor) ? SagaSteps.Reserve : SagaSteps.None,
        "order.stock-reserved" or "order.cash-taken" or "order.paid" => SagaSteps.Confirm,
        "stock.committed" => IsSaga(actor) ? SagaSteps.Commit : SagaSteps.None,
        "order.cancelled" => SagaSteps.Cancel,
        "stock.released" => IsSaga(actor) ? SagaSteps.Release : SagaSteps.None,
        "order.settled" => SagaSteps.Settle,
        "return.accepted" => SagaSteps.Accept,
        "stock.restocked" => SagaSteps.Restock,
        "return.completed" => SagaSteps.Complete,
        "payment.requested" or "payment.captured" or "payment.declined" or "return.credit-taken" => SagaSteps.Charge,
        "payment.undo-asked" or "payment.voided" or "payment.abandoned" or "return.credit-given-back" => SagaSteps.Undo,
        "payment.refund-asked" or "payment.refunded" => SagaSteps.Refund,
        "order.return-accepted" or "order.return-handed-over" => SagaSteps.HandOver,
        "cart.checked-out" or "cart.handed-over" => SagaSteps.CheckOut,
        _ => SagaSteps.None,
    };

    public void Begin(SagaSteps steps) => Change(steps, 1);

    public void End(SagaSteps steps) => Change(steps, -1);

    private static bool IsSaga(string actor) => actor.StartsWith("order:", StringComparison.Ordinal);

    private void Change(SagaSteps steps, int by)
    {
        for (var i = 0; i < Count; i++)
        {
            var step = (SagaSteps)(1 << i);
            if ((steps & step) == 0)
            {
                continue;
            }

            _count[i] += by;
            Now = _count[i] > 0 ? Now | step : Now & ~step;
        }
    }
}
