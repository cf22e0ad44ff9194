using System.Reflection;
using Orleans;
using Orleans.Runtime;
using Orleans.Serialization.Invocation;

namespace Pos.LocalEngine;

/// <summary>A call on its way through filters.</summary>
internal abstract class CallContext(GrainCall call, Activation? caller) : IGrainCallContext
{
    public IInvokable Request => call;

    public abstract object Grain { get; }

    public GrainId? SourceId => caller?.GrainId;

    public GrainId TargetId => call.Target.GrainId;

    public string InterfaceName => call.Shape.InterfaceName;

    public string MethodName => call.Shape.Method.Name;

    public MethodInfo InterfaceMethod => call.Shape.Method;

    public object? Result { get; set; }

    protected GrainCall Call => call;

    protected Activation? Caller => caller;

    public abstract Task Invoke();

    internal async Task<object?> Run()
    {
        await Invoke();
        return Result;
    }
}

internal sealed class IncomingCall(GrainCall call, Activation activation, IIncomingGrainCallFilter[] filters)
    : CallContext(call, call.Caller), IIncomingGrainCallContext
{
    private int _stage;

    public override object Grain => activation.GrainInstance!;

    public IGrainContext TargetContext => activation;

    public MethodInfo ImplementationMethod
    {
        get
        {
            var map = Grain.GetType().GetInterfaceMap(Call.Shape.Method.DeclaringType!);
            return map.TargetMethods[Array.IndexOf(map.InterfaceMethods, Call.Shape.Method)];
        }
    }

    /// <remarks>The grain's own filter comes last. A filter may go on more than once: what follows it starts again.</remarks>
    public override async Task Invoke()
    {
        var stage = _stage;
        _stage++;
        try
        {
            if (stage < filters.Length)
            {
                await filters[stage].Invoke(this);
            }
            else if (stage == filters.Length && Grain is IIncomingGrainCallFilter own)
            {
                await own.Invoke(this);
            }
            else
            {
                var outcome = Call.Invoke(Grain) ?? throw new InvalidOperationException($"{Call} returned null instead of a task.");
                await outcome;
                Result = Call.ResultOf(outcome);
            }
        }
        finally
        {
            _stage = stage;
        }
    }
}

internal sealed class OutgoingCall(GrainCall call, Activation? caller, IOutgoingGrainCallFilter[] filters)
    : CallContext(call, caller), IOutgoingGrainCallContext
{
    private int _stage;

    public override object Grain => Call.Target;

    public IGrainContext? SourceContext => Caller;

    public override async Task Invoke()
    {
        var stage = _stage;
        _stage++;
        try
        {
            if (stage < filters.Length)
            {
                await filters[stage].Invoke(this);
            }
            else
            {
                var copy = Call.Again();
                copy.Send();
                await copy.Answer;
                Result = copy.ResultOf(copy.Answer);
            }
        }
        finally
        {
            _stage = stage;
        }
    }
}
