namespace Pos.Verification.Payments;

/// <summary>How a payment stands.</summary>
internal enum PaymentStanding
{
    Unknown,
    Requested,
    Captured,
    Declined,
    Abandoned,
    Voided,
}

/// <summary>A card payment.</summary>
internal sealed class PaymentTrace : StreamTrace
{
    public PaymentStanding Standing { get; set; }

    public string Order { get; set; } = "";

    public string Key { get; set; } = "";

    public Amount? Amount { get; set; }

    public long Captured { get; set; }

    public long GivenBack { get; set; }

    /// <summary>The part of the captured money that went back in cash.</summary>
    public long Diverted { get; set; }

    /// <summary>An undo was asked for: none of the money is to be kept.</summary>
    public bool Undone { get; set; }

    public Dictionary<string, (long Amount, bool Done)> Refunds { get; } = new(StringComparer.Ordinal);

    /// <summary>The refunds that an operator closed, with the amounts that did not go back; null for none.</summary>
    public Dictionary<string, long>? Closed { get; set; }

    /// <summary>The amount that did not go back and is owed no longer.</summary>
    public long Unpaid => Closed?.Values.Sum() ?? 0;

    /// <summary>Whether a refund was closed because the provider does not know the charge: the provider's ledger may have lost the charge.</summary>
    public bool IsLost { get; set; }

    /// <summary>Whether something is still owed.</summary>
    public bool IsOpen =>
        Standing == PaymentStanding.Requested || (Undone && Captured > GivenBack + Unpaid) || Refunds.Any(r => !r.Value.Done && Closed?.ContainsKey(r.Key) != true);
}
