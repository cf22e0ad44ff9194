using Pos.Journal;

namespace Pos.Verification;

public sealed partial class Verifier
{
    private void Order(in RecordedEvent at, OrderTrace order)
    {
        switch (at.Type)
        {
            case "order.placed" when Read(at, Payloads.Default.OrderPlaced) is { } placed:
                orders.Placed(at, order, placed);
                break;
            case "order.stock-reserved" when Read(at, Payloads.Default.OrderStockReserved) is { } reserved:
                orders.StockReserved(at, order, reserved);
                break;
            case "order.cash-taken" when Read(at, Payloads.Default.OrderCashTaken) is { } taken:
                orders.CashTaken(at, order, taken);
                break;
            case "order.paid" when Read(at, Payloads.Default.OrderPaid) is { } paid:
                orders.Paid(at, order, paid);
                break;
            case "order.cancelled" when Read(at, Payloads.Default.OrderCancelled) is not null:
                orders.Cancelled(at, order);
                break;
            case "order.settled" when Read(at, Payloads.Default.Nothing) is not null:
                orders.Settled(at, order);
                break;
            case "order.return-accepted" when Read(at, Payloads.Default.OrderReturnAccepted) is { } accepted:
                orderReturns.Accepted(at, order, accepted);
                break;
            case "order.return-handed-over" when Read(at, Payloads.Default.OrderReturnHandedOver) is { } handed:
                orderReturns.HandedOver(at, order, handed);
                break;
            case "order.retry-asked" when Read(at, Payloads.Default.Nothing) is not null:
                break;
            default:
                Unread(
                    at, "order.placed", "order.stock-reserved", "order.cash-taken", "order.paid", "order.cancelled", "order.settled",
                    "order.return-accepted", "order.return-handed-over", "order.retry-asked");
                break;
        }
    }

    private void Return(in RecordedEvent at, ReturnTrace back)
    {
        switch (at.Type)
        {
            case "return.accepted" when Read(at, Payloads.Default.ReturnAccepted) is { } accepted:
                returns.Accepted(at, back, accepted);
                break;
            case "return.credit-taken" when Read(at, Payloads.Default.ReturnCredit) is { } taken:
                returns.CreditTaken(at, back, taken);
                break;
            case "return.credit-given-back" when Read(at, Payloads.Default.ReturnCredit) is { } given:
                returns.CreditGivenBack(at, back, given);
                break;
            case "return.credit-kept" when Read(at, Payloads.Default.ReturnCredit) is { } kept:
                returns.CreditKept(at, back, kept);
                break;
            case "return.completed" when Read(at, Payloads.Default.ReturnCompleted) is { } completed:
                returns.Completed(at, back, completed);
                break;
            case "return.restocked" or "return.pay-out-asked" or "return.retry-asked" when Read(at, Payloads.Default.Nothing) is not null:
                break;
            default:
                Unread(
                    at, "return.accepted", "return.credit-taken", "return.credit-given-back", "return.credit-kept", "return.restocked", "return.pay-out-asked", "return.completed",
                    "return.retry-asked");
                break;
        }
    }

    private void Payment(in RecordedEvent at, PaymentTrace payment)
    {
        switch (at.Type)
        {
            case "payment.requested" when Read(at, Payloads.Default.PaymentRequested) is { } requested:
                payments.Requested(at, payment, requested);
                break;
            case "payment.captured" when Read(at, Payloads.Default.PaymentReference) is not null:
                payments.Captured(at, payment);
                break;
            case "payment.declined" when Read(at, Payloads.Default.PaymentDeclined) is not null:
                payments.Declined(at, payment);
                break;
            case "payment.undo-asked" when Read(at, Payloads.Default.PaymentUndoAsked) is not null:
                payments.UndoAsked(at, payment);
                break;
            case "payment.abandoned" when Read(at, Payloads.Default.Nothing) is not null:
                payments.Abandoned(at, payment);
                break;
            case "payment.voided" when Read(at, Payloads.Default.PaymentReference) is not null:
                payments.Voided(at, payment);
                break;
            case "payment.refund-asked" when Read(at, Payloads.Default.PaymentRefundAsked) is { } asked:
                payments.RefundAsked(at, payment, asked);
                break;
            case "payment.refunded" when Read(at, Payloads.Default.PaymentRefunded) is { } refunded:
                payments.Refunded(at, payment, refunded);
                break;
            case "payment.retry-asked" when Read(at, Payloads.Default.Nothing) is not null:
                break;
            default:
                Unread(
                    at, "payment.requested", "payment.captured", "payment.declined", "payment.undo-asked", "payment.abandoned", "payment.voided",
                    "payment.refund-asked", "payment.refunded", "payment.retry-asked");
                break;
        }
    }
}
