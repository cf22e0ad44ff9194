using System.Buffers;
using System.Diagnostics;
using System.Text.Json;

namespace Pos.Payments.Simulator;

/// <summary>
/// Appends lines to the file of a <see cref="FileLedger"/>. An append ends when its line is on the disk. Appends that come while the disk
/// works share the next write and flush.
/// </summary>
/// <param name="path">Names the file in errors.</param>
/// <param name="file">Stands at its end; the writer owns it from now on.</param>
/// <param name="released">Called when the writer has let go of the file.</param>
internal sealed class LedgerWriter(string path, FileStream file, Action released) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Batch _next = new();
    private long _end = file.Position;
    private bool _isWriting;
    private IOException? _broken;

    /// <summary>As <see cref="IPaymentLedger.Append"/>.</summary>
    public Task Append(LedgerLine line, out long place)
    {
        lock (_gate)
        {
            place = _end;
            if (_broken is not null)
            {
                return Task.FromException(_broken);
            }

            var batch = _next;
            _end += batch.Add(line);
            if (!_isWriting)
            {
                _isWriting = true;
                ThreadPool.UnsafeQueueUserWorkItem(static writer => writer.WriteAll(), this, preferLocal: false);
            }

            return batch.Durable;
        }
    }

    /// <summary>Lets go of the file before it returns. A line that was not acknowledged may or may not be there.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _broken ??= new IOException($"The payment ledger '{path}' is closed.");
            // A write under way owns the file until it ends, and closes it then.
            if (!_isWriting)
            {
                Close();
            }
        }

        // A write waits for nothing but the disk.
        _closed.Task.GetAwaiter().GetResult();
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
            file.Write(batch.Bytes);
            file.Flush(flushToDisk: true);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // After a failed flush the content of the disk is unknown. The next start reads it.
            var broken = new IOException($"The payment ledger '{path}' cannot be written: {failure.Message}", failure);
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
        file.Dispose();
        released();
        _closed.TrySetResult();
    }

    private sealed class Batch
    {
        private readonly TaskCompletionSource _durable = new(TaskCreationOptions.RunContinuationsAsynchronously);

        private readonly ArrayBufferWriter<byte> _bytes = new(1_024);

        public ReadOnlySpan<byte> Bytes => _bytes.WrittenSpan;

        public Task Durable => _durable.Task;

        public bool IsEmpty => _bytes.WrittenCount == 0;

        /// <summary>Adds a line and returns its length in bytes.</summary>
        public int Add(LedgerLine line)
        {
            var before = _bytes.WrittenCount;
            using (var json = new Utf8JsonWriter(_bytes))
            {
                JsonSerializer.Serialize(json, line, LedgerJson.Default.LedgerLine);
            }

            // A line feed within a line would shift the place of every later line.
            Debug.Assert(!_bytes.WrittenSpan[before..].Contains((byte)'\n'), "A line of the ledger holds a line feed.");
            _bytes.Write("\n"u8);
            return _bytes.WrittenCount - before;
        }

        public void Succeed() => _durable.SetResult();

        public void Fail(IOException why) => _durable.SetException(why);
    }
}
