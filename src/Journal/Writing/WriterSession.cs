using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace Pos.Journal.Writing;

/// <summary>The session of every journal: hashes at admission, on the caller's thread, so that the writer only stores.</summary>
internal sealed class WriterSession : JournalSession
{
    private static readonly Task<AppendResult> Durable = Task.FromResult(AppendResult.Durable);
    private static readonly Task<AppendResult> Poisoned = Task.FromResult(AppendResult.Poisoned);
    private static readonly Task<AppendResult> Failed = Task.FromResult(AppendResult.Failed);

    private readonly JournalWriter pipeline;
    private readonly byte[] streamBytes;
    private readonly byte[] hash;
    private long version;
    private long durableVersion;
    private long poisonedFrom = long.MaxValue;
    private Append? last;

    public WriterSession(JournalWriter pipeline, StreamName stream, long streamId, long version, byte[] hash)
    {
        this.pipeline = pipeline;
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

    /// <summary>The store's id of the stream, once the stream has begun. Only the writer reads it.</summary>
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

    public void OnDurable(long lastVersion) => Volatile.Write(ref durableVersion, lastVersion);

    public override AppendAdmission TryAppend(
        ReadOnlySpan<NewEvent> events, EventContext context, WakeUpChange wakeUp, out Task<AppendResult> result)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (events.IsEmpty)
            throw new ArgumentException("An append has at least one event.", nameof(events));

        result = Failed;
        if (IsPoisoned)
        {
            result = Poisoned;
            return AppendAdmission.Poisoned;
        }

        if (pipeline.Queue.LooksFull)
            return pipeline.RefuseFull();

        var append = Encode(events, context, wakeUp);
        // Before it enters: from then on the writer may settle it, and its buffer may belong to another, at any moment.
        append.LastHash.CopyTo(hash);
        switch (pipeline.Queue.Enter(append))
        {
            case Entry.Taken:
                version = append.LastVersion;
                last = append;
                result = append.Result;
                pipeline.OnEntered();
                return AppendAdmission.Admitted;
            case Entry.Full:
                append.PreviousHash.CopyTo(hash);
                append.Drop();
                return pipeline.RefuseFull();
            default:
                append.Drop();
                Poison(version + 1);
                return AppendAdmission.Admitted;
        }
    }

    public override void SaveSnapshot(Func<ReadOnlyMemory<byte>> state, int stateVersion, long version)
    {
        if (version > DurableVersion || version <= 0)
            return;
        pipeline.Aside(() => pipeline.SaveSnapshot(Stream, state, stateVersion, version));
    }

    private Append Encode(ReadOnlySpan<NewEvent> events, EventContext context, WakeUpChange wakeUp)
    {
        var max = (long)ChainHash.Size;
        foreach (ref readonly var e in events)
            max += EventEncoding.BytesMax(streamBytes.Length, e, context) + ChainHash.Size;
        if (max > pipeline.Options.QueueBytesMax)
            throw new ArgumentException($"An append has at most {pipeline.Options.QueueBytesMax} bytes (Journal:QueueBytesMax).", nameof(events));

        var recordedAt = pipeline.Time.GetUtcNow().UtcTicks;
        var buffer = ArrayPool<byte>.Shared.Rent((int)max);
        hash.CopyTo(buffer, 0);
        var at = 0;
        var next = version;
        foreach (ref readonly var e in events)
        {
            var encoded = EventEncoding.Write(
                buffer.AsSpan(at + ChainHash.Size), streamBytes, ++next, e.Type, e.TypeVersion, recordedAt, context, e.Payload.Span);
            var end = at + ChainHash.Size + encoded;
            pipeline.Hash(buffer.AsSpan(at, ChainHash.Size + encoded), buffer.AsSpan(end, ChainHash.Size));
            at = end;
        }

        return new Append(this, version + 1, events.Length, buffer, at + ChainHash.Size, wakeUp, pipeline.Asynchronous);
    }
}
