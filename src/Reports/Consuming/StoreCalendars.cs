using Pos.Journal;
using Pos.Reports.Folding;

namespace Pos.Reports.Consuming;

/// <summary>
/// The calendars of a store, from its definitions in the journal. An event belongs to the calendar that was defined last before the event, so that
/// a report is the same whenever it is folded.
/// </summary>
internal sealed class StoreCalendars(IJournal journal, string store)
{
    private const int PageMax = 1_000;
    private static readonly BusinessCalendar Utc = new(TimeZoneInfo.Utc);

    // Ascending by position.
    private readonly List<(long Position, BusinessCalendar Calendar)> _known = [];
    private long _version;
    private long _readUpTo;

    /// <summary>The calendar of an event.</summary>
    /// <exception cref="ReportStorageException">The journal cannot be read now.</exception>
    public ValueTask<BusinessCalendar> At(long position) => position <= _readUpTo ? new(Find(position)) : Read(position);

    private async ValueTask<BusinessCalendar> Read(long position)
    {
        // Before the read: what is defined meanwhile is behind it, and read next time.
        var head = Math.Max(journal.Head, position);
        try
        {
            for (var more = true; more;)
            {
                more = false;
                await foreach (var recorded in journal.ReadStream(new StreamName("store", store), _version, PageMax, CancellationToken.None))
                {
                    (_version, more) = (recorded.Version, true);
                    if (recorded.Type == "store.defined")
                    {
                        var zone = Payloads.Read(recorded, PayloadJson.Default.ZonePayload).TimeZone;
                        if (_known.Count == 0 || _known[^1].Calendar.Zone.Id != zone)
                        {
                            _known.Add((recorded.Position, BusinessCalendar.Of(zone)));
                        }
                    }
                }
            }
        }
        catch (JournalUnavailableException away)
        {
            throw new ReportStorageException($"The definitions of store '{store}' cannot be read.", away);
        }

        _readUpTo = head;
        return Find(position);
    }

    private BusinessCalendar Find(long position)
    {
        for (var i = _known.Count - 1; i >= 0; i--)
        {
            if (_known[i].Position <= position)
            {
                return _known[i].Calendar;
            }
        }

        // Nothing is sold in a store that is not defined.
        return Utc;
    }
}
