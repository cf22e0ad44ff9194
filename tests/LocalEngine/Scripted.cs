using System.Collections.Concurrent;
using Orleans;
using Orleans.Concurrency;
using Orleans.Runtime;

namespace Pos.Tests;

/// <summary>What scripted grains do, told by each test.</summary>
public sealed class Script
{
    private readonly ConcurrentDictionary<string, Func<ScriptedGrain, CancellationToken, Task<string>>> _acts = new();
    private readonly ConcurrentQueue<string> _log = new();

    public Func<ScriptedGrain, CancellationToken, Task> OnActivate { get; set; } = (_, _) => Task.CompletedTask;

    public Func<ScriptedGrain, DeactivationReason, CancellationToken, Task> OnDeactivate { get; set; } = (_, _, _) => Task.CompletedTask;

    public IReadOnlyList<string> Log => [.. _log];

    public Func<ScriptedGrain, CancellationToken, Task<string>> this[string what]
    {
        get => _acts[what];
        set => _acts[what] = value;
    }

    public void Note(string what) => _log.Enqueue(what);
}

/// <summary>Where a request waits until the test opens it.</summary>
public sealed class Gate
{
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Reached => _reached.Task;

    public void Open() => _opened.TrySetResult();

    public Task PassAsync()
    {
        _reached.TrySetResult();
        return _opened.Task;
    }
}

public interface IScripted : IGrainWithStringKey
{
    Task<string> Do(string what);

    [ReadOnly]
    Task<string> Read(string what);

    [AlwaysInterleave]
    Task<string> Interleave(string what);

    [ResponseTimeout("00:00:02")]
    Task<string> DoShort(string what);

    Task<string> DoCancellable(string what, CancellationToken token);

    Task DoVoid(string what);

    ValueTask DoVoidValue(string what);

    ValueTask<string> DoValue(string what);
}

public interface IReentrantScripted : IScripted;

public interface IShortLivedScripted : IScripted;

public class ScriptedGrain(Script script) : Grain, IScripted
{
    private static int _made;

    public int Number { get; } = Interlocked.Increment(ref _made);

    public Script Script => script;

    public IGrainFactory Factory => GrainFactory;

    public override Task OnActivateAsync(CancellationToken cancellationToken) => script.OnActivate(this, cancellationToken);

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) =>
        script.OnDeactivate(this, reason, cancellationToken);

    public Task<string> Do(string what) => script[what](this, default);

    public Task<string> Read(string what) => script[what](this, default);

    public Task<string> Interleave(string what) => script[what](this, default);

    public Task<string> DoShort(string what) => script[what](this, default);

    public Task<string> DoCancellable(string what, CancellationToken token) => script[what](this, token);

    public Task DoVoid(string what) => script[what](this, default);

    public async ValueTask DoVoidValue(string what) => await script[what](this, default);

    public async ValueTask<string> DoValue(string what) => await script[what](this, default);

    public void GoWhenIdle() => DeactivateOnIdle();

    public void Stay(TimeSpan time) => DelayDeactivation(time);
}

[Reentrant]
public sealed class ReentrantScriptedGrain(Script script) : ScriptedGrain(script), IReentrantScripted;

[CollectionAgeLimit(Minutes = 2)]
public sealed class ShortLivedScriptedGrain(Script script) : ScriptedGrain(script), IShortLivedScripted;

[GrainType("plain")]
public sealed class PlainScriptedGrain(Script script) : ScriptedGrain(script);
