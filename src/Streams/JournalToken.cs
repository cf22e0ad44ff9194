using Orleans;
using Orleans.Concurrency;
using Orleans.Streams;

namespace Pos.Streams;

/// <summary>
/// A place in a journal stream: everything up to <paramref name="position"/> has been taken. A subscriber that resumes with it gets what
/// comes after the position, however old.
/// </summary>
[GenerateSerializer, Immutable, Alias("pos.JournalToken")]
public sealed class JournalToken(long position) : StreamSequenceToken
{
    /// <summary>The journal's position.</summary>
    [Id(0)]
    public override long SequenceNumber { get; protected set; } = position;

    /// <summary>Always 0: a position is one event.</summary>
    [Id(1)]
    public override int EventIndex { get; protected set; }

    /// <inheritdoc/>
    public override bool Equals(StreamSequenceToken? other) => other is JournalToken token && token.SequenceNumber == SequenceNumber;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as StreamSequenceToken);

    /// <inheritdoc/>
    public override int GetHashCode() => SequenceNumber.GetHashCode();

    /// <inheritdoc/>
    public override int CompareTo(StreamSequenceToken? other) => other is null ? 1 : SequenceNumber.CompareTo(other.SequenceNumber);

    /// <inheritdoc/>
    public override string ToString() => $"position {SequenceNumber}";
}
