using System.Collections.Concurrent;
using System.Text.Json;
using Orleans;
using Orleans.Runtime;
using Orleans.Storage;

namespace Pos.Tests;

/// <summary>Grain storage that all silos of a test share and that survives them, with tags that fence and failures on demand.</summary>
internal sealed class SharedStorage : IGrainStorage
{
    private readonly ConcurrentDictionary<string, (string Json, string Tag)> _kept = new();
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _tags;

    /// <summary>Writes that fail from now on.</summary>
    public int FailsNext;

    /// <summary>Keys whose writes fail.</summary>
    public Func<string, bool> Fails { get; set; } = static _ => false;

    /// <summary>Hears of each write before it happens.</summary>
    public Action<string> OnWrite { get; set; } = static _ => { };

    public int Writes => Volatile.Read(ref _tags);

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        var isKept = _kept.TryGetValue(Key(stateName, grainId), out var kept);
        grainState.RecordExists = isKept;
        grainState.ETag = isKept ? kept.Tag : null!;
        grainState.State = isKept ? JsonSerializer.Deserialize<T>(kept.Json)! : Activator.CreateInstance<T>();
        return Task.CompletedTask;
    }

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        if (Fails(Key(stateName, grainId)) || (FailsNext > 0 && Interlocked.Decrement(ref FailsNext) >= 0))
        {
            throw new IOException("The storage is away, as the test wants.");
        }

        var key = Key(stateName, grainId);
        OnWrite(key);
        var tag = $"{Interlocked.Increment(ref _tags)}";
        var next = (JsonSerializer.Serialize(grainState.State), tag);
        var won = grainState.ETag is null
            ? _kept.TryAdd(key, next)
            : _kept.TryGetValue(key, out var kept) && kept.Tag == grainState.ETag && _kept.TryUpdate(key, next, kept);
        if (!won)
        {
            throw new InconsistentStateException($"{key} was written by another.");
        }

        (grainState.ETag, grainState.RecordExists) = (tag, true);
        Interlocked.Exchange(ref _changed, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
        return Task.CompletedTask;
    }

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
    {
        _kept.TryRemove(Key(stateName, grainId), out _);
        (grainState.ETag, grainState.RecordExists) = (null!, false);
        return Task.CompletedTask;
    }

    public T? Read<T>(string stateName, string idEnd) where T : class =>
        _kept.FirstOrDefault(kept => kept.Key.StartsWith(stateName + "|", StringComparison.Ordinal) && kept.Key.EndsWith(idEnd, StringComparison.Ordinal)).Value.Json is { } json
            ? JsonSerializer.Deserialize<T>(json)
            : null;

    /// <summary>What is kept under a name now.</summary>
    public IReadOnlyList<T> All<T>(string stateName) =>
        [.. _kept.Where(kept => kept.Key.StartsWith(stateName + "|", StringComparison.Ordinal)).Select(kept => JsonSerializer.Deserialize<T>(kept.Value.Json)!)];

    public void Put<T>(string stateName, GrainId grainId, T state)
    {
        _kept[Key(stateName, grainId)] = (JsonSerializer.Serialize(state), $"{Interlocked.Increment(ref _tags)}");
        Interlocked.Exchange(ref _changed, new(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
    }

    public void Forget(string stateName)
    {
        foreach (var key in _kept.Keys.Where(key => key.StartsWith(stateName + "|", StringComparison.Ordinal)))
        {
            _kept.TryRemove(key, out _);
        }
    }

    /// <summary>Waits until what is kept is as it should be.</summary>
    public async Task Until(Func<bool> isSo, string what)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var changed = Volatile.Read(ref _changed).Task;
            if (isSo())
            {
                return;
            }

            Assert.True(TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromSeconds(90), $"It did not come to this: {what}");
            await Task.WhenAny(changed, Task.Delay(TimeSpan.FromSeconds(1), TimeProvider.System));
        }
    }

    private static string Key(string stateName, GrainId grainId) => $"{stateName}|{grainId}";
}
