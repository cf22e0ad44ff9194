using System.Collections.Concurrent;

namespace Pos.Tests.Simulated;

/// <summary>What scripted grains do, told by each fact, and what happened.</summary>
/// <param name="key">The key of the grains whose script it is: grains of the same process find it there.</param>
public sealed class Script(string key)
{
    private static readonly ConcurrentDictionary<string, Script> All = new();

    private readonly ConcurrentDictionary<string, Func<ScriptedGrain, CancellationToken, Task<string>>> _acts = new();
    private readonly ConcurrentQueue<string> _log = new();

    public string Key => key;

    public Func<ScriptedGrain, CancellationToken, Task> OnActivate { get; set; } = (_, _) => Task.CompletedTask;

    public Func<ScriptedGrain, DeactivationReason, Task> OnDeactivate { get; set; } = (_, _) => Task.CompletedTask;

    /// <summary>Sees every call that arrives at these grains.</summary>
    public Func<IIncomingGrainCallContext, Task>? OnArrived { get; set; }

    /// <summary>Sees the same calls behind the first.</summary>
    public Func<IIncomingGrainCallContext, Task>? OnArrivedSecond { get; set; }

    /// <summary>Sees every call that grains make to these grains.</summary>
    public Func<IOutgoingGrainCallContext, Task>? OnLeaving { get; set; }

    /// <summary>The grain's own filter.</summary>
    public Func<IIncomingGrainCallContext, Task>? Own { get; set; }

    public IReadOnlyList<string> Log => [.. _log];

    public Func<ScriptedGrain, CancellationToken, Task<string>> this[string what]
    {
        get => _acts[what];
        set => _acts[what] = value;
    }

    public static Script Of(string key) => All.TryGetValue(key, out var found) ? found : new Script(key);

    public static Script Begin(string key) => All[key] = new Script(key);

    public void Note(string what) => _log.Enqueue(what);

    /// <summary>Something that needs no wait.</summary>
    public void Does(string what, Func<ScriptedGrain, string> act) => this[what] = (grain, _) => Task.FromResult(act(grain));

    /// <summary>Something that notes when it begins and ends, and waits in between until its gate is opened.</summary>
    public Gate Waits(string what)
    {
        var gate = new Gate();
        this[what] = async (_, _) =>
        {
            Note($"{what} begins");
            await gate.Pass();
            Note($"{what} ends");
            return what;
        };
        return gate;
    }

    /// <summary>Something that only notes that it was done.</summary>
    public void Notes(string what) => Does(what, _ =>
    {
        Note(what);
        return what;
    });
}

/// <summary>Where a call waits until the fact opens it.</summary>
public sealed class Gate
{
    private readonly TaskCompletionSource _reached = new();
    private readonly TaskCompletionSource _opened = new();

    public Task Reached => _reached.Task;

    public void Open() => _opened.TrySetResult();

    public Task Pass()
    {
        _reached.TrySetResult();
        return _opened.Task;
    }
}
