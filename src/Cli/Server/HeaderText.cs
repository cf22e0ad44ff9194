using System.Security.Cryptography;
using System.Text;

namespace Pos.Cli.Server;

/// <summary>Keys that are made from what is in a file, as a header takes them: printable ASCII, and not too long.</summary>
internal static class HeaderText
{
    private const int LengthMax = 255;

    /// <summary>
    /// The text itself where a header takes it; otherwise its bytes as UTF-8, those that no header takes as %XX. A text that is too long keeps
    /// its beginning and gets the hash of the whole, so that different texts stay different.
    /// </summary>
    public static string Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length <= LengthMax && !text.AsSpan().ContainsAnyExceptInRange('!', '~'))
        {
            return text;
        }

        var bytes = Encoding.UTF8.GetBytes(text);
        var encoded = new StringBuilder(bytes.Length * 3);
        foreach (var one in bytes)
        {
            if (one is > (byte)' ' and <= (byte)'~' and not (byte)'%')
            {
                encoded.Append((char)one);
            }
            else
            {
                encoded.Append('%').Append(one.ToString("X2", System.Globalization.CultureInfo.InvariantCulture));
            }
        }

        var hash = Convert.ToHexStringLower(SHA256.HashData(bytes));
        return encoded.Length <= LengthMax ? encoded.ToString() : $"{encoded.ToString(0, LengthMax - hash.Length - 1)}~{hash}";
    }
}
