using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Text;

namespace Pos.Journal;

/// <summary>
/// The one binary form of an event's envelope and payload that the chain hash is taken over. <see cref="ChainHash"/> documents it.
/// </summary>
internal static class EventEncoding
{
    /// <summary>First byte of every encoding; another layout gets another number.</summary>
    public const byte Format = 1;

    private const int FixedBytes = 1 + 8 + 4 + 8 + 8;
    private const int TextFields = 8;

    /// <summary>No encoding of this event is longer.</summary>
    public static int BytesMax(int streamBytes, in NewEvent e, EventContext context) =>
        FixedBytes + ((TextFields + 1) * 4) + streamBytes + e.Payload.Length + (3 * (e.Type.Length + context.Store.Length +
        context.Till.Length + context.Actor.Length + context.Correlation.Length + context.Causation.Length + context.TraceParent.Length));

    /// <summary>Writes the encoding and returns its length.</summary>
    public static int Write(
        Span<byte> into, ReadOnlySpan<byte> stream, long version, string type, int typeVersion, long recordedAtTicks,
        EventContext context, ReadOnlySpan<byte> payload)
    {
        into[0] = Format;
        var at = 1;
        at += WriteBytes(into[at..], stream);
        BinaryPrimitives.WriteInt64LittleEndian(into[at..], version);
        at += 8;
        at += WriteText(into[at..], type);
        BinaryPrimitives.WriteInt32LittleEndian(into[at..], typeVersion);
        at += 4;
        BinaryPrimitives.WriteInt64LittleEndian(into[at..], recordedAtTicks);
        at += 8;
        BinaryPrimitives.WriteInt64LittleEndian(into[at..], context.OccurredAt.UtcTicks);
        at += 8;
        at += WriteText(into[at..], context.Store);
        at += WriteText(into[at..], context.Till);
        at += WriteText(into[at..], context.Actor);
        at += WriteText(into[at..], context.Correlation);
        at += WriteText(into[at..], context.Causation);
        at += WriteText(into[at..], context.TraceParent);
        at += WriteBytes(into[at..], payload);
        return at;
    }

    private static int WriteText(Span<byte> into, string text)
    {
        var count = text.Length == 0 ? 0 : Encoding.UTF8.GetBytes(text, into[4..]);
        BinaryPrimitives.WriteInt32LittleEndian(into, count);
        return 4 + count;
    }

    private static int WriteBytes(Span<byte> into, ReadOnlySpan<byte> bytes)
    {
        BinaryPrimitives.WriteInt32LittleEndian(into, bytes.Length);
        bytes.CopyTo(into[4..]);
        return 4 + bytes.Length;
    }
}

/// <summary>
/// Walks one encoding in the order it was written, so that a store can bind the encoded bytes as they are instead of encoding
/// every text a second time.
/// </summary>
internal ref struct EncodedEvent(ReadOnlySpan<byte> encoded)
{
    private readonly ReadOnlySpan<byte> _all = encoded;
    private int _at = 1;

    /// <summary>Bytes walked so far; the encoding's length after its last field.</summary>
    public readonly int Consumed => _at;

    /// <summary>Length of the encoding that stands at the beginning of these bytes.</summary>
    public static int Measure(ReadOnlySpan<byte> encoded) => Measure(encoded, out _);

    /// <summary>As the other overload, with the event's store on the way.</summary>
    public static int Measure(ReadOnlySpan<byte> encoded, out ReadOnlySpan<byte> store)
    {
        var e = new EncodedEvent(encoded);
        e.Bytes();
        e.Int64();
        e.Bytes();
        e.Int32();
        e.Int64();
        e.Int64();
        store = e.Bytes();
        for (var text = 0; text < 6; text++)
        {
            e.Bytes();
        }

        return e.Consumed;
    }

    /// <summary>The event that stands at the beginning of these bytes.</summary>
    public static RecordedEvent Decode(ReadOnlySpan<byte> encoded, long position, ReadOnlyMemory<byte> hash)
    {
        var e = new EncodedEvent(encoded);
        var stream = StreamName.Parse(e.Text());
        var version = e.Int64();
        var type = e.Text();
        var typeVersion = e.Int32();
        var recordedAt = new DateTimeOffset(e.Int64(), TimeSpan.Zero);
        var context = new EventContext(
            new DateTimeOffset(e.Int64(), TimeSpan.Zero), e.Text(), e.Text(), e.Text(), e.Text(), e.Text(), e.Text());
        return new RecordedEvent(position, stream, version, type, typeVersion, recordedAt, context, e.Bytes().ToArray(), hash);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ReadOnlySpan<byte> Bytes()
    {
        var count = BinaryPrimitives.ReadInt32LittleEndian(_all[_at..]);
        var bytes = _all.Slice(_at + 4, count);
        _at += 4 + count;
        return bytes;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public long Int64()
    {
        var value = BinaryPrimitives.ReadInt64LittleEndian(_all[_at..]);
        _at += 8;
        return value;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Int32()
    {
        var value = BinaryPrimitives.ReadInt32LittleEndian(_all[_at..]);
        _at += 4;
        return value;
    }

    private string Text()
    {
        var bytes = Bytes();
        return bytes.IsEmpty ? "" : Encoding.UTF8.GetString(bytes);
    }
}
