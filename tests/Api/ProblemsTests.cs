using Microsoft.AspNetCore.Http;
using Orleans.Runtime;
using Orleans.Runtime.Messaging;
using Pos.Api;
using Pos.Api.Answers;

namespace Pos.Tests;

public sealed class ProblemsTests
{
    public static TheoryData<string, int, string> Table() => new()
    {
        { nameof(RejectionCode.InvalidValue), 422, "invalid-value" },
        { nameof(RejectionCode.UnknownProduct), 404, "unknown-product" },
        { nameof(RejectionCode.UnknownStore), 404, "unknown-store" },
        { nameof(RejectionCode.UnknownTill), 422, "unknown-till" },
        { nameof(RejectionCode.UnknownOrder), 404, "unknown-order" },
        { nameof(RejectionCode.UnknownHold), 404, "unknown-hold" },
        { nameof(RejectionCode.UnknownReturn), 404, "unknown-return" },
        { nameof(RejectionCode.InvalidQuantity), 422, "invalid-quantity" },
        { nameof(RejectionCode.AmountTooLarge), 422, "amount-too-large" },
        { nameof(RejectionCode.WrongCurrency), 422, "wrong-currency" },
        { nameof(RejectionCode.TimeInFuture), 422, "time-in-future" },
        { nameof(RejectionCode.TenderTooSmall), 422, "tender-too-small" },
        { nameof(RejectionCode.InsufficientStock), 409, "insufficient-stock" },
        { nameof(RejectionCode.IllegalTransition), 409, "illegal-transition" },
        { nameof(RejectionCode.HoldEnded), 409, "hold-ended" },
        { nameof(RejectionCode.HoldNotOwned), 409, "hold-not-owned" },
        { nameof(RejectionCode.OperationReused), 422, "idempotency-key-reused" },
        { nameof(RejectionCode.OperationTooLate), 409, "operation-too-late" },
        { nameof(RejectionCode.ProductInactive), 409, "product-inactive" },
        { nameof(RejectionCode.NotStocked), 422, "not-stocked" },
        { nameof(RejectionCode.CurrencyFixed), 409, "currency-fixed" },
        { nameof(RejectionCode.JournalFull), 503, "journal-full" },
        { nameof(RejectionCode.TooManyPending), 503, "too-many-pending" },
        { nameof(RejectionCode.TooManyHolds), 409, "too-many-holds" },
        { nameof(RejectionCode.UnknownTaxRate), 422, "unknown-tax-rate" },
        { nameof(RejectionCode.VersionMismatch), 412, "version-mismatch" },
        { nameof(RejectionCode.ApprovalRequired), 403, "approval-required" },
        { nameof(RejectionCode.UnknownCart), 404, "unknown-cart" },
        { nameof(RejectionCode.CartEmpty), 409, "cart-empty" },
        { nameof(RejectionCode.PriceChanged), 409, "price-changed" },
        { nameof(RejectionCode.BarcodeTaken), 409, "barcode-taken" },
        { nameof(RejectionCode.UnknownBarcode), 404, "unknown-barcode" },
        { nameof(RejectionCode.InvalidBarcode), 422, "invalid-barcode" },
        { nameof(RejectionCode.TenderMismatch), 422, "tender-mismatch" },
        { nameof(RejectionCode.NoCardProvider), 422, "no-card-provider" },
        { nameof(RejectionCode.PaymentDeclined), 402, "payment-declined" },
        { nameof(RejectionCode.PaymentTimedOut), 504, "payment-timed-out" },
        { nameof(RejectionCode.ReturnedTooMuch), 409, "returned-too-much" },
        { nameof(RejectionCode.CreditNotAvailable), 409, "credit-not-available" },
        { nameof(RejectionCode.UnknownLine), 422, "unknown-line" },
        { nameof(RejectionCode.UnknownPayment), 404, "unknown-payment" },
        { nameof(RejectionCode.PaymentUndone), 409, "payment-undone" },
        { nameof(RejectionCode.NotRefundable), 409, "not-refundable" },
    };

    [Theory, MemberData(nameof(Table))]
    public void a_rejection_is_this_problem_for_ever(string rejection, int status, string code)
    {
        var kind = Problems.Of(Enum.Parse<RejectionCode>(rejection));
        Assert.Equal((status, code, "/problems/" + code), (kind.Status, kind.Code, kind.Type));
    }

    [Fact]
    public void no_rejection_is_without_a_problem() =>
        Assert.Equal(Enum.GetNames<RejectionCode>().Order(), Table().Select(row => (string)row[0]).Order());

    [Fact]
    public void no_two_problems_share_a_code() =>
        Assert.Equal(Problems.All.Length, Problems.All.Select(kind => kind.Code).Distinct().Count());

    [Fact]
    public void what_is_unavailable_says_when_to_come_back_and_nothing_else_does() =>
        Assert.All(Problems.All, kind => Assert.Equal(kind.Status is 503 or 429, kind.RetryAfterSeconds > 0));

    [Fact]
    public void faults_are_named_without_their_messages()
    {
        Assert.Equal("not-durable", Problems.Of(new NotDurableException("secret"), new DefaultHttpContext()).Kind.Code);
        Assert.Equal("overloaded", Problems.Of(new LimitExceededException("secret"), new DefaultHttpContext()).Kind.Code);
        Assert.Equal("outcome-unknown", Problems.Of(new TimeoutException("secret"), new DefaultHttpContext()).Kind.Code);
        Assert.Equal("unavailable", Problems.Of(new SiloUnavailableException("secret"), new DefaultHttpContext()).Kind.Code);
        Assert.Equal("unavailable", Problems.Of(new ConnectionFailedException("secret"), new DefaultHttpContext()).Kind.Code);
        Assert.Equal("internal", Problems.Of(new InvalidOperationException("secret"), new DefaultHttpContext()).Kind.Code);
        Assert.DoesNotContain("secret", Problems.Of(new InvalidOperationException("secret"), new DefaultHttpContext()).Detail, StringComparison.Ordinal);
    }
}
