using Orleans;
using Orleans.Runtime;
using Orleans.Storage;

namespace Pos.Tests;

/// <summary>A real storage, with a note of all that it has stored.</summary>
internal sealed class NotedStorage(IGrainStorage inner, SharedStorage notes) : IGrainStorage
{
    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => inner.ReadStateAsync(stateName, grainId, grainState);

    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        await inner.WriteStateAsync(stateName, grainId, grainState);
        notes.Put(stateName, grainId, grainState.State);
    }

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => inner.ClearStateAsync(stateName, grainId, grainState);
}
