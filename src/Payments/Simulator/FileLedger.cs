using Pos.Journal;

namespace Pos.Payments.Simulator;

/// <summary>
/// A ledger in a file of JSON lines, written by one process at a time. A line that a crash cut off was never acknowledged and is dropped at
/// the next start.
/// </summary>
public sealed class FileLedger : IPaymentLedger, IDisposable
{
    private readonly LedgerReader _reader;
    private readonly LedgerWriter _writer;

    private FileLedger(string path, LedgerReader reader, LedgerWriter writer)
    {
        Path = path;
        _reader = reader;
        _writer = writer;
    }

    /// <summary>The file's full path.</summary>
    public string Path { get; }

    /// <summary>Opens a ledger, or begins one.</summary>
    /// <exception cref="LedgerUnavailableException">Another process has it, it is damaged in the middle, or the folder cannot be used.</exception>
    public static FileLedger Open(string path)
    {
        path = System.IO.Path.GetFullPath(path);
        var opened = new Stack<IDisposable>();
        try
        {
            PrivateFiles.CreateFolder(System.IO.Path.GetDirectoryName(path)!);
            var held = Hold(path);
            opened.Push(held);
            var file = PrivateFiles.Open(path, FileShare.ReadWrite, bufferSize: 0);
            opened.Push(file);
            DropTornLine(file);
            var reader = new LedgerReader(path);
            opened.Push(reader);
            foreach (var _ in reader.Read())
            {
                // Every line must be readable before the first one is trusted.
            }

            file.Seek(0, SeekOrigin.End);
            return new FileLedger(path, reader, new LedgerWriter(path, file, () =>
            {
                reader.Dispose();
                held.Dispose();
            }));
        }
        catch (Exception failure)
        {
            foreach (var one in opened)
            {
                one.Dispose();
            }

            if (failure is IOException or UnauthorizedAccessException)
            {
                throw new LedgerUnavailableException($"The payment ledger '{path}' cannot be opened: {failure.Message}", failure);
            }

            throw;
        }
    }

    /// <inheritdoc/>
    public IEnumerable<PlacedLine> Read() => _reader.Read();

    /// <inheritdoc/>
    public LedgerLine ReadAt(long place) => _reader.ReadAt(place);

    /// <inheritdoc/>
    public Task Append(LedgerLine line, out long place)
    {
        ArgumentNullException.ThrowIfNull(line);
        return _writer.Append(line, out place);
    }

    /// <summary>Lets go of the file: when it returns, the next one can open it. A line that was not acknowledged may or may not be there.</summary>
    public void Dispose() => _writer.Dispose();

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

    private static void DropTornLine(FileStream file)
    {
        var end = file.Length;
        var last = new byte[1];
        while (end > 0)
        {
            file.Position = end - 1;
            if (file.Read(last) == 1 && last[0] == (byte)'\n')
            {
                break;
            }

            end--;
        }

        if (end < file.Length)
        {
            file.SetLength(end);
            file.Flush(flushToDisk: true);
        }
    }
}

/// <summary>The provider's ledger cannot be used: the message says which file and why.</summary>
public sealed class LedgerUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
