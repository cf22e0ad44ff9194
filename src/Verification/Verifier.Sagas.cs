using Pos.Journal;
using Pos.Verification.Carts;
using Pos.Verification.Orders;
using Pos.Verification.Payments;
using Pos.Verification.Returns;

namespace Pos.Verification;

public sealed partial class Verifier
{
    private void Order(in RecordedEvent at, OrderTrace order)
    {
        switch (at.Type)
        {
            case "order.placed" when Read(at, Payloads.Default.OrderPlaced) is { } placed:
                orders.Placed(at, order, placed);
                carts.Ordered(at, placed);
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

    private void Cart(in RecordedEvent at, CartTrace cart)
    {
        switch (at.Type)
        {
            case "cart.opened" when Read(at, Payloads.Default.CartOpened) is { } opened:
                carts.Opened(at, cart, opened);
                break;
            case "cart.line-added" when Read(at, Payloads.Default.CartLineAdded) is { } added:
                carts.Added(at, cart, added);
                break;
            case "cart.line-changed" or "cart.line-removed" when Read(at, Payloads.Default.CartLineTouched) is { } touched:
                carts.Touched(at, cart, touched);
                break;
            case "cart.repriced" or "cart.parked" or "cart.resumed" when Read(at, Payloads.Default.CartMoved) is { } moved:
                carts.Moved(at, cart, moved);
                break;
            case "cart.cancelled" when Read(at, Payloads.Default.CartCancelled) is not null:
                carts.Cancelled(at, cart);
                break;
            case "cart.checked-out" when Read(at, Payloads.Default.CartCheckedOut) is { } done:
                carts.CheckedOut(at, cart, done);
                break;
            case "cart.handed-over" when Read(at, Payloads.Default.Nothing) is not null:
                carts.HandedOver(at, cart);
                break;
            case "cart.retry-asked" when Read(at, Payloads.Default.Nothing) is not null:
                break;
            default:
                Unread(
                    at, "cart.opened", "cart.line-added", "cart.line-changed", "cart.line-removed", "cart.repriced", "cart.parked", "cart.resumed",
                    "cart.cancelled", "cart.checked-out", "cart.handed-over", "cart.retry-asked");
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
            case "payment.refund-closed" when Read(at, Payloads.Default.PaymentRefundClosed) is { } closed:
                payments.RefundClosed(at, payment, closed);
                break;
            case "payment.retry-asked" when Read(at, Payloads.Default.Nothing) is not null:
                break;
            default:
                Unread(
                    at, "payment.requested", "payment.captured", "payment.declined", "payment.undo-asked", "payment.abandoned", "payment.voided",
                    "payment.refund-asked", "payment.refunded", "payment.refund-closed", "payment.retry-asked");
                break;
        }
    }
}
