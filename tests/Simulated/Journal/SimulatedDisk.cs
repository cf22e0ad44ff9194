using Pos.Journal;
using Pos.Journal.Writing;

namespace Pos.Tests.Simulated.Journal;

/// <summary>What outlives the process: the files of a simulated journal. One journal holds it at a time.</summary>
public sealed class SimulatedDisk
{
    private readonly JournalMark?[] _headSlots = [null, null];
    private bool _held;

    /// <summary>The version of the tables' layout; a test may pretend that a newer program wrote them.</summary>
    public int SchemaVersion { get; set; } = SimulatedStore.SchemaVersion;

    /// <summary>How far the newest readable head slot says that the journal reaches; null when there is none.</summary>
    public JournalMark? Head => (_headSlots[0], _headSlots[1]) switch
    {
        ({ } a, { } b) => a.Position >= b.Position ? a : b,
        var (a, b) => a ?? b,
    };

    /// <summary>How far the tables reach.</summary>
    public JournalMark Stored => Tables.Mark;

    internal Lock Gate { get; } = new();

    internal SimulatedTables Tables { get; } = new();

    /// <summary>The disk forgets its last events without a word, as SQLite does behind a damaged place of its log.</summary>
    public void LoseTail(int events)
    {
        lock (Gate)
        {
            Tables.LoseTail(events);
        }
    }

    /// <summary>One bit of an event's payload rots.</summary>
    public void FlipBit(long position)
    {
        lock (Gate)
        {
            Tables.FlipBit(position);
        }
    }

    /// <summary>A stream's snapshot is gone; its events are not.</summary>
    public void LoseSnapshot(StreamName stream)
    {
        lock (Gate)
        {
            Tables.LoseSnapshot(stream);
        }
    }

    internal void Hold()
    {
        lock (Gate)
        {
            if (_held)
            {
                throw new JournalInUseException("simulated disk", null);
            }

            if (SchemaVersion > SimulatedStore.SchemaVersion)
            {
                throw new InvalidOperationException(
                    $"The simulated disk has schema version {SchemaVersion}; this program knows versions up to {SimulatedStore.SchemaVersion}.");
            }

            _held = true;
        }
    }

    internal void LetGo()
    {
        lock (Gate)
        {
            _held = false;
        }
    }

    /// <summary>Writes the older slot; torn, it holds nothing that can be read.</summary>
    internal void WriteHead(JournalMark mark, bool torn)
    {
        var (first, second) = (_headSlots[0]?.Position ?? -1, _headSlots[1]?.Position ?? -1);
        _headSlots[first <= second ? 0 : 1] = torn ? null : mark;
    }
}
