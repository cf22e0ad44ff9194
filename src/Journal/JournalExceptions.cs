namespace Pos.Journal;

/// <summary>The store behind the journal cannot be read or written now. Nothing was done; try again later.</summary>
public sealed class JournalUnavailableException : Exception
{
    /// <summary>Says what could not be done.</summary>
    public JournalUnavailableException(string message, Exception? inner = null) : base(message, inner)
    {
    }
}

/// <summary>The store holds something else than was written. Never retried: a person has to look.</summary>
public sealed class JournalCorruptException : Exception
{
    /// <summary>Names the stream and version, or the position.</summary>
    public JournalCorruptException(string message, Exception? inner = null) : base(message, inner)
    {
    }
}

/// <summary>Another process has the journal open. It is let go when that process ends, however it ends.</summary>
public sealed class JournalInUseException : Exception
{
    /// <summary>Names the folder and, if known, the process.</summary>
    public JournalInUseException(string path, int? processId, Exception? inner = null)
        : base($"The journal in '{path}' is open in another process{(processId is { } id ? $" (pid {id})" : "")}. Stop that one first: two writers would ruin it.", inner)
    {
        Path = path;
        ProcessId = processId;
    }

    /// <summary>The journal's folder.</summary>
    public string Path { get; }

    /// <summary>The process that holds it, if it left its id.</summary>
    public int? ProcessId { get; }
}

/// <summary>The journal is not opened as it is configured, or as it is found. A person has to act; the message says on what.</summary>
public sealed class JournalRefusedException : InvalidOperationException
{
    /// <summary>Names the setting, or both versions; never a password.</summary>
    public JournalRefusedException(string message, Exception? inner = null) : base(message, inner)
    {
    }
}
