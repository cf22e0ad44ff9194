using Orleans.Storage;
using Pos.Reports.Consuming;
using Pos.Reports.Sagas;
using Pos.Reports.Sales;
using Pos.Reports.Stock;
using Pos.Streams;

namespace Pos.Tests.Simulated;

/// <summary>The rows of the grain storage. They outlive every silo.</summary>
internal sealed class SimulatedStates
{
    private readonly Dictionary<(string State, string Grain), (byte[] Row, long Tag)> _rows = [];
    private long _tags;

    /// <summary>The keys of all rows of one state.</summary>
    public IEnumerable<string> KeysOf(string state) => _rows.Keys.Where(key => key.State == state).Select(static key => key.Grain);

    /// <summary>A row, or null.</summary>
    public T? Find<T>(string state, string grain)
        where T : class => _rows.TryGetValue((state, grain), out var found) ? OrleansTypes.Instance.Serializer.Deserialize<T>(found.Row) : null;

    public (byte[] Row, long Tag)? Read(string state, GrainId grain) => _rows.TryGetValue((state, grain.ToString()), out var found) ? found : null;

    /// <summary>Replaces the row that has a tag; null for none.</summary>
    /// <returns>The new tag, or null when the row has another.</returns>
    public long? Write(string state, GrainId grain, long? tag, byte[] row)
    {
        var key = (state, grain.ToString());
        if ((_rows.TryGetValue(key, out var found) ? found.Tag : (long?)null) != tag)
        {
            return null;
        }

        _rows[key] = (row, ++_tags);
        return _tags;
    }

    public bool Remove(string state, GrainId grain, long tag)
    {
        var key = (state, grain.ToString());
        return _rows.TryGetValue(key, out var found) && found.Tag == tag && _rows.Remove(key);
    }
}

/// <summary>The grain storage of one silo. Writes get lost, or are stored and fail all the same, or come late; nobody reads an old row.</summary>
internal sealed class FaultyStorage(Reporting reporting, ReportSilo silo) : IGrainStorage
{
    private static readonly TimeSpan SlowMax = TimeSpan.FromSeconds(2);

    public async Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        await Reach(stateName);
        if (reporting.Strikes(Fault.StateReadFailing, stateName))
        {
            throw new IOException("The simulated storage cannot be read.");
        }

        var found = reporting.States.Read(stateName, grainId);
        grainState.State = found is { } kept ? OrleansTypes.Instance.Serializer.Deserialize<T>(kept.Row) : Activator.CreateInstance<T>();
        (grainState.ETag, grainState.RecordExists) = (Tag(found?.Tag), found is not null);
    }

    public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var activation = SimulatedActivation.Current;
        var row = OrleansTypes.Instance.Serializer.SerializeToArray(grainState.State);
        await Reach(stateName);
        if (silo.Vanishes(activation, stateName))
        {
            await silo.Never;
        }

        if (reporting.Strikes(Fault.StateWriteLost, stateName))
        {
            throw new IOException("The simulated storage has not stored a state.");
        }

        var written = reporting.States.Write(stateName, grainId, Tag(grainState.ETag), row)
            ?? throw new InconsistentStateException($"The state '{stateName}' of {grainId} was written by another activation.", "another", grainState.ETag ?? "none");
        reporting.OnWritten(stateName, grainId, grainState.State);
        if (silo.Vanishes(activation, stateName))
        {
            await silo.Never;
        }

        if (reporting.Strikes(Fault.StateWriteUnknown, stateName))
        {
            throw new IOException("The simulated storage has stored a state and does not say so.");
        }

        (grainState.ETag, grainState.RecordExists) = (Tag(written), true);
    }

    public async Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        await Reach(stateName);
        if (reporting.Strikes(Fault.StateWriteLost, stateName))
        {
            throw new IOException("The simulated storage has not removed a state.");
        }

        if (Tag(grainState.ETag) is { } tag && !reporting.States.Remove(stateName, grainId, tag))
        {
            throw new InconsistentStateException($"The state '{stateName}' of {grainId} was written by another activation.", "another", grainState.ETag ?? "none");
        }

        (grainState.State, grainState.ETag, grainState.RecordExists) = (Activator.CreateInstance<T>(), null!, false);
    }

    private Task Reach(string stateName) => reporting.Strikes(Fault.StateSlow, stateName)
        ? Task.Delay(reporting.Between(TimeSpan.Zero, SlowMax), silo.Time, CancellationToken.None)
        : Task.CompletedTask;

    private static string Tag(long? tag) => tag is { } known ? known.ToString(System.Globalization.CultureInfo.InvariantCulture) : null!;

    private static long? Tag(string? tag) => tag is null ? null : long.Parse(tag, System.Globalization.CultureInfo.InvariantCulture);
}
