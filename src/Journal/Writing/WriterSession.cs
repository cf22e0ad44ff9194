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

    private readonly JournalWriter _writer;
    private readonly byte[] _streamBytes;
    private readonly byte[] _hash;
    private long _version;
    private long _durableVersion;
    private long _poisonedFrom = long.MaxValue;
    private Append? _last;

    public WriterSession(JournalWriter writer, StreamName stream, long streamId, long version, byte[] hash)
    {
        _writer = writer;
        _hash = hash;
        _version = version;
        Stream = stream;
        StreamId = streamId;
        _durableVersion = version;
        _streamBytes = Encoding.UTF8.GetBytes(stream.Value);
    }

    public override StreamName Stream { get; }

    public override long Version => _version;

    public override long DurableVersion => Volatile.Read(ref _durableVersion);

    public override bool IsPoisoned => Volatile.Read(ref _poisonedFrom) != long.MaxValue;

    public override Task<AppendResult> Pending =>
        IsPoisoned ? Poisoned : _last is null || _last.LastVersion <= DurableVersion ? Durable : _last.Result;

    /// <summary>The store's id of the stream, once the stream has begun. Only the committer reads and sets it.</summary>
    public long StreamId { get; set; }

    /// <summary>Whether an append of a smaller version was not stored.</summary>
    public bool IsPoisonedBefore(long firstVersion) => Volatile.Read(ref _poisonedFrom) < firstVersion;

    public void Poison(long firstVersion)
    {
        var seen = Volatile.Read(ref _poisonedFrom);
        while (firstVersion < seen)
        {
            var found = Interlocked.CompareExchange(ref _poisonedFrom, firstVersion, seen);
            if (found == seen)
            {
                return;
            }

            seen = found;
        }
    }

    /// <summary>The confirmer's word that everything up to a version is durable.</summary>
    public void OnDurable(long lastVersion)
    {
        Debug.Assert(lastVersion > _durableVersion && lastVersion < Volatile.Read(ref _poisonedFrom), "Versions became durable out of turn.");
        Volatile.Write(ref _durableVersion, lastVersion);
    }

    public override bool TryAppend(
        ReadOnlySpan<NewEvent> events, EventContext context, WakeUpChange wakeUp, out Task<AppendResult> result)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (events.IsEmpty)
        {
            throw new ArgumentException("An append has at least one event.", nameof(events));
        }

        result = Failed;
        if (IsPoisoned)
        {
            Debug.Assert(_version > DurableVersion, "A session is poisoned, and everything it admitted is durable.");
            result = Poisoned;
            return true;
        }

        if (_writer.Queue.LooksFull)
        {
            _writer.Instruments.OnRefused();
            return false;
        }

        var append = Encode(events, context, wakeUp);
        // Before the append enters: from then on the writer may settle it at any moment, and its buffer may belong to another append.
        append.LastHash.CopyTo(_hash);
        if (!_writer.Queue.TryEnter(append))
        {
            append.PreviousHash.CopyTo(_hash);
            append.Drop();
            _writer.Instruments.OnRefused();
            return false;
        }

        _version = append.LastVersion;
        _last = append;
        result = append.Result;
        _writer.OnEntered();
        return true;
    }

    public override void SaveSnapshot(Func<ReadOnlyMemory<byte>> state, int stateVersion, long version)
    {
        if (version > DurableVersion || version <= 0)
        {
            return;
        }

        _writer.Aside(() => _writer.SaveSnapshot(Stream, state, stateVersion, version));
    }

    private Append Encode(ReadOnlySpan<NewEvent> events, EventContext context, WakeUpChange wakeUp)
    {
        var max = (long)ChainHash.Size;
        foreach (ref readonly var e in events)
        {
            max += EventEncoding.BytesMax(_streamBytes.Length, e, context) + ChainHash.Size;
        }

        if (max > _writer.Options.QueueBytesMax)
        {
            throw new ArgumentException($"An append has at most {_writer.Options.QueueBytesMax} bytes (Journal:QueueBytesMax).", nameof(events));
        }

        var recordedAt = _writer.Time.GetUtcNow().UtcTicks;
        var buffer = ArrayPool<byte>.Shared.Rent((int)max);
        _hash.CopyTo(buffer, 0);
        var at = 0;
        var next = _version;
        foreach (ref readonly var e in events)
        {
            var encoded = EventEncoding.Write(
                buffer.AsSpan(at + ChainHash.Size), _streamBytes, ++next, e.Type, e.TypeVersion, recordedAt, context, e.Payload.Span);
            Debug.Assert(encoded <= EventEncoding.BytesMax(_streamBytes.Length, e, context), "An event is longer than its bound.");
            var end = at + ChainHash.Size + encoded;
            _writer.Hash(buffer.AsSpan(at, ChainHash.Size + encoded), buffer.AsSpan(end, ChainHash.Size));
            at = end;
        }

        return new Append(this, _version + 1, events.Length, buffer, at + ChainHash.Size, wakeUp, _writer.Asynchronous)
        {
            Span = JournalTracing.StartAppend(Stream, events.Length),
        };
    }
}
