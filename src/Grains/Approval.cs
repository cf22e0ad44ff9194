namespace Pos.Grains;

/// <summary>What takes a manager's word.</summary>
internal static class Approval
{
    /// <summary>The refusal of what nobody with a manager's authority stands behind, or null.</summary>
    public static Rejection? RefuseWithout(Operation operation, string what) => operation.ApprovedBy.Length > 0
        ? null
        : new(RejectionCode.ApprovalRequired, $"A manager has to approve {what}.");

    /// <summary>Who approved, as events tell it.</summary>
    public static string? Of(Operation operation) => operation.ApprovedBy.Length > 0 ? operation.ApprovedBy : null;
}
