using System.Buffers;
using System.Diagnostics;
using System.Text;

namespace Pos.Journal.Writing;

/// <summary>The session of every journal. Events are encoded and hashed on the caller's thread, so that the committer only stores them.</summary>
internal sealed class WriterSession : JournalSession
{
    private static readonly Task<AppendResult> Durable = Task.FromResult(AppendResult.Durable);
    private static readonly Task<AppendResult> Poisoned = Task.FromResult(AppendResult.Poisoned);
    private static readonly Task<AppendResult> Failed = Task.FromResult(AppendResult.Failed);

    private readonly JournalWriter writer;
    private readonly byte[] streamBytes;
    private readonly byte[] hash;
    private long version;
    private long durableVersion;
    private long poisonedFrom = long.MaxValue;
    private Append? last;

    public WriterSession(JournalWriter writer, StreamName stream, long streamId, long version, byte[] hash)
    {
        this.writer = writer;
        this.hash = hash;
        this.version = version;
        Stream = stream;
        StreamId = streamId;
        durableVersion = version;
        streamBytes = Encoding.UTF8.GetBytes(stream.Value);
    }

    public override StreamName Stream { get; }

    public override long Version => version;

    public override long DurableVersion => Volatile.Read(ref durableVersion);

    public override bool IsPoisoned => Volatile.Read(ref poisonedFrom) != long.MaxValue;

    public override Task<AppendResult> Pending =>
        IsPoisoned ? Poisoned : last is null || last.LastVersion <= DurableVersion ? Durable : last.Result;

    /// <summary>The store's id of the stream, once the stream has begun. Only the committer reads and sets it.</summary>
    public long StreamId { get; set; }

    /// <summary>Whether an append of a smaller version was not stored.</summary>
    public bool IsPoisonedBefore(long firstVersion) => Volatile.Read(ref poisonedFrom) < firstVersion;

    public void Poison(long firstVersion)
    {
        var seen = Volatile.Read(ref poisonedFrom);
        while (firstVersion < seen)
        {
            var found = Interlocked.CompareExchange(ref poisonedFrom, firstVersion, seen);
            if (found == seen)
                return;
            seen = found;
        }
    }

    /// <summary>The confirmer's word that everything up to a version is durable.</summary>
    public void OnDurable(long lastVersion)
    {
        Debug.Assert(lastVersion > durableVersion && lastVersion < Volatile.Read(ref poisonedFrom), "Versions became durable out of turn.");
        Volatile.Write(ref durableVersion, lastVersion);
    }

    public override bool TryAppend(
        ReadOnlySpan<NewEvent> events, EventContext context, WakeUpChange wakeUp, out Task<AppendResult> result)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (events.IsEmpty)
            throw new ArgumentException("An append has at least one event.", nameof(events));

        result = Failed;
        if (IsPoisoned)
        {
            Debug.Assert(version > DurableVersion, "A session is poisoned, and everything it admitted is durable.");
            result = Poisoned;
            return true;
        }

        if (writer.Queue.LooksFull)
        {
            writer.Instruments.OnRefused();
            return false;
        }

        var append = Encode(events, context, wakeUp);
        // Before the append enters: from then on the writer may settle it at any moment, and its buffer may belong to another append.
        append.LastHash.CopyTo(hash);
        if (!writer.Queue.TryEnter(append))
        {
            append.PreviousHash.CopyTo(hash);
            append.Drop();
            writer.Instruments.OnRefused();
            return false;
        }

        version = append.LastVersion;
        last = append;
        result = append.Result;
        writer.OnEntered();
        return true;
    }

    public override void SaveSnapshot(Func<ReadOnlyMemory<byte>> state, int stateVersion, long version)
    {
        if (version > DurableVersion || version <= 0)
            return;
        writer.Aside(() => writer.SaveSnapshot(Stream, state, stateVersion, version));
    }

    private Append Encode(ReadOnlySpan<NewEvent> events, EventContext context, WakeUpChange wakeUp)
    {
        var max = (long)ChainHash.Size;
        foreach (ref readonly var e in events)
            max += EventEncoding.BytesMax(streamBytes.Length, e, context) + ChainHash.Size;
        if (max > writer.Options.QueueBytesMax)
            throw new ArgumentException($"An append has at most {writer.Options.QueueBytesMax} bytes (Journal:QueueBytesMax).", nameof(events));

        var recordedAt = writer.Time.GetUtcNow().UtcTicks;
        var buffer = ArrayPool<byte>.Shared.Rent((int)max);
        hash.CopyTo(buffer, 0);
        var at = 0;
        var next = version;
        foreach (ref readonly var e in events)
        {
            var encoded = EventEncoding.Write(
                buffer.AsSpan(at + ChainHash.Size), streamBytes, ++next, e.Type, e.TypeVersion, recordedAt, context, e.Payload.Span);
            Debug.Assert(encoded <= EventEncoding.BytesMax(streamBytes.Length, e, context), "An event is longer than its bound.");
            var end = at + ChainHash.Size + encoded;
            writer.Hash(buffer.AsSpan(at, ChainHash.Size + encoded), buffer.AsSpan(end, ChainHash.Size));
            at = end;
        }

        return new Append(this, version + 1, events.Length, buffer, at + ChainHash.Size, wakeUp, writer.Asynchronous);
    }
}
