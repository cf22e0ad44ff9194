using Orleans.Concurrency;

namespace Pos.Tests.Simulated;

/// <summary>Does what its script says, in every way in which a method can be declared.</summary>
[Alias("pos.tests.IScripted")]
public interface IScripted : IGrainWithStringKey
{
    [Alias("Do")]
    Task<string> Do(string what);

    [Alias("Read"), ReadOnly]
    Task<string> Read(string what);

    [Alias("Interleave"), AlwaysInterleave]
    Task<string> Interleave(string what);

    [Alias("DoShort"), ResponseTimeout("00:00:01")]
    Task<string> DoShort(string what);

    [Alias("DoCancellable")]
    Task<string> DoCancellable(string what, CancellationToken token);

    [Alias("DoVoid")]
    Task DoVoid(string what);

    [Alias("DoValue")]
    ValueTask<string> DoValue(string what);

    [Alias("Tell"), OneWay]
    Task Tell(string what);

    [Alias("Keep")]
    Task<Mutable> Keep(Mutable given);

    [Alias("KeepImmutable")]
    Task<bool> KeepImmutable(Unchanging given);
}

/// <summary>The same, reentrant.</summary>
[Alias("pos.tests.IReentrantScripted")]
public interface IReentrantScripted : IScripted;

/// <summary>Something that is copied on its way.</summary>
[GenerateSerializer, Alias("pos.tests.Mutable")]
public sealed class Mutable
{
    [Id(0)]
    public int Value { get; set; }
}

/// <summary>Something that need not be copied.</summary>
[GenerateSerializer, Immutable, Alias("pos.tests.Unchanging")]
public sealed class Unchanging
{
    [Id(0)]
    public int Value { get; set; }
}

/// <summary>An exception of the application.</summary>
[GenerateSerializer, Alias("pos.tests.ScriptedException")]
public sealed class ScriptedException(string message) : Exception(message);

public class ScriptedGrain(IGrainContext context) : Grain(context), IScripted, IIncomingGrainCallFilter
{
    /// <summary>What stays in memory while the activation lives.</summary>
    public int Memory { get; set; }

    public Mutable? Kept { get; private set; }

    public IGrainFactory Factory => GrainFactory;

    public Script Script => Script.Of(this.GetPrimaryKeyString());

    public override Task OnActivateAsync(CancellationToken cancellationToken) => Script.OnActivate(this, cancellationToken);

    public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken) => Script.OnDeactivate(this, reason);

    public Task<string> Do(string what) => Script[what](this, default);

    public Task<string> Read(string what) => Script[what](this, default);

    public Task<string> Interleave(string what) => Script[what](this, default);

    public Task<string> DoShort(string what) => Script[what](this, default);

    public Task<string> DoCancellable(string what, CancellationToken token) => Script[what](this, token);

    public Task DoVoid(string what) => Script[what](this, default);

    public async ValueTask<string> DoValue(string what) => await Script[what](this, default);

    public Task Tell(string what) => Script[what](this, default);

    public Task<Mutable> Keep(Mutable given)
    {
        Kept = given;
        return Task.FromResult(given);
    }

    public Task<bool> KeepImmutable(Unchanging given)
    {
        Unchanged = given;
        return Task.FromResult(true);
    }

    public Unchanging? Unchanged { get; private set; }

    public void Go() => DeactivateOnIdle();

    public void Stay(TimeSpan time) => DelayDeactivation(time);

    public Task Invoke(IIncomingGrainCallContext context) => Script.Own is { } own ? own(context) : context.Invoke();
}

[Reentrant, GrainType("reentrant-scripted")]
public sealed class ReentrantScriptedGrain(IGrainContext context) : ScriptedGrain(context), IReentrantScripted;

[GrainType("plain-scripted")]
public sealed class PlainScriptedGrain(IGrainContext context) : ScriptedGrain(context), IPlainScripted;

/// <summary>The same, neither reentrant nor anything else.</summary>
[Alias("pos.tests.IPlainScripted")]
public interface IPlainScripted : IScripted;

/// <summary>Passes what arrives to the script.</summary>
public sealed class ScriptedFilter(bool isFirst) : IIncomingGrainCallFilter, IOutgoingGrainCallFilter
{
    public Task Invoke(IIncomingGrainCallContext context)
    {
        var script = context.Grain is ScriptedGrain grain ? grain.Script : null;
        return (isFirst ? script?.OnArrived : script?.OnArrivedSecond) is { } act ? act(context) : context.Invoke();
    }

    public Task Invoke(IOutgoingGrainCallContext context) =>
        isFirst && context.SourceContext?.GrainInstance is ScriptedGrain && Script.Of(context.TargetId.Key.ToString()!).OnLeaving is { } act
            ? act(context)
            : context.Invoke();
}
