namespace Pos.Journal.Tail;

/// <summary>One place at which the journal is followed. Used by one caller at a time.</summary>
public sealed class JournalFollower : IDisposable
{
    private readonly JournalTail _tail;
    private long _position;

    internal JournalFollower(JournalTail tail, long after, HashSet<string>? categories) => (_tail, _position, Categories) = (tail, after, categories);

    /// <summary>Everything up to here has been handed out. A caller that could not use what it got goes back by setting it.</summary>
    public long Position
    {
        get => Volatile.Read(ref _position);
        set => Volatile.Write(ref _position, value);
    }

    /// <summary>Null: all.</summary>
    internal HashSet<string>? Categories { get; }

    /// <summary>The next events; waits until the journal has grown beyond <see cref="Position"/>. The page may be empty of events.</summary>
    /// <exception cref="JournalUnavailableException">The store cannot be read now; the position stays.</exception>
    /// <exception cref="OperationCanceledException">Cancelled first; the position stays.</exception>
    public ValueTask<JournalPage> Read(CancellationToken cancellationToken) => _tail.Read(this, cancellationToken);

    /// <summary>Follows no more.</summary>
    public void Dispose() => _tail.Leave(this);
}
