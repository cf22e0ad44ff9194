using Pos.Journal;

namespace Pos.Grains.Feeds;

/// <summary>Something kept in memory that follows the journal. Called by one thread at a time; readers may be others.</summary>
/// <remarks>An event may come more than once, and events of a stream that was read at the beginning come again: its version tells.</remarks>
internal interface IFeedView
{
    /// <summary>Category of the streams it follows.</summary>
    string Category { get; }

    /// <summary>Takes over an event of its category. Events of one stream come in order.</summary>
    /// <exception cref="UnreadableEventException">A newer release wrote it: the feed logs that and goes on.</exception>
    void Apply(in RecordedEvent recorded);
}
