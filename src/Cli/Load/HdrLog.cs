using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;

namespace Pos.Cli.Load;

/// <summary>
/// Writes histograms in the interval log format of HdrHistogram (version 1.3, encoding V2), which its own tools and plotters read:
/// one line an interval, times in nanoseconds, maxima in milliseconds.
/// </summary>
/// <param name="writer">Closed with the log.</param>
internal sealed class HdrLog(TextWriter writer) : IDisposable
{
    private const int PayloadCookie = 0x1c849303 | 0x10;
    private const int CompressedCookie = 0x1c849304 | 0x10;
    private const int HeadBytes = 40;
    private const int CountBytesMax = 9;

    /// <param name="began">When the intervals' times begin.</param>
    public void Begin(DateTimeOffset began)
    {
        var seconds = Seconds(began.ToUnixTimeMilliseconds() / 1000.0);
        writer.Write(string.Create(
            CultureInfo.InvariantCulture,
            $"#[Latencies of 'pos load', from the intended start of each session]\n#[Histogram log format version 1.3]\n#[BaseTime: {seconds} (seconds since epoch)]\n#[StartTime: {seconds} (seconds since epoch), {began:ddd MMM dd HH:mm:ss} UTC {began:yyyy}]\n\"StartTimestamp\",\"Interval_Length\",\"Interval_Max\",\"Interval_Compressed_Histogram\"\n"));
    }

    /// <param name="start">Since the log began.</param>
    /// <param name="length">Of the interval.</param>
    /// <param name="interval">What was recorded in it.</param>
    public void Write(TimeSpan start, TimeSpan length, HdrHistogram interval) => writer.Write(
        $"{Seconds(start.TotalSeconds)},{Seconds(length.TotalSeconds)},{Seconds(interval.Max.TotalMilliseconds)},{Encode(interval)}\n");

    public void Dispose() => writer.Dispose();

    /// <summary>The compressed encoding, as Base64.</summary>
    public static string Encode(HdrHistogram histogram)
    {
        var payload = Payload(histogram);
        using var encoded = new MemoryStream();
        Span<byte> head = stackalloc byte[8];
        BinaryPrimitives.WriteInt32BigEndian(head, CompressedCookie);
        encoded.Write(head);
        using (var deflated = new ZLibStream(encoded, CompressionLevel.Optimal, leaveOpen: true))
        {
            deflated.Write(payload);
        }

        var bytes = encoded.GetBuffer().AsSpan(0, (int)encoded.Length);
        BinaryPrimitives.WriteInt32BigEndian(bytes[4..], bytes.Length - 8);
        return Convert.ToBase64String(bytes);
    }

    private static ReadOnlySpan<byte> Payload(HdrHistogram histogram)
    {
        var counts = histogram.Counts;
        var bytes = new byte[HeadBytes + (counts.Length * CountBytesMax)];
        var length = HeadBytes;
        for (var i = 0; i < counts.Length; i++)
        {
            // Empty buckets in a row are written as one negative number: how many.
            var empty = counts[i..].IndexOfAnyExcept(0);
            length += empty > 1 ? PutZigZag(bytes.AsSpan(length), -empty) : PutZigZag(bytes.AsSpan(length), counts[i]);
            i += Math.Max(0, empty - 1);
        }

        var head = bytes.AsSpan(0, HeadBytes);
        BinaryPrimitives.WriteInt32BigEndian(head, PayloadCookie);
        BinaryPrimitives.WriteInt32BigEndian(head[4..], length - HeadBytes);
        BinaryPrimitives.WriteInt32BigEndian(head[12..], HdrHistogram.Digits);
        BinaryPrimitives.WriteInt64BigEndian(head[16..], HdrHistogram.LowestNanoseconds);
        BinaryPrimitives.WriteInt64BigEndian(head[24..], HdrHistogram.HighestNanoseconds);
        BinaryPrimitives.WriteDoubleBigEndian(head[32..], 1);
        return bytes.AsSpan(0, length);
    }

    // Seven bits a byte, the sign in the lowest; the ninth byte would carry eight.
    private static int PutZigZag(Span<byte> bytes, long value)
    {
        var rest = (ulong)((value << 1) ^ (value >> 63));
        var length = 0;
        while (rest >= 0x80 && length < CountBytesMax - 1)
        {
            bytes[length++] = (byte)(rest | 0x80);
            rest >>= 7;
        }

        bytes[length++] = (byte)rest;
        return length;
    }

    private static string Seconds(double value) => value.ToString("0.000", CultureInfo.InvariantCulture);
}
