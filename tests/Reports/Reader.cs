using System.Text.Json;
using Pos.Journal;
using Pos.Reports.Folding;

namespace Pos.Tests;

/// <summary>Delivers a journal to a report as a stream does: again after a crash, and never out of order.</summary>
internal sealed class Reader<TOpen, TPage>(ReportFold<TOpen, TPage> fold, string zone = "Europe/London", int cachedMax = 3)
    where TOpen : class, new()
    where TPage : class, new()
{
    private readonly BusinessCalendar _calendar = BusinessCalendar.Of(zone);
    private (string Open, long Position) _saved = (JsonSerializer.Serialize(new TOpen()), 0);
    private ReportBook<TOpen, TPage>? _book;
    private TOpen _open = new();
    private long _position;

    public MemoryPages<TPage> Pages { get; } = new();

    public TOpen Open => _open;

    /// <summary>Takes events and saves: first the pages, then the position.</summary>
    public async Task Take(IEnumerable<RecordedEvent> events)
    {
        _book ??= new(fold, Pages, cachedMax);
        foreach (var recorded in events)
        {
            if (recorded.Position > _position)
            {
                await _book.Take(_open, recorded, _calendar);
                _position = recorded.Position;
            }
        }

        await _book.Save();
        _saved = (JsonSerializer.Serialize(_open), _position);
    }

    /// <summary>The process dies: what was not saved is gone.</summary>
    public void Crash()
    {
        (_open, _position) = (JsonSerializer.Deserialize<TOpen>(_saved.Open)!, _saved.Position);
        _book = null;
        Pages.WritesLeft = int.MaxValue;
    }
}
