namespace Pos.Grains.Operations;

/// <summary>The rules of a manager's approval.</summary>
internal static class Approval
{
    /// <summary>The refusal of an operation that needs a manager's approval and has none, or null.</summary>
    public static Rejection? RefuseWithout(Operation operation, string what) => operation.ApprovedBy.Length > 0
        ? null
        : new(RejectionCode.ApprovalRequired, $"A manager has to approve {what}.");

    /// <summary>The refusal of a line whose other price has no approval for so many pieces, or none that is still valid; or null.</summary>
    public static Rejection? RefusePrice(OrderLine line, Operation operation, DateTimeOffset now) => line.OverrideReason is null || Covers(line, now)
        ? null
        : RefuseWithout(operation, line.Approval is { } given
            ? $"the price of line {line.Line} again: the approval was given at {given.At:O} for {given.Quantity} pieces"
            : $"the price of line {line.Line}");

    /// <summary>Whether the approval of a line's price covers the line as it is now.</summary>
    public static bool Covers(OrderLine line, DateTimeOffset now) =>
        line.Approval is { } given && line.Quantity <= given.Quantity && now <= given.At + Limits.PriceApprovalLifetime;

    /// <summary>The approval of an operation's manager for the price of so many pieces.</summary>
    public static PriceApproval OfPrice(Operation operation, int quantity, DateTimeOffset now) => new(operation.ApprovedBy, quantity, now.ToUniversalTime());

    /// <summary>The approver, as events record it: null when there is none.</summary>
    public static string? Of(Operation operation) => operation.ApprovedBy.Length > 0 ? operation.ApprovedBy : null;
}
