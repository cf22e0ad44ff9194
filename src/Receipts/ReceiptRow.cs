namespace Pos.Receipts;

/// <summary>A row of a receipt before it is laid out for a width.</summary>
/// <param name="Left">Begins at the left edge, or in the middle.</param>
/// <param name="Right">Ends at the right edge; null for none.</param>
internal readonly record struct ReceiptRow(string Left, string? Right = null)
{
    /// <summary>Whether <see cref="Left"/> stands in the middle.</summary>
    public bool IsCentred { get; init; }

    /// <summary>Whether a printer makes the row bold.</summary>
    public bool IsBold { get; init; }

    /// <summary>Whether the row is a rule over the whole width.</summary>
    public bool IsRule { get; init; }

    /// <summary>Whether <see cref="Left"/> is also shown as a QR code, where the medium can show one.</summary>
    public bool HasCode { get; init; }
}
