namespace Pos.Verification.Money;

/// <summary>
/// The coins of a sale and of its exchanges: the coins that came in, and those that went out.
/// </summary>
internal sealed class Purse
{
    public Int128 In { get; set; }

    public Int128 Out { get; set; }
}
