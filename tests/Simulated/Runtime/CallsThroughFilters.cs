using System.Reflection;
using System.Runtime.ExceptionServices;
using Orleans.Serialization.Invocation;

namespace Pos.Tests.Simulated;

/// <summary>A call on its way through filters, which go on from one to the next.</summary>
internal abstract class FilteredCall(IInvokable request) : IGrainCallContext
{
    private int _stage;

    public IInvokable Request => request;

    public abstract object Grain { get; }

    public abstract GrainId? SourceId { get; }

    public abstract GrainId TargetId { get; }

    public abstract GrainInterfaceType InterfaceType { get; }

    public string InterfaceName => request.GetInterfaceName();

    public string MethodName => request.GetMethodName();

    public MethodInfo InterfaceMethod => request.GetMethod();

    public abstract object? Result { get; set; }

    public Response? Response { get; set; }

    /// <remarks>A filter may go on more than once, one time after the other, and not twice at once: as in Orleans.</remarks>
    public async Task Invoke()
    {
        var stage = _stage++;
        try
        {
            if (FilterAt(stage) is { } filter)
            {
                await filter();
                if (Response is null)
                {
                    throw new InvalidOperationException($"A filter neither went on nor set a result for {InterfaceName}.{MethodName}.");
                }
            }
            else if (stage == Filters)
            {
                await GoOn();
            }
            else
            {
                throw new InvalidOperationException($"{InterfaceName}.{MethodName}: a filter went on twice at once.");
            }
        }
        finally
        {
            _stage--;
        }
    }

    protected abstract int Filters { get; }

    protected abstract Func<Task>? FilterAt(int stage);

    protected abstract Task GoOn();
}

/// <summary>A call that has arrived. The grain's own filter comes last.</summary>
internal sealed class IncomingCall(Delivery delivery, SimulatedActivation activation)
    : FilteredCall(delivery.Request), IIncomingGrainCallContext
{
    private IReadOnlyList<IIncomingGrainCallFilter> All => activation.Silo.IncomingFilters;

    public override object Grain => activation.GrainInstance!;

    public override GrainId? SourceId => delivery.Call.Caller?.GrainId;

    public override GrainId TargetId => activation.GrainId;

    public override GrainInterfaceType InterfaceType => delivery.Call.InterfaceType;

    public IGrainContext TargetContext => activation;

    public MethodInfo ImplementationMethod
    {
        get
        {
            var map = Grain.GetType().GetInterfaceMap(InterfaceMethod.DeclaringType!);
            return map.TargetMethods[Array.IndexOf(map.InterfaceMethods, InterfaceMethod)];
        }
    }

    public override object? Result
    {
        get => Response is { Exception: null } response ? response.Result : null;
        set => Response = Response.FromResult(value);
    }

    protected override int Filters => All.Count + (Grain is IIncomingGrainCallFilter ? 1 : 0);

    protected override Func<Task>? FilterAt(int stage) =>
        stage < All.Count ? () => All[stage].Invoke(this)
        : stage == All.Count && Grain is IIncomingGrainCallFilter own ? () => own.Invoke(this)
        : null;

    protected override async Task GoOn()
    {
        Response = await Request.Invoke();
        if (Response.Exception is { } exception)
        {
            ExceptionDispatchInfo.Capture(exception).Throw();
        }
    }
}

/// <summary>A call that leaves.</summary>
internal sealed class OutgoingCall<T>(
    IOutgoingGrainCallFilter[] filters, GrainReference reference, IInvokable request, Func<Task<T?>> send)
    : FilteredCall(request), IOutgoingGrainCallContext
{
    public override object Grain => reference;

    public override GrainId? SourceId => SourceContext?.GrainId;

    public override GrainId TargetId => reference.GrainId;

    public override GrainInterfaceType InterfaceType => reference.InterfaceType;

    public IGrainContext? SourceContext { get; } = SimulatedActivation.Current;

    public T? TypedResult => Response!.GetResult<T>();

    public override object? Result
    {
        get => TypedResult;
        set => Response = Response.FromResult((T?)value);
    }

    protected override int Filters => filters.Length;

    protected override Func<Task>? FilterAt(int stage) => stage < filters.Length ? () => filters[stage].Invoke(this) : null;

    protected override async Task GoOn() => Response = Response.FromResult(await send());
}
