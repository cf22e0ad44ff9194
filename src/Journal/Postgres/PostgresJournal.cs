using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Pos.Journal.Writing;

namespace Pos.Journal.Postgres;

/// <summary>
/// The journal in a PostgreSQL database, for one silo or several: positions are given out under a lock that ends with the commit, and a
/// version is stored once, whichever silo writes it.
/// </summary>
public sealed class PostgresJournal : JournalOverStore, IDisposable
{
    private readonly PostgresJournalOptions _options;
    private readonly WriterThreads _threads;
    private readonly PostgresWatch _watch;
    private bool _disposed;

    private PostgresJournal(IJournalStore store, PostgresStore database, PostgresJournalOptions options, JournalWriter writer)
        : base(store, writer)
    {
        _options = options;
        _threads = new WriterThreads(writer);
        _watch = new PostgresWatch(database, writer, options.WatchEvery);
    }

    /// <summary>Connects, makes the schema in an empty database, and checks that the end of the journal is there.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A setting is out of its range.</exception>
    /// <exception cref="JournalRefusedException">
    /// The connection string is missing or cannot be read, an older or newer program made the schema, or the server does not flush.
    /// </exception>
    /// <exception cref="JournalCorruptException">The end is missing.</exception>
    /// <exception cref="JournalUnavailableException">The server cannot be reached, or does not let this role in.</exception>
    public static PostgresJournal Open(
        PostgresJournalOptions options, TimeProvider time, JournalInstruments instruments, ILogger<PostgresJournal>? logger = null) =>
        Open(options, time, instruments, logger, static store => store);

    /// <summary>As the other overload, with a seam for faults between the writer and the database.</summary>
    internal static PostgresJournal Open(
        PostgresJournalOptions options, TimeProvider time, JournalInstruments instruments, ILogger<PostgresJournal>? logger,
        Func<PostgresStore, IJournalStore> around)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(instruments);
        options.Validate();
        var database = PostgresStore.Open(options);
        var store = around(database);
        var writer = new JournalWriter(
            store, options, time, instruments, logger ?? NullLogger<PostgresJournal>.Instance, asynchronous: true);
        return new PostgresJournal(store, database, options, writer);
    }

    /// <summary>Reads the whole journal as it is at one moment, while others write. Opens a connection of its own.</summary>
    /// <exception cref="JournalUnavailableException">It cannot be read now.</exception>
    public ValueTask<PostgresSnapshot> ReadSnapshot(CancellationToken cancellationToken) => PostgresSnapshot.Open(_options, cancellationToken);

    /// <summary>
    /// Takes no more appends, writes the queued ones and lets go of the connections. Appends that come later end
    /// <see cref="AppendResult.Failed"/>; reads throw <see cref="JournalUnavailableException"/>.
    /// </summary>
    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        _watch.Dispose();
        _threads.Dispose();
        Writer.Dispose();
    }

    // An event that can be read is committed, and so is everything before it. There is no need to wait until the watch hears of it.
    private protected override ValueTask WaitDurable(long position, CancellationToken cancellationToken)
    {
        if (position > Writer.Durable.Value)
        {
            Writer.Confirmer.TryConfirm(new JournalMark(position, default));
        }

        return base.WaitDurable(position, cancellationToken);
    }
}
