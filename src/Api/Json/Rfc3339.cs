using System.Globalization;
using System.Text.RegularExpressions;

namespace Pos.Api.Json;

/// <summary>
/// Times as RFC 3339 writes them: date, time and offset, all of them. The framework's readers fill in what is missing from the server's own
/// clock and time zone, so that one request would mean different times on different servers.
/// </summary>
internal static partial class Rfc3339
{
    // Ticks: what is beyond seven digits is less than a DateTimeOffset keeps.
    private const int FractionDigitsMax = 7;

    /// <summary>Reads a time, as UTC.</summary>
    public static bool TryParse(string text, out DateTimeOffset time)
    {
        time = default;
        if (Shape().Match(text) is not { Success: true } match)
        {
            return false;
        }

        var fraction = match.Groups["fraction"].Value;
        var digits = fraction.Length > FractionDigitsMax ? fraction[..FractionDigitsMax] : fraction.PadRight(FractionDigitsMax, '0');
        var offset = match.Groups["offset"].Value is "Z" or "z" ? "+00:00" : match.Groups["offset"].Value;
        var isRead = DateTimeOffset.TryParseExact(
            $"{match.Groups["date"].Value}T{match.Groups["time"].Value}.{digits}{offset}", "yyyy-MM-dd'T'HH:mm:ss.fffffffzzz",
            CultureInfo.InvariantCulture, DateTimeStyles.None, out time);
        time = time.ToUniversalTime();
        return isRead;
    }

    [GeneratedRegex(
        @"\A(?<date>[0-9]{4}-[0-9]{2}-[0-9]{2})[Tt](?<time>[0-9]{2}:[0-9]{2}:[0-9]{2})(\.(?<fraction>[0-9]{1,40}))?(?<offset>[Zz]|[+-][0-9]{2}:[0-9]{2})\z",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant)]
    private static partial Regex Shape();
}
