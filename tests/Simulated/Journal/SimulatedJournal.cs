using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Pos.Journal;
using Pos.Journal.Writing;

namespace Pos.Tests.Simulated.Journal;

/// <summary>
/// The journal in memory: the real sessions, queue, batching, poisoning and look-ups over a simulated disk, without a thread of its own.
/// </summary>
/// <remarks>
/// With nothing but a clock every append is durable before <see cref="JournalSession.TryAppend"/> returns, which is what tests of
/// grains want. With a scheduler each step of the writer (commit, look up, confirm) waits until the scheduler runs it, which is what
/// a simulator wants: continuations of those who wait then run inside the step, unless their own scheduler takes them.
/// </remarks>
public sealed class SimulatedJournal : JournalOverStore, IDisposable
{
    private readonly SimulatedStore _store;
    private readonly SimulatedDriver _driver;
    private bool _disposed;

    /// <summary>Opens a journal over a disk, checking it as every journal does at start.</summary>
    /// <param name="time">The clock: envelopes, leases, bounds, retries.</param>
    /// <param name="disk">What earlier journals left; a new, empty one if null.</param>
    /// <param name="faults">What strikes; nothing if null.</param>
    /// <param name="options">Limits; the defaults if null.</param>
    /// <param name="schedule">Takes each step of the writer and runs it when it likes; every step runs at once if null.</param>
    /// <param name="logger">Hears of failures.</param>
    /// <exception cref="JournalInUseException">Another journal holds the disk.</exception>
    /// <exception cref="JournalCorruptException">The disk lacks what was acknowledged, or holds something else.</exception>
    /// <exception cref="InvalidOperationException">A newer program wrote the disk.</exception>
    public SimulatedJournal(
        TimeProvider time, SimulatedDisk? disk = null, ISimulatedFaults? faults = null, JournalOptions? options = null,
        Action<Action>? schedule = null, ILogger? logger = null)
        : this(new SimulatedStore(disk ?? new SimulatedDisk(), faults), time, options ?? new JournalOptions(), schedule, logger)
    {
    }

    private SimulatedJournal(
        SimulatedStore store, TimeProvider time, JournalOptions options, Action<Action>? schedule, ILogger? logger)
        : base(store, new JournalWriter(
            store, options, time, new JournalInstruments(), logger ?? NullLogger.Instance, asynchronous: schedule is null))
    {
        options.Validate();
        _store = store;
        _driver = new SimulatedDriver(Writer, schedule, Die);
    }

    /// <summary>Whether the simulated process is dead: nothing moves, nobody is told, reads fail.</summary>
    public bool IsCrashed { get; private set; }

    /// <summary>Raised once, inside the step at which a fault killed the process.</summary>
    public event Action? Crashed;

    /// <summary>The process dies now, between two steps. The disk keeps what was committed; nothing queued survives.</summary>
    public void Crash()
    {
        _driver.Stop();
        Die();
    }

    /// <summary>Writes what is queued and lets go of the disk, as a process that is asked to stop.</summary>
    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        if (!IsCrashed)
        {
            Writer.Queue.Close();
            _driver.Drain();
            _driver.Stop();
        }

        Writer.Instruments.Dispose();
        Writer.Dispose();
    }

    private void Die()
    {
        if (IsCrashed)
        {
            return;
        }

        IsCrashed = true;
        _store.Dispose();
        Crashed?.Invoke();
    }
}
