namespace Pos.Grains.Operations;

/// <summary>What takes a manager's word.</summary>
internal static class Approval
{
    /// <summary>The refusal of what nobody with a manager's authority stands behind, or null.</summary>
    public static Rejection? RefuseWithout(Operation operation, string what) => operation.ApprovedBy.Length > 0
        ? null
        : new(RejectionCode.ApprovalRequired, $"A manager has to approve {what}.");

    /// <summary>The refusal of another price that nobody stands behind, or nobody any more, for so many pieces; or null.</summary>
    public static Rejection? RefusePrice(OrderLine line, Operation operation, DateTimeOffset now) => line.OverrideReason is null || Covers(line, now)
        ? null
        : RefuseWithout(operation, line.Approval is { } given
            ? $"the price of line {line.Line} again: the approval was given at {given.At:O} for {given.Quantity} pieces"
            : $"the price of line {line.Line}");

    /// <summary>Whether the word that was given for a line's price covers the line as it is now.</summary>
    public static bool Covers(OrderLine line, DateTimeOffset now) =>
        line.Approval is { } given && line.Quantity <= given.Quantity && now <= given.At + Limits.PriceApprovalLifetime;

    /// <summary>The word of whoever stands behind an operation, for the price of so many pieces.</summary>
    public static PriceApproval OfPrice(Operation operation, int quantity, DateTimeOffset now) => new(operation.ApprovedBy, quantity, now.ToUniversalTime());

    /// <summary>Who approved, as events tell it.</summary>
    public static string? Of(Operation operation) => operation.ApprovedBy.Length > 0 ? operation.ApprovedBy : null;
}
