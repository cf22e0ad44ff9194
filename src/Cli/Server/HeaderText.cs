using System.Security.Cryptography;
using System.Text;

namespace Pos.Cli.Server;

/// <summary>Makes idempotency keys from any text. A header takes printable ASCII only, and the server takes 255 characters.</summary>
internal static class HeaderText
{
    private const int LengthMax = 255;

    /// <summary>
    /// Leaves a text as it is where a header takes it. Otherwise it writes the text in UTF-8 and the bytes that no header takes as %XX. A text that is
    /// too long keeps its beginning and ends with the hash of the whole text, so that different texts stay different.
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
