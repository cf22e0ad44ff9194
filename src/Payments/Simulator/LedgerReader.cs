using System.Text.Json;
using Microsoft.Win32.SafeHandles;

namespace Pos.Payments.Simulator;

/// <summary>Reads the lines of a <see cref="FileLedger"/>, all of them in order or the one at a place.</summary>
internal sealed class LedgerReader(string path) : IDisposable
{
    private const byte LineFeed = (byte)'\n';
    private const int ReadBytes = 64 * 1024;

    // Most lines are shorter. A longer one takes a second read.
    private const int LineBytes = 512;

    private readonly SafeFileHandle _file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);

    public IEnumerable<PlacedLine> Read()
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
        var (buffer, from, filled, place) = (new byte[ReadBytes], 0, 0, 0L);
        for (var number = 1L; ; number++)
        {
            int end;
            while ((end = Array.IndexOf(buffer, LineFeed, from, filled - from)) < 0)
            {
                filled -= from;
                Array.Copy(buffer, from, buffer, 0, filled);
                from = 0;
                if (filled == buffer.Length)
                {
                    Array.Resize(ref buffer, filled * 2);
                }

                var read = file.Read(buffer, filled, buffer.Length - filled);
                if (read == 0)
                {
                    // A line without an end is being written.
                    yield break;
                }

                filled += read;
            }

            yield return new(place, Parse(buffer.AsSpan(from, end - from), $"line {number}"));
            place += end + 1 - from;
            from = end + 1;
        }
    }

    public LedgerLine ReadAt(long place)
    {
        var buffer = new byte[LineBytes];
        var filled = 0;
        try
        {
            while (true)
            {
                var read = RandomAccess.Read(_file, buffer.AsSpan(filled), place + filled);
                filled += read;
                if (Array.IndexOf(buffer, LineFeed, 0, filled) is >= 0 and var end)
                {
                    return Parse(buffer.AsSpan(0, end), FormattableString.Invariant($"byte {place}"));
                }

                if (read == 0)
                {
                    throw new IOException($"The payment ledger '{path}' ends before the line at byte {place} does.");
                }

                if (filled == buffer.Length)
                {
                    Array.Resize(ref buffer, filled * 2);
                }
            }
        }
        catch (ObjectDisposedException closed)
        {
            throw new IOException($"The payment ledger '{path}' is closed.", closed);
        }
    }

    public void Dispose() => _file.Dispose();

    private LedgerLine Parse(ReadOnlySpan<byte> line, string where)
    {
        try
        {
            return JsonSerializer.Deserialize(line, LedgerJson.Default.LedgerLine) ?? throw new JsonException("The line is null.");
        }
        catch (JsonException damage)
        {
            throw new LedgerUnavailableException($"The payment ledger '{path}' is damaged in {where}: {damage.Message}", damage);
        }
    }
}
