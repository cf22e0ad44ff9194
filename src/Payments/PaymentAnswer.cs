namespace Pos.Payments;

/// <summary>The answers of a provider. There are no others.</summary>
public abstract record PaymentAnswer
{
    private PaymentAnswer()
    {
    }

    /// <summary>Short name of the kind, for metrics and logs.</summary>
    public string Name => GetType().Name;

    /// <summary>The money has moved to us.</summary>
    /// <param name="Reference">The provider's own name of the charge.</param>
    public sealed record Captured(string Reference) : PaymentAnswer;

    /// <summary>The money will not move.</summary>
    /// <param name="Code">Why, for example <c>insufficient-funds</c>.</param>
    public sealed record Declined(string Code) : PaymentAnswer;

    /// <summary>The charge was taken back as a whole.</summary>
    /// <param name="Reference">The provider's own name of the void.</param>
    public sealed record Voided(string Reference) : PaymentAnswer;

    /// <summary>The money of a refund has moved back.</summary>
    /// <param name="Reference">The provider's own name of the refund.</param>
    public sealed record Refunded(string Reference) : PaymentAnswer;

    /// <summary>The provider has the operation and has not decided.</summary>
    public sealed record Pending : PaymentAnswer;

    /// <summary>The provider does not know the operation, so far.</summary>
    public sealed record NotFound : PaymentAnswer;

    /// <summary>Too late to void: refund instead.</summary>
    public sealed record TooLate : PaymentAnswer;

    /// <summary>The operation may or may not have been done: ask.</summary>
    /// <param name="Why">One sentence for the log.</param>
    public sealed record Unknown(string Why) : PaymentAnswer;

    /// <summary>The request was never sent, so this call did nothing.</summary>
    /// <param name="Why">One sentence for the log.</param>
    public sealed record NotSent(string Why) : PaymentAnswer;
}
