using Pos.Journal;

namespace Pos.Grains;

/// <summary>Something kept in memory that follows the journal. Called by one thread at a time; readers may be others.</summary>
/// <remarks>An event may come more than once, and events of a stream that was read at the beginning come again: its version tells.</remarks>
internal interface IFeedView
{
    /// <summary>Category of the streams it follows.</summary>
    string Category { get; }

    /// <summary>Takes over what is in the journal now, at a cost that does not grow with history. May be called again after it failed.</summary>
    /// <exception cref="JournalUnavailableException">The journal cannot be read now.</exception>
    Task Begin(IJournal journal, CancellationToken cancellationToken);

    /// <summary>Takes over an event of its category. Events of one stream come in order.</summary>
    void Apply(in RecordedEvent recorded);
}
