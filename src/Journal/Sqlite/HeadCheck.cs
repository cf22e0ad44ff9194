namespace Pos.Journal.Sqlite;

/// <summary>Adds the events above a position to a page, ascending, at most so many.</summary>
internal delegate void ReadPage(long afterPosition, int limit, List<RecordedEvent> page);

/// <summary>Compares at start how far the database reaches with the mark in the head file.</summary>
internal static class HeadCheck
{
    private const int PageEvents = 1_000;

    /// <summary>Returns the mark the journal starts from.</summary>
    /// <exception cref="JournalCorruptException">The database lacks acknowledged events, or holds other ones.</exception>
    public static JournalMark Run(ReadPage read, JournalMark stored, JournalMark? head, bool rebuild, string path)
    {
        if (rebuild)
        {
            return Recompute(read, JournalMark.Empty, stored, path);
        }

        if (head is not { } known)
        {
            return stored.Position == 0
                ? stored
                : throw new JournalCorruptException(
                    $"The journal in '{path}' has {stored.Position} events and no readable head file (journal.head): whether its end "
                    + "was lost cannot be told. Restore the head file, or start once with Journal:RebuildHead=true to accept what is there.");
        }

        if (known.Position > stored.Position)
        {
            throw new JournalCorruptException(
                $"The journal in '{path}' ends at position {stored.Position}, but position {known.Position} was acknowledged: "
                + $"{known.Position - stored.Position} events are lost. Restore a copy, or start once with Journal:RebuildHead=true to go on without them.");
        }

        return Recompute(read, known, stored, path);
    }

    private static JournalMark Recompute(ReadPage read, JournalMark from, JournalMark to, string path)
    {
        var running = from.Running.ToArray();
        var position = from.Position;
        var page = new List<RecordedEvent>();
        do
        {
            page.Clear();
            read(position, PageEvents, page);
            foreach (var recorded in page)
            {
                if (recorded.Position != position + 1)
                {
                    throw new JournalCorruptException($"The journal in '{path}' has no event at position {position + 1}.");
                }

                RunningHash.Advance(running, recorded.Hash.Span);
                position = recorded.Position;
            }
        }
        while (page.Count == PageEvents);

        if (position != to.Position)
        {
            throw new JournalCorruptException($"The journal in '{path}' ends at position {position}; its own record says {to.Position}.");
        }

        if (!to.Running.Span.SequenceEqual(running))
        {
            throw new JournalCorruptException(
                $"The events of the journal in '{path}' between positions {from.Position} and {position} are not those that were acknowledged.");
        }

        return new JournalMark(position, running);
    }
}
