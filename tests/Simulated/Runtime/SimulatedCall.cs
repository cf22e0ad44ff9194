using Orleans.CodeGeneration;
using Orleans.Serialization.Invocation;

namespace Pos.Tests.Simulated;

/// <summary>One call of a grain, as its caller sees it. Whoever answers first wins: the callee, the time-out, the caller's own cancellation.</summary>
internal abstract class SimulatedCall(SimulatedSilo silo, GrainReference target, IInvokable request, InvokeMethodOptions options)
    : IThreadPoolWorkItem
{
    private readonly CancellationToken _token = request.GetCancellationToken();
    private CancellationTokenRegistration _cancellation;
    private Delivery? _delivered;
    private Delivery? _deliveredAgain;
    private Response? _answer;

    public SimulatedSilo Silo => silo;

    public GrainId TargetId { get; } = target.GrainId;

    public GrainInterfaceType InterfaceType => target.InterfaceType;

    public string MethodName { get; } = request.GetMethodName();

    /// <summary>The calling activation; null if no grain calls.</summary>
    public SimulatedActivation? Caller { get; } = SimulatedActivation.Current;

    /// <summary>The request context that the call takes along.</summary>
    public Dictionary<string, object>? Context { get; } = RequestContextExtensions.Export(OrleansTypes.Instance.Copier);

    public bool AlwaysInterleaves { get; } = (options & InvokeMethodOptions.AlwaysInterleave) != 0;

    public bool ReadsOnly { get; } = (options & InvokeMethodOptions.ReadOnly) != 0;

    public bool IsOneWay { get; } = (options & InvokeMethodOptions.OneWay) != 0;

    public TimeSpan Timeout { get; } = request.GetDefaultResponseTimeout() ?? silo.ResponseTimeout;

    /// <summary>When its caller gives it up, in the clock's ticks. Nothing begins afterwards.</summary>
    public long Deadline { get; private set; }

    public bool IsAnswered { get; private set; }

    /// <summary>Its place among all calls without an answer.</summary>
    public LinkedListNode<SimulatedCall>? Node { get; set; }

    /// <exception cref="OperationCanceledException">It was cancelled before it was made.</exception>
    public void Send()
    {
        // Read before a delivery replaces the token by the callee's own.
        _token.ThrowIfCancellationRequested();
        Deadline = silo.Time.GetTimestamp() + (long)(Timeout.TotalSeconds * silo.Time.TimestampFrequency);
        if (!IsOneWay)
        {
            silo.Timeouts.Add(this);
            if (_token.CanBeCanceled)
            {
                _cancellation = _token.UnsafeRegister(static (call, token) => ((SimulatedCall)call!).OnCancelled(token), this);
            }
        }

        silo.Carrier.Carry(this);
    }

    /// <summary>The call arrives.</summary>
    /// <param name="overTheWire">Whether it and its answer are serialized, as between two silos.</param>
    public void Deliver(bool overTheWire = false)
    {
        if (_delivered is not null)
        {
            throw new InvalidOperationException($"{this} was delivered before; {nameof(DeliverCopy)} delivers it again.");
        }

        _delivered = new Delivery(this, overTheWire ? OrleansTypes.Instance.OverTheWire(request) : request, overTheWire);
        silo.Receive(_delivered);
    }

    /// <summary>The call arrives once more. Called before the delivery, because the callee empties what is delivered.</summary>
    public void DeliverCopy()
    {
        _deliveredAgain = new Delivery(this, OrleansTypes.Instance.Copier.Copy(request)!, false);
        silo.Receive(_deliveredAgain);
    }

    public void Answer(Response response)
    {
        if (IsAnswered || IsOneWay)
        {
            return;
        }

        IsAnswered = true;
        _answer = response;
        silo.Timeouts.Remove(this);
        _cancellation.Unregister();
        if (Caller is null)
        {
            // Code outside of grains goes on in a step of its own, and never inside of the callee's turn.
            silo.Schedule(this);
        }
        else
        {
            Complete(response);
        }
    }

    public void Fail(Exception failure) => Answer(Response.FromException(failure));

    public void OnTimeout() => Fail(new TimeoutException($"Response did not arrive on time in {Timeout} for {this}; whether it has run or will run is unknown."));

    void IThreadPoolWorkItem.Execute() => Complete(_answer!);

    public override string ToString() => $"{MethodName} of {TargetId}";

    /// <summary>Ends the caller's task. Its awaiter takes the caller along, so that no continuation runs on the pool.</summary>
    protected abstract void Complete(Response response);

    private void OnCancelled(CancellationToken token)
    {
        Fail(new OperationCanceledException(token));
        _delivered?.Cancel();
        _deliveredAgain?.Cancel();
    }
}

/// <summary>A call without a result.</summary>
internal sealed class VoidCall(SimulatedSilo silo, GrainReference target, IInvokable request, InvokeMethodOptions options)
    : SimulatedCall(silo, target, request, options)
{
    private readonly TaskCompletionSource _source = new();

    public Task Task => _source.Task;

    protected override void Complete(Response response)
    {
        switch (response.Exception)
        {
            case null:
                _source.TrySetResult();
                break;
            case OperationCanceledException cancelled:
                _source.TrySetCanceled(cancelled.CancellationToken);
                break;
            case var failure:
                _source.TrySetException(failure);
                break;
        }
    }
}

/// <summary>A call with a result.</summary>
internal sealed class ResultCall<T>(SimulatedSilo silo, GrainReference target, IInvokable request, InvokeMethodOptions options)
    : SimulatedCall(silo, target, request, options)
{
    private readonly TaskCompletionSource<T?> _source = new();

    public Task<T?> Task => _source.Task;

    protected override void Complete(Response response)
    {
        switch (response.Exception)
        {
            case null:
                _source.TrySetResult(response.GetResult<T>());
                break;
            case OperationCanceledException cancelled:
                _source.TrySetCanceled(cancelled.CancellationToken);
                break;
            case var failure:
                _source.TrySetException(failure);
                break;
        }
    }
}

/// <summary>A call at its callee. A call that is carried twice is two of them.</summary>
internal sealed class Delivery(SimulatedCall call, IInvokable request, bool overTheWire)
{
    public SimulatedCall Call => call;

    public IInvokable Request => request;

    /// <summary>The activation where it waits or runs.</summary>
    public SimulatedActivation? At { get; set; }

    public bool HasBegun { get; set; }

    /// <summary>How often an activation that went has passed it on.</summary>
    public int Forwards { get; set; }

    /// <summary>Sends the answer: a copy, or what is read from the wire, so that caller and callee share nothing that can change.</summary>
    public void Answer(Response response)
    {
        try
        {
            call.Answer(overTheWire ? OrleansTypes.Instance.OverTheWire(response) : OrleansTypes.Instance.Copier.Copy(response)!);
        }
#pragma warning disable CA1031 // Whatever fails is the caller's answer, as in Orleans.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            call.Fail(failure);
        }
    }

    /// <summary>Cancels the callee's token in a turn of the callee, or takes the call back if it has not begun.</summary>
    public void Cancel() => At?.Cancel(this);
}
