using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace Pos.Journal;

/// <summary>
/// The hash that ties an event to everything before it in its stream: SHA-256 over the previous event's hash and this event.
/// </summary>
/// <remarks>
/// <para>Hashed are, in this order, without anything between them:</para>
/// <list type="number">
/// <item>the previous hash, 32 bytes (<see cref="Start"/>, all zero, before version 1);</item>
/// <item>the format, one byte: 1;</item>
/// <item>stream (text); version (int64); type (text); type version (int32);</item>
/// <item>recorded at, occurred at (int64 each: UTC, in 100 ns since 0001-01-01T00:00:00);</item>
/// <item>store, till, actor, correlation, causation, traceparent (text each);</item>
/// <item>the payload (bytes).</item>
/// </list>
/// <para>
/// Integers are little-endian. Text is UTF-8. Text and bytes are preceded by their length in bytes (int32), so that no two events
/// share an encoding. The position is not part of it: it is unknown when the event is admitted, and <see cref="RunningHash"/> covers it.
/// </para>
/// </remarks>
public static class ChainHash
{
    /// <summary>Bytes of a hash.</summary>
    public const int Size = SHA256.HashSizeInBytes;

    private static readonly byte[] Zero = new byte[Size];

    /// <summary>The previous hash of a stream's first event.</summary>
    public static ReadOnlySpan<byte> Start => Zero;

    /// <summary>The hash this event must carry behind an event of hash <paramref name="previous"/>.</summary>
    /// <exception cref="ArgumentException">The previous hash is not 32 bytes long.</exception>
    public static byte[] Compute(ReadOnlySpan<byte> previous, in RecordedEvent recorded)
    {
        var hash = new byte[Size];
        Compute(previous, recorded, hash);
        return hash;
    }

    /// <summary>As the other overload, without an allocation.</summary>
    /// <exception cref="ArgumentException">The previous hash is not 32 bytes long, or there is less room than that for the new one.</exception>
    public static void Compute(ReadOnlySpan<byte> previous, in RecordedEvent recorded, Span<byte> hash)
    {
        if (previous.Length != Size)
        {
            throw new ArgumentException("A hash has 32 bytes.", nameof(previous));
        }

        var e = new NewEvent(recorded.Type, recorded.TypeVersion, recorded.Payload);
        var stream = recorded.Stream.Value;
        Span<byte> streamBytes = stackalloc byte[StreamName.LengthMax * 3];
        streamBytes = streamBytes[..Encoding.UTF8.GetBytes(stream, streamBytes)];
        var buffer = ArrayPool<byte>.Shared.Rent(Size + EventEncoding.BytesMax(streamBytes.Length, e, recorded.Context));
        previous.CopyTo(buffer);
        var count = Size + EventEncoding.Write(
            buffer.AsSpan(Size), streamBytes, recorded.Version, recorded.Type, recorded.TypeVersion, recorded.RecordedAt.UtcTicks,
            recorded.Context, recorded.Payload.Span);
        SHA256.HashData(buffer.AsSpan(0, count), hash);
        ArrayPool<byte>.Shared.Return(buffer);
    }
}

/// <summary>
/// The hash over the whole journal in the order of positions: each value is SHA-256 over the value before it (32 zero bytes before
/// position 1) and the event's chain hash. The store keeps it beside the events and in the head file.
/// </summary>
public static class RunningHash
{
    /// <summary>The value of an empty journal.</summary>
    public static ReadOnlySpan<byte> Start => ChainHash.Start;

    /// <summary>Moves <paramref name="running"/> (32 bytes) over the next event.</summary>
    public static void Advance(Span<byte> running, ReadOnlySpan<byte> eventHash)
    {
        Span<byte> both = stackalloc byte[2 * ChainHash.Size];
        running.CopyTo(both);
        eventHash.CopyTo(both[ChainHash.Size..]);
        SHA256.HashData(both, running);
    }
}

/// <summary>How far a journal reaches: its last position and the running hash there.</summary>
/// <param name="Position">The last position; 0 when empty.</param>
/// <param name="Running">The running hash at that position (32 bytes).</param>
public readonly record struct JournalMark(long Position, ReadOnlyMemory<byte> Running)
{
    /// <summary>An empty journal.</summary>
    public static JournalMark Empty { get; } = new(0, new byte[ChainHash.Size]);
}
