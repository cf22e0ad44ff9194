using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;

namespace Pos.Api.Access;

/// <summary>Finds the holder of a credential. No other code does: another kind of credential would be another branch here.</summary>
internal sealed class Callers : IDisposable
{
    private const string Scheme = "Bearer ";
    private const string PasswordScheme = "Basic ";
    private const int KeyLengthMax = 255;
    private const int HeaderLengthMax = 1_024;

    private readonly ImmutableArray<(byte[] Hash, Caller Caller)> _keys;

    public Callers(IOptions<ApiOptions> options) =>
        _keys = [.. options.Value.Keys.Select(key => (Convert.FromHexString(key.Sha256), key.Caller(new Allowance(options.Value))))];

    /// <summary>Who is behind an <c>Authorization</c> header; null for nobody.</summary>
    public Caller? FromAuthorization(string? header) =>
        header is not null && header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? FromKey(header.AsSpan(Scheme.Length).Trim(' ')) : null;

    /// <summary>Who is behind an <c>Authorization</c> header that a browser made of a name and a password, which is the key; null for nobody.</summary>
    public Caller? FromPassword(string? header)
    {
        if (header is null || !header.StartsWith(PasswordScheme, StringComparison.OrdinalIgnoreCase) || header.Length > HeaderLengthMax)
        {
            return null;
        }

        Span<byte> bytes = stackalloc byte[HeaderLengthMax];
        if (!Convert.TryFromBase64Chars(header.AsSpan(PasswordScheme.Length).Trim(' '), bytes, out var count))
        {
            return null;
        }

        var text = Encoding.UTF8.GetString(bytes[..count]);
        return text.IndexOf(':', StringComparison.Ordinal) is >= 0 and var end ? FromKey(text.AsSpan(end + 1)) : null;
    }

    /// <summary>Whose key it is; null for nobody's.</summary>
    public Caller? FromKey(ReadOnlySpan<char> key)
    {
        if (key.Length is 0 or > KeyLengthMax)
        {
            return null;
        }

        Span<byte> bytes = stackalloc byte[KeyLengthMax * 3];
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes[..Encoding.UTF8.GetBytes(key, bytes)], hash);
        Caller? found = null;
        foreach (var (known, caller) in _keys)
        {
            // Every key is compared, also after one has matched, so the time tells nothing of any key.
            found = CryptographicOperations.FixedTimeEquals(known, hash) ? caller : found;
        }

        return found;
    }

    public void Dispose()
    {
        foreach (var (_, caller) in _keys)
        {
            caller.Allowance.Dispose();
        }
    }
}
