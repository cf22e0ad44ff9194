namespace Pos.Verification.Carts;

/// <summary>How a cart stands.</summary>
internal enum CartStanding
{
    Unknown,
    Open,
    Parked,
    CheckedOut,
    Cancelled,
}

/// <summary>A cart.</summary>
internal sealed class CartTrace : StreamTrace
{
    public CartStanding Standing { get; set; }

    public string Store { get; set; } = "";

    /// <summary>Numbers of the cart's lines.</summary>
    public HashSet<int> Lines { get; } = [];

    /// <summary>Null before it was checked out.</summary>
    public CartCheckedOut? Sold { get; set; }

    public bool IsHandedOver { get; set; }
}
