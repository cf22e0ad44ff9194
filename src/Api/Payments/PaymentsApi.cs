using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Orleans;

namespace Pos.Api.Payments;

/// <summary><c>/payments</c>: what became of each card. Orders charge and undo them, returns refund them; nobody else does.</summary>
internal static class PaymentsApi
{
    private static readonly Owner OfPayment = Owner.Of<PaymentId>(
        "the payment's store", static async (grains, id) => (await grains.GetGrain<IPaymentGrain>(id.Value).Get())?.Store, Unknown);

    public static void MapPayments(this IEndpointRouteBuilder api)
    {
        var payments = api.MapGroup("/payments").WithTags("Payments");
        payments.MapGet("/{id}", Get).WithName("getPayment").Requires(Permission.Read, OfPayment)
            .WithSummary("Read a card payment")
            .WithDescription(
                "The id of a payment is the order's id, a point, and the number of the card among the order's tenders. `settled` is true when the payment waits for "
                + "no answer of the payment provider and owes no money.");
    }

    private static Refusal Unknown(PaymentId id) => new(RejectionCode.UnknownPayment, $"There is no payment {id}.");

    private static async Task<Results<Ok<PaymentView>, Refusal>> Get(PaymentId id, HttpResponse response, IGrainFactory grains)
    {
        var payment = await grains.GetGrain<IPaymentGrain>(id.Value).Get().Within(response);
        return response.OkOr(payment, Unknown(id));
    }
}
