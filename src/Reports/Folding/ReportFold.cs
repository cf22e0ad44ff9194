using Pos.Journal;

namespace Pos.Reports.Folding;

/// <summary>
/// One report: what an event of a store does to it. A report has pages, for example one for each business day. Whatever an event leaves for later
/// events is in <typeparamref name="TOpen"/>.
/// </summary>
/// <remarks>
/// A fold is a pure function: the same events give the same report, however often they are delivered and wherever the fold was interrupted. It
/// reads the journal's JSON itself and shares no code with the grains that wrote it.
/// </remarks>
/// <typeparam name="TOpen">Small: it is stored at each save. Only <see cref="Take"/> changes it.</typeparam>
/// <typeparam name="TPage">Stored for itself. Only a <see cref="PageChange{TPage}"/> changes it.</typeparam>
public abstract class ReportFold<TOpen, TPage>
    where TOpen : class, new()
    where TPage : class, new()
{
    /// <summary>Takes an event.</summary>
    /// <param name="open">What earlier events left.</param>
    /// <param name="recorded">The event; of any type.</param>
    /// <param name="calendar">The store's calendar at the time of the event.</param>
    /// <param name="changes">Receives what the event changes, in order.</param>
    /// <exception cref="Exception">The event cannot be read, or does not fit what is open.</exception>
    public abstract void Take(TOpen open, in RecordedEvent recorded, BusinessCalendar calendar, List<PageChange<TPage>> changes);

    /// <summary>The keys of all pages that can have something.</summary>
    public abstract IEnumerable<string> PagesOf(TOpen open);
}

/// <summary>What an event does to a page.</summary>
/// <param name="Page">The page's key.</param>
/// <param name="Apply">The change. It is left out when the page has the event already.</param>
public readonly record struct PageChange<TPage>(string Page, Action<TPage> Apply);
