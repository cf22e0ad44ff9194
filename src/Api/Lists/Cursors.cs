using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Pos.Api.Lists;

/// <summary>
/// Seals the places at which lists continue. A cursor is encrypted and authenticated (AES-GCM) together with its list and its caller. Its holder learns
/// nothing from it, and no other list and no other caller can use it.
/// </summary>
/// <remarks>
/// Every process of a cluster has to open the cursors of the others, also after its own restart. So the encryption key comes from the configuration, which
/// all of them share: from <see cref="ApiOptions.CursorKey"/>, or else from the hashes of all API keys.
/// </remarks>
internal sealed class Cursors
{
    private const int NonceBytes = 12;
    private const int TagBytes = 16;
    private const int TextLengthMax = 1_024;

    private readonly byte[] _encryption;
    private readonly byte[] _nonces;

    public Cursors(IOptions<ApiOptions> options)
    {
        var secret = Encoding.UTF8.GetBytes(options.Value.CursorKey is { Length: > 0 } key
            ? key
            : string.Concat(options.Value.Keys.Select(static known => known.Sha256.ToUpperInvariant()).Order(StringComparer.Ordinal)));
        // HKDF takes no empty secret. Without any API key no request is let in, so no cursor is ever sealed.
        secret = secret.Length > 0 ? secret : RandomNumberGenerator.GetBytes(32);
        _encryption = HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, 32, info: "pos cursor: encryption"u8.ToArray());
        _nonces = HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, 32, info: "pos cursor: nonces"u8.ToArray());
    }

    /// <summary>The cursors of one list for one caller.</summary>
    /// <param name="context">The request's.</param>
    /// <param name="list">Tells one list from another: what is listed, of whom, and by which filters.</param>
    public static ListCursors Of(HttpContext context, string list)
    {
        var actor = RequestAccess.Of(context).Actor;
        return new(context.RequestServices.GetRequiredService<Cursors>(), Encoding.UTF8.GetBytes($"{actor.Length}:{actor}{list}"));
    }

    public string Seal(ReadOnlySpan<byte> place, ReadOnlySpan<byte> bound)
    {
        var bytes = new byte[NonceBytes + place.Length + TagBytes];
        var nonce = bytes.AsSpan(0, NonceBytes);
        // The nonce is a hash of all that is sealed under it, so one nonce never seals two different places.
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(_nonces, [.. BitConverter.GetBytes(bound.Length), .. bound, .. place], hash);
        hash[..NonceBytes].CopyTo(nonce);
        using var aes = new AesGcm(_encryption, TagBytes);
        aes.Encrypt(nonce, place, bytes.AsSpan(NonceBytes, place.Length), bytes.AsSpan(NonceBytes + place.Length), bound);
        return Base64Url.EncodeToString(bytes);
    }

    /// <summary>The place that was sealed; null when the text is no cursor of this list and caller.</summary>
    public byte[]? Open(string cursor, ReadOnlySpan<byte> bound)
    {
        if (cursor.Length is 0 or > TextLengthMax || !Base64Url.IsValid(cursor))
        {
            return null;
        }

        var bytes = Base64Url.DecodeFromChars(cursor);
        if (bytes.Length < NonceBytes + TagBytes)
        {
            return null;
        }

        var place = new byte[bytes.Length - NonceBytes - TagBytes];
        using var aes = new AesGcm(_encryption, TagBytes);
        try
        {
            aes.Decrypt(bytes.AsSpan(0, NonceBytes), bytes.AsSpan(NonceBytes, place.Length), bytes.AsSpan(NonceBytes + place.Length), place, bound);
            return place;
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }
}

/// <summary>The cursors of one list for one caller.</summary>
internal readonly struct ListCursors(Cursors cursors, byte[] bound)
{
    /// <summary>The cursor of a place.</summary>
    public string Seal(ReadOnlySpan<byte> place) => cursors.Seal(place, bound);

    /// <inheritdoc cref="Seal(ReadOnlySpan{byte})"/>
    public string Seal(string place) => Seal(Encoding.UTF8.GetBytes(place));

    /// <summary>The place of a cursor; null without one.</summary>
    /// <exception cref="RefusedRequestException">It is none of this list, or was given to somebody else.</exception>
    public byte[]? Open(string? cursor) => cursor is null ? null : cursors.Open(cursor, bound) ?? throw Refused();

    /// <summary>The text of a cursor's place; empty without one.</summary>
    /// <exception cref="RefusedRequestException">It is none of this list, or was given to somebody else.</exception>
    public string OpenText(string? cursor) => Open(cursor) is { } place ? Encoding.UTF8.GetString(place) : "";

    private static RefusedRequestException Refused() =>
        new(Problems.InvalidParameter, "The parameter 'cursor' is not the 'nextCursor' of a page of this list that was given to this key.");
}
