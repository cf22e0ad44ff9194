namespace Pos.Journal;

/// <summary>The store behind the journal cannot be read or written now. Nothing was done; try again later.</summary>
public sealed class JournalUnavailableException : Exception
{
    /// <summary>Says what could not be done.</summary>
    public JournalUnavailableException(string message, Exception? inner = null) : base(message, inner)
    {
    }
}

/// <summary>What the store holds is not what was written. Never retried: a person has to look.</summary>
public sealed class JournalCorruptException : Exception
{
    /// <summary>Names the stream and version, or the position.</summary>
    public JournalCorruptException(string message, Exception? inner = null) : base(message, inner)
    {
    }
}
