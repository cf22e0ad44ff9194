using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Pos.Journal.States;
using Pos.Journal.Writing;

namespace Pos.Journal.Sqlite;

/// <summary>
/// The journal in a folder of this machine: SQLite with a write-ahead log flushed at every commit, and a head file flushed before
/// every acknowledgement. One process at a time.
/// </summary>
public sealed class SqliteJournal : JournalOverStore, IJournalStates, IDisposable
{
    private readonly SqliteStore _files;
    private readonly WriterThreads _threads;
    private bool _disposed;

    private SqliteJournal(IJournalStore store, SqliteStore files, JournalWriter writer)
        : base(store, writer)
    {
        _files = files;
        _threads = new WriterThreads(writer);
    }

    /// <summary>Opens the journal, creating it if there is none, and checks that nothing acknowledged is missing.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A setting is out of its range.</exception>
    /// <exception cref="JournalInUseException">Another process has it open.</exception>
    /// <exception cref="JournalCorruptException">The end is missing, or is not the one that was acknowledged.</exception>
    /// <exception cref="JournalUnavailableException">The files cannot be opened now.</exception>
    /// <exception cref="JournalRefusedException">A newer program wrote it, or it is no journal.</exception>
    /// <exception cref="InvalidOperationException">SQLite's library is missing.</exception>
    public static SqliteJournal Open(
        SqliteJournalOptions options, TimeProvider time, JournalInstruments instruments, ILogger<SqliteJournal>? logger = null) =>
        Open(options, time, instruments, logger, static store => store);

    /// <summary>As the other overload, with a seam for faults between the writer and the files.</summary>
    internal static SqliteJournal Open(
        SqliteJournalOptions options, TimeProvider time, JournalInstruments instruments, ILogger<SqliteJournal>? logger,
        Func<SqliteStore, IJournalStore> around)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(instruments);
        options.Validate();
        var files = SqliteStore.Open(options);
        var store = around(files);
        var writer = new JournalWriter(store, options, time, instruments, logger ?? NullLogger<SqliteJournal>.Instance, asynchronous: true);
        return new SqliteJournal(store, files, writer);
    }

    /// <summary>Off only in the benchmark that shows the cost of hashing. Such a journal cannot be opened again.</summary>
    internal bool Hashing
    {
        set => Writer.Hashing = _files.Writer.Hashing = value;
    }

    /// <summary>
    /// The mark in the head file: how far the journal had reached when it last acknowledged something. Null: the file cannot be read.
    /// Returns when <see cref="IJournal.Head"/> has reached the mark, so that a read that begins afterwards must find it.
    /// </summary>
    /// <exception cref="JournalUnavailableException">The head did not get there in time.</exception>
    public JournalMark? ReadHeadFile() => HeadFile.Read(_files.Directory.Head) is { } mark ? Reached(mark) : null;

    /// <summary>
    /// The mark in the database, which is never behind the head file while the journal is whole. Returns when
    /// <see cref="IJournal.Head"/> has reached the mark.
    /// </summary>
    /// <exception cref="JournalUnavailableException">The database cannot be read now, or the head did not get there in time.</exception>
    public JournalMark ReadStoredMark() => Reached(_files.Readers.Read(static r => r.ReadMark()));

    /// <inheritdoc/>
    public ValueTask<StateRecord?> ReadState(string name, string key, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentException.ThrowIfNullOrEmpty(key);
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(_files.Readers.Read(reader => reader.ReadState(name, key)));
    }

    /// <inheritdoc/>
    public async ValueTask<long?> WriteState(string name, string key, long? tag, ReadOnlyMemory<byte> state, CancellationToken cancellationToken)
    {
        var write = Change(name, key, tag, state);
        return await Run(write, cancellationToken) ? write.NextTag : null;
    }

    /// <inheritdoc/>
    public async ValueTask<bool> RemoveState(string name, string key, long tag, CancellationToken cancellationToken) =>
        await Run(Change(name, key, tag, null), cancellationToken);

    /// <summary>
    /// Takes no more appends, writes the queued ones, moves the log into the database and lets go of the files. Appends that come later end
    /// <see cref="AppendResult.Failed"/>; reads throw <see cref="JournalUnavailableException"/>.
    /// </summary>
    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        _threads.Dispose();
        Writer.Dispose();
    }

    private StateWrite Change(string name, string key, long? tag, ReadOnlyMemory<byte>? state)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentException.ThrowIfNullOrEmpty(key);
        return new StateWrite(name, key, tag, state, Writer.Time.GetUtcNow().UtcTicks, Writer.Asynchronous);
    }

    private JournalMark Reached(JournalMark mark)
    {
        Writer.WaitDurable(mark.Position, CancellationToken.None).AsTask().GetAwaiter().GetResult();
        return mark;
    }
}
