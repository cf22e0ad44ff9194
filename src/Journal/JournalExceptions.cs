namespace Pos.Journal;

/// <summary>The store behind the journal cannot be read or written now. Nothing was done: try again later.</summary>
public sealed class JournalUnavailableException : Exception
{
    /// <summary>Says what could not be done.</summary>
    public JournalUnavailableException(string message, Exception? inner = null) : base(message, inner)
    {
    }
}

/// <summary>The store holds other events than were written. Never retried: a person has to look.</summary>
public sealed class JournalCorruptException : Exception
{
    /// <summary>Names the stream and version, or the position.</summary>
    public JournalCorruptException(string message, Exception? inner = null) : base(message, inner)
    {
    }
}

/// <summary>Another process has the journal open. The operating system releases the journal when that process ends, however it ends.</summary>
public sealed class JournalInUseException : Exception
{
    /// <summary>Names the folder and, if known, the process.</summary>
    public JournalInUseException(string path, int? processId, Exception? inner = null)
        : base($"The journal in '{path}' is open in another process{(processId is { } id ? $" (pid {id})" : "")}. Stop that process first: two writers would ruin the journal.", inner)
    {
        Path = path;
        ProcessId = processId;
    }

    /// <summary>The journal's folder.</summary>
    public string Path { get; }

    /// <summary>The process that has the journal open, if it left its id.</summary>
    public int? ProcessId { get; }
}

/// <summary>The journal is not opened with these settings, or in this state. A person has to act; the message says on what.</summary>
public sealed class JournalRefusedException : InvalidOperationException
{
    /// <summary>Names the setting, or both versions; never a password.</summary>
    public JournalRefusedException(string message, Exception? inner = null) : base(message, inner)
    {
    }
}
