using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Pos.Api.Barcodes;

namespace Pos.Api.Answers;

/// <summary>A resource's version as a strong entity tag of RFC 9110, and the conditions that clients make with it.</summary>
internal static class EntityTag
{
    // No stream ever stands there.
    private const long NoVersion = -1;

    private const int HashBytes = 16;

    /// <summary>
    /// The tag of an answer: the version of its stream. Where the answer also depends on something else (a store's rules, what an activation remembers), a
    /// hash of the answer follows the version. Equal tags mean equal answers.
    /// </summary>
    public static string Of<T>(T view) where T : IVersioned => view is SagaView or DecodedBarcode { IsDecoded: true }
        ? string.Create(CultureInfo.InvariantCulture, $"\"{view.Version}-{Hash(view)}\"")
        : string.Create(CultureInfo.InvariantCulture, $"\"{view.Version}\"");

    private static string Hash<T>(T view) =>
        Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(view, ApiJson.Wire.GetTypeInfo(typeof(T))!)).AsSpan(0, HashBytes));

    /// <summary>Whether <c>If-None-Match</c> names a tag. It compares weakly, as the RFC says.</summary>
    public static bool IsAmong(StringValues header, string tag)
    {
        foreach (var line in header)
        {
            foreach (var part in line.AsSpan().Split(','))
            {
                var candidate = line.AsSpan(part.Start.Value, part.End.Value - part.Start.Value).Trim();
                if (candidate is "*" || candidate.Equals(tag, StringComparison.Ordinal) || (candidate.StartsWith("W/") && candidate[2..].Equals(tag, StringComparison.Ordinal)))
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>
    /// The version that <c>If-Match</c> demands: null when it demands none, a version that nothing has when its tag is none of ours.
    /// </summary>
    /// <exception cref="RefusedRequestException">It is not one entity tag.</exception>
    public static long? Demanded(HttpRequest request)
    {
        var header = request.Headers.IfMatch;
        if (header.Count == 0 || header == "*")
        {
            return null;
        }

        var text = header.Count == 1 ? header[0]!.Trim() : "";
        var tag = text.StartsWith("W/", StringComparison.Ordinal) ? text.AsSpan(2) : text;
        if (tag.Length < 2 || tag[0] != '"' || tag[1..].IndexOf('"') != tag.Length - 2)
        {
            throw new RefusedRequestException(Problems.InvalidParameter, "The header If-Match is one entity tag, as the ETag header of an answer shows it.");
        }

        // Only the version counts here: a write changes the stream, and not the other things that the hash covers. A weak tag never matches.
        var end = tag.Contains('-') ? tag.IndexOf('-') : tag.Length - 1;
        return text[0] == '"' && long.TryParse(tag[1..end], NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? version : NoVersion;
    }
}
