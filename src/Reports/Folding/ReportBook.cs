using Orleans;
using Pos.Journal;

namespace Pos.Reports.Folding;

/// <summary>A page with its position: they are stored together, so that no event is added twice.</summary>
[GenerateSerializer, Alias("pos.reports.ReportPage`1")]
public sealed class ReportPage<TPage> where TPage : class, new()
{
    /// <summary>The last event that has changed the page. It has all of its events up to here.</summary>
    [Id(0)]
    public long Position { get; set; }

    /// <summary>The sums.</summary>
    [Id(1)]
    public TPage Data { get; set; } = new();
}

/// <summary>Where the pages of one report of one store are stored.</summary>
public interface IReportPages<TPage> where TPage : class, new()
{
    /// <summary>A page; an empty one when nothing is stored.</summary>
    Task<StoredPage<TPage>> Read(string page);

    /// <summary>Stores a page.</summary>
    /// <exception cref="Exception">The page has been written by somebody else since it was read, or the storage failed.</exception>
    Task Write(StoredPage<TPage> page);

    /// <summary>Removes a page.</summary>
    Task Clear(StoredPage<TPage> page);
}

/// <summary>A page in memory.</summary>
public abstract class StoredPage<TPage>(string key) where TPage : class, new()
{
    /// <summary>The page's key.</summary>
    public string Key => key;

    /// <summary>The page.</summary>
    public abstract ReportPage<TPage> Page { get; }

    /// <summary>Whether the page has changed since it was read or written.</summary>
    internal bool IsChanged { get; set; }
}

/// <summary>The pages of one report of one store, and the fold that changes them.</summary>
/// <remarks>
/// A page is stored before the position of its reader. After a crash the reader's position may be the older one: the events in between come
/// again, and a page passes over what it has.
/// </remarks>
public sealed class ReportBook<TOpen, TPage>(ReportFold<TOpen, TPage> fold, IReportPages<TPage> pages, int cachedMax)
    where TOpen : class, new()
    where TPage : class, new()
{
    // In the order of their last use.
    private readonly List<StoredPage<TPage>> _cached = [];
    private readonly List<PageChange<TPage>> _changes = [];

    /// <summary>Takes an event.</summary>
    /// <exception cref="Exception">The event cannot be taken, or a page cannot be read: <see cref="Forget"/> what is in memory.</exception>
    public async ValueTask Take(TOpen open, RecordedEvent recorded, BusinessCalendar calendar)
    {
        _changes.Clear();
        fold.Take(open, recorded, calendar, _changes);
        foreach (var (key, apply) in _changes)
        {
            var stored = Find(key) ?? await Load(key);
            // The position moves behind the last change of the event.
            if (recorded.Position > stored.Page.Position)
            {
                apply(stored.Page.Data);
                stored.IsChanged = true;
            }
        }

        foreach (var (key, _) in _changes)
        {
            var page = Find(key)!.Page;
            page.Position = Math.Max(page.Position, recorded.Position);
        }
    }

    /// <summary>Stores the pages that have changed.</summary>
    public async Task Save()
    {
        // At once, so that the pages share a transaction of the storage.
        await Task.WhenAll(_cached.Where(static stored => stored.IsChanged).ToList().ConvertAll(Write));
        for (var i = 0; i < _cached.Count && _cached.Count > cachedMax;)
        {
            if (_cached[i].IsChanged)
            {
                i++;
            }
            else
            {
                _cached.RemoveAt(i);
            }
        }
    }

    private async Task Write(StoredPage<TPage> stored)
    {
        stored.IsChanged = false;
        try
        {
            await pages.Write(stored);
        }
        catch
        {
            stored.IsChanged = true;
            throw;
        }
    }

    /// <summary>Forgets everything that is in memory. Pages are read again when an event changes them.</summary>
    public void Forget() => _cached.Clear();

    /// <summary>The pages that are in memory, of those that are asked for.</summary>
    public Dictionary<string, ReportPage<TPage>> Look(Func<string, bool> isAsked) =>
        _cached.Where(stored => isAsked(stored.Key)).ToDictionary(static stored => stored.Key, static stored => stored.Page);

    /// <summary>Removes a page from the storage.</summary>
    public async Task Clear(string key) => await pages.Clear(await pages.Read(key));

    /// <summary>A page, from memory or from the storage.</summary>
    public async Task<TPage> Read(string key) => (Find(key) ?? await pages.Read(key)).Page.Data;

    private StoredPage<TPage>? Find(string key)
    {
        // The last used is nearly always the one.
        if (_cached.Count > 0 && _cached[^1].Key == key)
        {
            return _cached[^1];
        }

        var at = _cached.FindLastIndex(stored => stored.Key == key);
        if (at < 0)
        {
            return null;
        }

        var found = _cached[at];
        _cached.RemoveAt(at);
        _cached.Add(found);
        return found;
    }

    private async ValueTask<StoredPage<TPage>> Load(string key)
    {
        var read = await pages.Read(key);
        _cached.Add(read);
        return read;
    }
}
