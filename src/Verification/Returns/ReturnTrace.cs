using Pos.Verification.Money;

namespace Pos.Verification.Returns;

/// <summary>A return.</summary>
internal sealed class ReturnTrace : StreamTrace
{
    public bool Accepted { get; set; }

    public bool Completed { get; set; }

    /// <summary>Null before it is accepted, and again once it is completed.</summary>
    public ReturnAccepted? Details { get; set; }

    /// <summary>The purse that the return's cash comes from; null before the return is accepted.</summary>
    public Purse? Purse { get; set; }

    /// <summary>The order that took the refund as its credit, and the amount; null for none.</summary>
    public (string Order, long Amount)? Credit { get; set; }

    /// <summary>Lines that are back on the shelf.</summary>
    public HashSet<int> Restocked { get; } = [];
}
