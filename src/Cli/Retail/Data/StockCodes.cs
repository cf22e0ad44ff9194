namespace Pos.Cli.Retail.Data;

/// <summary>Tells goods from services by their stock codes.</summary>
internal static class StockCodes
{
    /// <summary>
    /// Goods carry a number of three digits or more (<c>85123A</c>, <c>DCGS0003</c>). What carries none is a service: <c>POST</c> and
    /// <c>DOT</c> (postage), <c>C2</c> (carriage), <c>D</c> (discount), <c>M</c> (manual), <c>BANK CHARGES</c> and their like.
    /// </summary>
    public static bool IsService(string code)
    {
        var digits = 0;
        foreach (var c in code)
        {
            digits = char.IsAsciiDigit(c) ? digits + 1 : 0;
            if (digits == 3)
            {
                return false;
            }
        }

        return true;
    }
}
