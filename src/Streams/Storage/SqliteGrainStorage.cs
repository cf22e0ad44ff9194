using System.Globalization;
using Orleans;
using Orleans.Runtime;
using Orleans.Serialization;
using Orleans.Storage;
using Pos.Journal.States;

namespace Pos.Streams.Storage;

/// <summary>Orleans' grain storage in the journal's own SQLite file.</summary>
/// <remarks>A state is written in a transaction of the journal's writer, together with whatever is appended at that moment.</remarks>
internal sealed class SqliteGrainStorage(IJournalStates states, Serializer serializer) : IGrainStorage
{
    public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var found = await states.ReadState(stateName, grainId.ToString(), CancellationToken.None);
        grainState.State = found is { } kept ? serializer.Deserialize<T>(kept.State) : Activator.CreateInstance<T>();
        grainState.ETag = found is { } tagged ? tagged.Tag.ToString(CultureInfo.InvariantCulture) : null!;
        grainState.RecordExists = found is not null;
    }

    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var written = await states.WriteState(
            stateName, grainId.ToString(), Tag(grainState.ETag), serializer.SerializeToArray(grainState.State), CancellationToken.None);
        grainState.ETag = written is { } tag ? tag.ToString(CultureInfo.InvariantCulture) : throw Lost(stateName, grainId, grainState.ETag);
        grainState.RecordExists = true;
    }

    public async Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        if (Tag(grainState.ETag) is { } tag && !await states.RemoveState(stateName, grainId.ToString(), tag, CancellationToken.None))
        {
            throw Lost(stateName, grainId, grainState.ETag);
        }

        (grainState.State, grainState.ETag, grainState.RecordExists) = (Activator.CreateInstance<T>(), null!, false);
    }

    private static long? Tag(string? etag) => string.IsNullOrEmpty(etag) ? null : long.Parse(etag, CultureInfo.InvariantCulture);

    private static InconsistentStateException Lost(string stateName, GrainId grainId, string? etag) =>
        new($"The state '{stateName}' of {grainId} was written by another activation.", "another", etag ?? "none");
}
