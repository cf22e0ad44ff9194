namespace Pos.Verification.Money;

/// <summary>
/// The coins of a sale and of everything it was exchanged for: what came in, and what may go out.
/// </summary>
internal sealed class Purse
{
    public Int128 In { get; set; }

    public Int128 Out { get; set; }
}
