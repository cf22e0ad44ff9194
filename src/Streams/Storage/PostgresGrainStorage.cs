using Orleans;
using Orleans.Runtime;
using Orleans.Storage;

namespace Pos.Streams.Storage;

/// <summary>
/// Orleans' storage in PostgreSQL, with whole grain ids as keys. Orleans' own keys leave the grain's type out, and read a key that looks like a
/// hexadecimal number as that number: stores <c>7</c> and <c>07</c> would share one state, and so would two kinds of grain of one store.
/// </summary>
internal sealed class PostgresGrainStorage(IGrainStorage inner) : IGrainStorage
{
    private static readonly GrainType Whole = GrainType.Create("state");

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => inner.ReadStateAsync(stateName, Of(grainId), grainState);

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => inner.WriteStateAsync(stateName, Of(grainId), grainState);

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => inner.ClearStateAsync(stateName, Of(grainId), grainState);

    private static GrainId Of(GrainId grainId) => GrainId.Create(Whole, IdSpan.Create(grainId.ToString()));
}
