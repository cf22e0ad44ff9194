using System.Buffers.Text;
using System.Text;

namespace Pos.Cli.Load.Buyers;

/// <summary>An HTTP/1.1 answer in the buffer it was received in.</summary>
/// <param name="Status">The status code.</param>
/// <param name="Body">Valid until the next request.</param>
/// <param name="RetryAfter">The wait that the server asked for, or null.</param>
/// <param name="Closes">Whether the server closes the connection after the answer.</param>
internal readonly record struct HttpAnswer(int Status, ReadOnlyMemory<byte> Body, TimeSpan? RetryAfter, bool Closes)
{
    private static ReadOnlySpan<byte> LineEnd => "\r\n"u8;

    private static ReadOnlySpan<byte> HeadEnd => "\r\n\r\n"u8;

    /// <summary>Reads an answer if all of it has been received. A chunked body is joined in place.</summary>
    /// <exception cref="InvalidDataException">The bytes are no answer.</exception>
    public static bool TryRead(Memory<byte> received, out HttpAnswer answer)
    {
        answer = default;
        var bytes = received.Span;
        var headLength = bytes.IndexOf(HeadEnd);
        if (headLength < 0)
        {
            return false;
        }

        var head = bytes[..(headLength + LineEnd.Length)];
        if (head.Length < 14 || !head.StartsWith("HTTP/1.1 "u8) || !Utf8Parser.TryParse(head.Slice(9, 3), out int status, out var digits) || digits != 3)
        {
            throw new InvalidDataException("The bytes are no HTTP/1.1 answer.");
        }

        var rest = received[(headLength + HeadEnd.Length)..];
        ReadOnlyMemory<byte> body;
        if (Field(head, "transfer-encoding"u8) is { Length: > 0 } encoding)
        {
            if (!Ascii.EqualsIgnoreCase(encoding, "chunked"u8))
            {
                throw new InvalidDataException("The answer has a transfer encoding that was not asked for.");
            }

            if (!TryJoin(rest, out body))
            {
                return false;
            }
        }
        else
        {
            var length = Number(Field(head, "content-length"u8)) ?? (status is 204 or 304
                ? 0
                : throw new InvalidDataException("The answer does not say how long it is."));
            if (rest.Length < length)
            {
                return false;
            }

            body = rest[..length];
        }

        // The header may also hold a date, but these servers send seconds.
        var retryAfter = Utf8Parser.TryParse(Field(head, "retry-after"u8), out uint seconds, out _) ? TimeSpan.FromSeconds(seconds) : (TimeSpan?)null;
        answer = new(status, body, retryAfter, Ascii.EqualsIgnoreCase(Field(head, "connection"u8), "close"u8));
        return true;
    }

    private static ReadOnlySpan<byte> Field(ReadOnlySpan<byte> head, ReadOnlySpan<byte> name)
    {
        while (head.IndexOf(LineEnd) is >= 0 and var end)
        {
            var line = head[..end];
            if (line.Length > name.Length && line[name.Length] == ':' && Ascii.EqualsIgnoreCase(line[..name.Length], name))
            {
                return line[(name.Length + 1)..].Trim((byte)' ');
            }

            head = head[(end + LineEnd.Length)..];
        }

        return [];
    }

    private static int? Number(ReadOnlySpan<byte> field) => field.IsEmpty
        ? null
        : Utf8Parser.TryParse(field, out int number, out var read) && read == field.Length && number >= 0
            ? number
            : throw new InvalidDataException("The answer has a length that is not a number.");

    private static bool TryJoin(Memory<byte> chunks, out ReadOnlyMemory<byte> body)
    {
        // No chunk is moved before all chunks have been received, because the next attempt reads the chunks from the start again.
        body = default;
        var bytes = chunks.Span;
        if (!TryWalk(bytes, null))
        {
            return false;
        }

        var pieces = new List<Range>();
        TryWalk(bytes, pieces);
        var length = 0;
        foreach (var piece in pieces)
        {
            var chunk = bytes[piece];
            chunk.CopyTo(bytes[length..]);
            length += chunk.Length;
        }

        body = chunks[..length];
        return true;
    }

    private static bool TryWalk(ReadOnlySpan<byte> bytes, List<Range>? pieces)
    {
        for (var at = 0; ;)
        {
            var line = bytes[at..].IndexOf(LineEnd);
            if (line < 0)
            {
                return false;
            }

            if (!Utf8Parser.TryParse(bytes.Slice(at, line), out int length, out var digits, 'x') || digits == 0 || length < 0)
            {
                throw new InvalidDataException("The answer has a chunk without a length.");
            }

            at += line + LineEnd.Length;
            if (bytes.Length - at < length + LineEnd.Length)
            {
                return false;
            }

            if (length == 0)
            {
                return true;
            }

            pieces?.Add(at..(at + length));
            at += length + LineEnd.Length;
        }
    }
}
