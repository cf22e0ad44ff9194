using System.Text.Unicode;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Pos.Api.Input;

/// <summary>
/// Refuses requests by their first line and headers, before anything else is looked at. The limits lie below those of the web server, because the web
/// server's own refusals have no body.
/// </summary>
internal static class RequestHead
{
    /// <summary>Bytes of path and query together.</summary>
    public const int TargetBytesMax = 8 * 1024;

    /// <summary>Bytes of all headers together.</summary>
    public const int HeaderBytesMax = 16 * 1024;

    /// <summary>Headers.</summary>
    public const int HeadersMax = 64;

    // Colon, space and the end of the line.
    private const int BytesPerHeader = 4;

    private static readonly Refusal TooLong = new(Problems.UriTooLong, $"Path and query have at most {TargetBytesMax} bytes.");

    private static readonly Refusal TooMuch = new(Problems.HeadersTooLarge, $"A request has at most {HeadersMax} headers with {HeaderBytesMax} bytes.");

    private static readonly Refusal EncodedSlash = new(Problems.InvalidParameter, "A path has no encoded slash (%2F): no id contains one.");

    private static readonly Refusal MalformedEscape =
        new(Problems.InvalidParameter, "The path has a malformed escape: % stands before two hexadecimal digits, which with those after it are UTF-8. A % itself is %25.");

    /// <summary>The refusal of a request, or null.</summary>
    public static Refusal? Refuse(HttpContext context)
    {
        var target = context.Features.Get<IHttpRequestFeature>()?.RawTarget ?? "";
        return target.Length > TargetBytesMax ? TooLong : RefuseEscapes(PathOf(target)) ?? RefuseHeaders(context.Request.Headers);
    }

    private static Refusal? RefuseHeaders(IHeaderDictionary headers)
    {
        var (bytes, count) = (0, 0);
        foreach (var (name, values) in headers)
        {
            for (var i = 0; i < values.Count; i++)
            {
                bytes += name.Length + BytesPerHeader + (values[i]?.Length ?? 0);
                count++;
            }
        }

        return bytes > HeaderBytesMax || count > HeadersMax ? TooMuch : null;
    }

    private static ReadOnlySpan<char> PathOf(string target)
    {
        var query = target.IndexOf('?', StringComparison.Ordinal);
        return query < 0 ? target : target.AsSpan(0, query);
    }

    // The web server decodes most escapes in a path and leaves some, such as %2F, as they are. A path with one of those would name another resource than it shows.
    private static Refusal? RefuseEscapes(ReadOnlySpan<char> path)
    {
        if (!path.Contains('%'))
        {
            return null;
        }

        Span<byte> decoded = path.Length <= 512 ? stackalloc byte[path.Length] : new byte[path.Length];
        var length = 0;
        for (var i = 0; i < path.Length; i++)
        {
            if (path[i] != '%')
            {
                decoded[length++] = (byte)path[i];
                continue;
            }

            if (i + 2 >= path.Length || !char.IsAsciiHexDigit(path[i + 1]) || !char.IsAsciiHexDigit(path[i + 2]))
            {
                return MalformedEscape;
            }

            decoded[length] = (byte)((Convert.FromHexString(path.Slice(i + 1, 2)))[0]);
            if (decoded[length++] == '/')
            {
                return EncodedSlash;
            }

            i += 2;
        }

        return Utf8.IsValid(decoded[..length]) ? null : MalformedEscape;
    }
}
