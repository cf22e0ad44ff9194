using System.Buffers;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;
using Pos.Journal;

namespace Pos.Payments.Simulator;

/// <summary>
/// A ledger in a file of JSON lines, written by one process at a time. An append ends when its line is on the disk; whoever comes while the
/// disk works shares the next write and flush. A line that a crash cut off was never acknowledged and is dropped at the next start.
/// </summary>
public sealed class FileLedger : IPaymentLedger, IDisposable
{
    private const byte LineFeed = (byte)'\n';
    private const int ReadBytes = 64 * 1024;

    // Most lines have less; a longer one takes a second read.
    private const int LineBytes = 512;

    private readonly Lock _gate = new();
    private readonly FileStream _held;
    private readonly FileStream _file;
    private readonly SafeFileHandle _read;
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Batch _next = new();
    private long _end;
    private bool _isWriting;
    private IOException? _broken;

    private FileLedger(string path, FileStream held)
    {
        _held = held;
        Path = path;
        _file = PrivateFiles.Open(path, FileShare.ReadWrite, bufferSize: 0);
        _read = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
    }

    /// <summary>Where it lies.</summary>
    public string Path { get; }

    /// <summary>Opens a ledger, or begins one.</summary>
    /// <exception cref="LedgerUnavailableException">Another process has it, it is damaged in the middle, or the folder cannot be used.</exception>
    public static FileLedger Open(string path)
    {
        path = System.IO.Path.GetFullPath(path);
        FileStream? held = null;
        try
        {
            PrivateFiles.CreateFolder(System.IO.Path.GetDirectoryName(path)!);
            held = Hold(path);
            var ledger = new FileLedger(path, held);
            try
            {
                ledger.DropTornLine();
                foreach (var _ in ledger.Read())
                {
                    // Every line must be readable before the first one is trusted.
                }

                ledger._end = ledger._file.Seek(0, SeekOrigin.End);
                return ledger;
            }
            catch
            {
                ledger._read.Dispose();
                ledger._file.Dispose();
                throw;
            }
        }
        catch (Exception exception)
        {
            held?.Dispose();
            throw exception is IOException or UnauthorizedAccessException
                ? new LedgerUnavailableException($"The payment ledger '{path}' cannot be opened: {exception.Message}", exception)
                : exception;
        }
    }

    /// <inheritdoc/>
    public IEnumerable<PlacedLine> Read()
    {
        using var file = new FileStream(Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
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
                    // What has no end yet is being written.
                    yield break;
                }

                filled += read;
            }

            yield return new(place, Parse(buffer.AsSpan(from, end - from), $"line {number}"));
            place += end + 1 - from;
            from = end + 1;
        }
    }

    /// <inheritdoc/>
    public LedgerLine ReadAt(long place)
    {
        var buffer = new byte[LineBytes];
        var filled = 0;
        try
        {
            while (true)
            {
                var read = RandomAccess.Read(_read, buffer.AsSpan(filled), place + filled);
                filled += read;
                if (Array.IndexOf(buffer, LineFeed, 0, filled) is >= 0 and var end)
                {
                    return Parse(buffer.AsSpan(0, end), FormattableString.Invariant($"byte {place}"));
                }

                if (read == 0)
                {
                    throw new IOException($"The payment ledger '{Path}' ends before the line at byte {place} does.");
                }

                if (filled == buffer.Length)
                {
                    Array.Resize(ref buffer, filled * 2);
                }
            }
        }
        catch (ObjectDisposedException closed)
        {
            throw new IOException($"The payment ledger '{Path}' is closed.", closed);
        }
    }

    /// <inheritdoc/>
    public Task Append(LedgerLine line, out long place)
    {
        ArgumentNullException.ThrowIfNull(line);
        lock (_gate)
        {
            place = _end;
            if (_broken is not null)
            {
                return Task.FromException(_broken);
            }

            var batch = _next;
            var before = batch.Bytes.WrittenCount;
            using (var json = new Utf8JsonWriter(batch.Bytes))
            {
                JsonSerializer.Serialize(json, line, LedgerJson.Default.LedgerLine);
            }

            batch.Bytes.Write([LineFeed]);
            _end += batch.Bytes.WrittenCount - before;
            if (!_isWriting)
            {
                _isWriting = true;
                ThreadPool.UnsafeQueueUserWorkItem(static ledger => ledger.WriteAll(), this, preferLocal: false);
            }

            return batch.Durable;
        }
    }

    /// <summary>Lets go of the file: when it returns, the next one can open it. What was not acknowledged may or may not be there.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _broken ??= new IOException($"The payment ledger '{Path}' is closed.");
            // Its writer, if there is one, owns the file until it lets go of it.
            if (!_isWriting)
            {
                Close();
            }
        }

        // A writer never waits for anything but the disk.
        _closed.Task.GetAwaiter().GetResult();
    }

    private static FileStream Hold(string path)
    {
        try
        {
            return PrivateFiles.Open(path + ".lock", FileShare.None);
        }
        catch (IOException denied)
        {
            throw new LedgerUnavailableException($"The payment ledger '{path}' is in use by another process, or twice by this one.", denied);
        }
    }

    private LedgerLine Parse(ReadOnlySpan<byte> line, string where)
    {
        try
        {
            return JsonSerializer.Deserialize(line, LedgerJson.Default.LedgerLine) ?? throw new JsonException("The line is null.");
        }
        catch (JsonException damage)
        {
            throw new LedgerUnavailableException($"The payment ledger '{Path}' is damaged in {where}: {damage.Message}", damage);
        }
    }

    private void DropTornLine()
    {
        var end = _file.Length;
        var last = new byte[1];
        while (end > 0)
        {
            _file.Position = end - 1;
            if (_file.Read(last) == 1 && last[0] == LineFeed)
            {
                break;
            }

            end--;
        }

        if (end < _file.Length)
        {
            _file.SetLength(end);
            _file.Flush(flushToDisk: true);
        }
    }

    private void WriteAll()
    {
        while (true)
        {
            Batch batch;
            lock (_gate)
            {
                if (_next.IsEmpty)
                {
                    _isWriting = false;
                    if (_broken is not null)
                    {
                        Close();
                    }

                    return;
                }

                batch = _next;
                _next = new();
            }

            Write(batch);
        }
    }

    private void Write(Batch batch)
    {
        if (_broken is { } before)
        {
            batch.Fail(before);
            return;
        }

        try
        {
            _file.Write(batch.Bytes.WrittenSpan);
            _file.Flush(flushToDisk: true);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // After a failed flush nobody knows what the disk holds: the next start reads it.
            var broken = new IOException($"The payment ledger '{Path}' cannot be written: {failure.Message}", failure);
            lock (_gate)
            {
                _broken ??= broken;
            }

            batch.Fail(broken);
            return;
        }

        batch.Succeed();
    }

    private void Close()
    {
        _read.Dispose();
        _file.Dispose();
        _held.Dispose();
        _closed.TrySetResult();
    }

    private sealed class Batch
    {
        private readonly TaskCompletionSource _durable = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public ArrayBufferWriter<byte> Bytes { get; } = new(1_024);

        public Task Durable => _durable.Task;

        public bool IsEmpty => Bytes.WrittenCount == 0;

        public void Succeed() => _durable.SetResult();

        public void Fail(IOException why) => _durable.SetException(why);
    }
}

/// <summary>The provider's ledger cannot be used: the message says which file and why.</summary>
public sealed class LedgerUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
