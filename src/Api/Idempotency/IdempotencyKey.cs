using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Pos.Api.Idempotency;

/// <summary>The key that makes a request repeatable: 1–255 printable ASCII characters, and the caller who chose them.</summary>
/// <param name="Value">The characters.</param>
/// <param name="Actor">The caller. The same characters of another caller are another key.</param>
internal readonly record struct IdempotencyKey(string Value, string Actor)
{
    public const string Header = "Idempotency-Key";
    public const int LengthMax = 255;

    // The longest parts are a key of 255 characters, an actor of 100 and a SKU of 64: with their lengths they stay far below this.
    private const int HashedBytesMax = 2_048;

    /// <summary>Whether requests with a method need a key. A PUT and a DELETE are repeatable by themselves, so they can do without.</summary>
    public static bool IsRequired(string method) => HttpMethods.IsPost(method) || HttpMethods.IsPatch(method);

    /// <summary>The key of a request; null when it has none and needs none.</summary>
    /// <exception cref="RefusedRequestException">The header is malformed, or it is missing and required.</exception>
    public static IdempotencyKey? Of(HttpRequest request)
    {
        var values = request.Headers[Header];
        if (values.Count == 0)
        {
            return !IsRequired(request.Method) ? null : throw new RefusedRequestException(Problems.KeyMissing, "Send a new key with every new request, and the same key with its repetition.");
        }

        var key = values.Count == 1 ? values[0]! : "";
        return key.Length is > 0 and <= LengthMax && !key.AsSpan().ContainsAnyExceptInRange(' ', '~')
            ? new IdempotencyKey(key, RequestAccess.Of(request.HttpContext).Actor)
            : throw new RefusedRequestException(Problems.KeyInvalid, $"The header came {values.Count} times, the first with {values[0]?.Length ?? 0} characters.");
    }

    /// <summary>
    /// The id of the operation that this key names in a scope: the first 32 hexadecimal digits of SHA-256 over scope, route, actor and key, each
    /// as UTF-8 behind its length (four bytes, big endian), so that no two scopes can be confused.
    /// </summary>
    public string Id(string first, string second, string route)
    {
        Span<byte> buffer = stackalloc byte[HashedBytesMax];
        var length = Put(buffer, first);
        length += Put(buffer[length..], second);
        length += Put(buffer[length..], route);
        length += Put(buffer[length..], Actor);
        length += Put(buffer[length..], Value);
        return Digits(buffer[..length]);
    }

    private static int Put(Span<byte> buffer, string part)
    {
        var count = Encoding.UTF8.GetBytes(part, buffer[sizeof(int)..]);
        BinaryPrimitives.WriteInt32BigEndian(buffer, count);
        return sizeof(int) + count;
    }

    private static string Digits(ReadOnlySpan<byte> bytes)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes, hash);
        return Convert.ToHexStringLower(hash[..16]);
    }
}
