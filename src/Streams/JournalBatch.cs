using Orleans;
using Orleans.Concurrency;
using Orleans.Runtime;
using Orleans.Streams;
using Pos.Journal;

namespace Pos.Streams;

/// <summary>
/// Events of one stream in order: all that the stream has above <paramref name="After"/>, up to <paramref name="UpTo"/>.
/// </summary>
/// <param name="After">
/// Exclusive lower bound. A consumer whose own position is below it has missed something. A consumer whose own position is at or above it
/// passes over the events that it has.
/// </param>
/// <param name="UpTo">Inclusive upper bound, the consumer's position once it has taken the batch.</param>
/// <param name="Events">Ascending by position. Empty when the batch only says where its stream begins.</param>
[GenerateSerializer, Immutable, Alias("pos.JournalBatch")]
public sealed record JournalBatch(long After, long UpTo, IReadOnlyList<RecordedEvent> Events);

/// <summary>Carries a batch through Orleans.</summary>
[GenerateSerializer, Immutable, Alias("pos.JournalBatchContainer")]
internal sealed class JournalBatchContainer(StreamId streamId, JournalBatch batch) : IBatchContainer
{
    [Id(0)]
    public StreamId StreamId { get; } = streamId;

    [Id(1)]
    public JournalBatch Batch { get; } = batch;

    public StreamSequenceToken SequenceToken => new JournalToken(Batch.UpTo);

    public IEnumerable<Tuple<T, StreamSequenceToken>> GetEvents<T>() => [Tuple.Create((T)(object)Batch, SequenceToken)];

    public bool ImportRequestContext() => false;
}

/// <summary>A recorded event between silos.</summary>
[GenerateSerializer, Alias("pos.RecordedEvent")]
internal struct RecordedEventSurrogate
{
    [Id(0)] public long Position;
    [Id(1)] public string Stream;
    [Id(2)] public long Version;
    [Id(3)] public string Type;
    [Id(4)] public int TypeVersion;
    [Id(5)] public DateTimeOffset RecordedAt;
    [Id(6)] public DateTimeOffset OccurredAt;
    [Id(7)] public string Store;
    [Id(8)] public string Till;
    [Id(9)] public string Actor;
    [Id(10)] public string Correlation;
    [Id(11)] public string Causation;
    [Id(12)] public string TraceParent;
    [Id(13)] public byte[] Payload;
    [Id(14)] public byte[] Hash;
}

[RegisterConverter]
internal sealed class RecordedEventConverter : IConverter<RecordedEvent, RecordedEventSurrogate>
{
    public RecordedEvent ConvertFromSurrogate(in RecordedEventSurrogate surrogate) => new(
        surrogate.Position,
        StreamName.Parse(surrogate.Stream),
        surrogate.Version,
        surrogate.Type,
        surrogate.TypeVersion,
        surrogate.RecordedAt,
        new EventContext(
            surrogate.OccurredAt, surrogate.Store, surrogate.Till, surrogate.Actor, surrogate.Correlation, surrogate.Causation, surrogate.TraceParent),
        surrogate.Payload,
        surrogate.Hash);

    public RecordedEventSurrogate ConvertToSurrogate(in RecordedEvent value) => new()
    {
        Position = value.Position,
        Stream = value.Stream.Value,
        Version = value.Version,
        Type = value.Type,
        TypeVersion = value.TypeVersion,
        RecordedAt = value.RecordedAt,
        OccurredAt = value.Context.OccurredAt,
        Store = value.Context.Store,
        Till = value.Context.Till,
        Actor = value.Context.Actor,
        Correlation = value.Context.Correlation,
        Causation = value.Context.Causation,
        TraceParent = value.Context.TraceParent,
        Payload = value.Payload.ToArray(),
        Hash = value.Hash.ToArray(),
    };
}
