using Pos.Journal;

namespace Pos.Grains.Feeds;

/// <summary>A view in memory that follows the journal. The feed calls it on one thread at a time; other threads may read it.</summary>
/// <remarks>An event may come more than once: a view compares versions and passes over events that it has.</remarks>
internal interface IFeedView
{
    /// <summary>Category of the streams it follows.</summary>
    string Category { get; }

    /// <summary>Takes over an event of its category. Events of one stream come in order.</summary>
    /// <exception cref="UnreadableEventException">A newer release wrote the event. The feed logs it and continues.</exception>
    void Apply(in RecordedEvent recorded);
}
