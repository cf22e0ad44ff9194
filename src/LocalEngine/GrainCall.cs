using System.Collections.Immutable;
using System.Reflection;
using Orleans.Runtime;
using Orleans.Serialization.Invocation;

namespace Pos.LocalEngine;

/// <summary>What is fixed about all calls of one method.</summary>
internal sealed record CallShape(
    Type Interface, string InterfaceName, MethodInfo Method, bool AlwaysInterleaves, bool ReadsOnly, TimeSpan? Timeout, bool IsCancellable);

/// <summary>
/// One call of a grain method, from the caller's side to the callee's and back. Each method has a class of its own, emitted by
/// <see cref="ReferenceTypes"/>, whose fields are the arguments. Whoever sets the answer first wins: the callee, the time-out or the caller's
/// cancellation.
/// </summary>
#pragma warning disable CA1001 // The token source has no timer and no handle: there is nothing to release.
internal abstract class GrainCall : Request, IInvokable, IThreadPoolWorkItem
#pragma warning restore CA1001
{
    private int _answered;
    private Exception? _failure;
    private CancellationTokenSource? _calleeCancellation;
    private CancellationTokenRegistration _callerCancellation;
    private ImmutableDictionary<string, object>? _context;

    public abstract CallShape Shape { get; }

    internal GrainReference Target { get; set; } = null!;

    /// <summary>The calling activation; null if other code calls.</summary>
    internal Activation? Caller { get; private set; }

    /// <summary>Neighbours among all unanswered calls, kept by <see cref="CallTimeouts"/>.</summary>
    internal GrainCall? Older { get; set; }

    internal GrainCall? Newer { get; set; }

    internal int Stripe { get; set; }

    internal long Deadline { get; set; }

    public bool IsCancellable => Shape.IsCancellable;

    internal override ImmutableDictionary<string, object>? Context => _context;

    internal override bool AlwaysInterleaves => Shape.AlwaysInterleaves;

    internal override bool ReadsOnly => Shape.ReadsOnly;

    internal override bool KeepsAlive => true;

    internal override long? SentAt => Target.Silo.Timeouts.SentAt(this);

    internal override bool IsObsolete => Volatile.Read(ref _answered) != 0;

    /// <summary>Calls the method on the grain object.</summary>
    public abstract Task Invoke(object grain);

    public abstract object? GetArgument(int index);

    public abstract void SetArgument(int index, object value);

    public abstract int GetArgumentCount();

    public virtual CancellationToken GetCancellationToken() => default;

    /// <summary>Replaces the caller's token, whose callbacks would run on the caller's side, by one of the callee's.</summary>
    public virtual void SetCancellationToken(CancellationToken token)
    {
    }

    /// <summary>For the emitted classes.</summary>
    public static object NoSuchArgument(GrainCall call, int index) =>
        throw new ArgumentOutOfRangeException(nameof(index), index, $"{call} has {call.GetArgumentCount()} arguments.");

    public TimeSpan? GetDefaultResponseTimeout() => Shape.Timeout;

    public MethodInfo GetMethod() => Shape.Method;

    public string GetMethodName() => Shape.Method.Name;

    public Type GetInterfaceType() => Shape.Interface;

    public string GetInterfaceName() => Shape.InterfaceName;

    /// <summary>The caller's task.</summary>
    internal abstract Task Answer { get; }

    /// <summary>The method's result, boxed, for filters.</summary>
    internal abstract object? ResultOf(Task outcome);

    /// <summary>The same call, not yet made: a filter may make it more than once.</summary>
    internal GrainCall Again()
    {
        var copy = (GrainCall)MemberwiseClone();
        copy.Renew();
        return copy;
    }

    internal void Send()
    {
        Caller = Activation.Current;
        _context = RequestContext.Current;
        var token = GetCancellationToken();
        if (token.IsCancellationRequested)
        {
            Complete(new OperationCanceledException(token));
            return;
        }

        if (token.CanBeCanceled)
        {
            _calleeCancellation = new CancellationTokenSource();
            SetCancellationToken(_calleeCancellation.Token);
        }

        Target.Silo.Timeouts.Add(this);
        if (token.CanBeCanceled)
        {
            _callerCancellation = token.UnsafeRegister(static (call, token) => ((GrainCall)call!).OnCallerCancelled(token), this);
        }

        Target.Silo.Deliver(this);
    }

    internal override Task Start(object grain)
    {
        var filters = Activation!.Silo.IncomingFilters;
        return filters.Length == 0 && grain is not Orleans.IIncomingGrainCallFilter
            ? Invoke(grain) ?? throw new InvalidOperationException($"{this} returned null instead of a task.")
            : new IncomingCall(this, Activation, filters).Run();
    }

    internal override void End(Task outcome)
    {
        if (!outcome.IsCompletedSuccessfully)
        {
            Refuse(outcome.Exception?.InnerException ?? new TaskCanceledException(outcome));
            return;
        }

        try
        {
            Keep(outcome);
        }
        catch (InvalidCastException exception)
        {
            // Only a filter can have put a result of another type here.
            Refuse(exception);
            return;
        }
        catch (NullReferenceException exception)
        {
            Refuse(exception);
            return;
        }

        if (TryAnswer())
        {
            Return();
        }
    }

    internal override void Refuse(Exception reason)
    {
        if (TryFail(reason))
        {
            Target.Silo.OnError(Target.GrainId.Type);
        }
    }

    internal void OnTimeout(TimeSpan timeout) =>
        Refuse(new TimeoutException($"{this} was not answered within {timeout}; whether it has run or will run is unknown."));

    void IThreadPoolWorkItem.Execute() => Complete(_failure);

    public override string ToString() => $"{Shape.InterfaceName}.{Shape.Method.Name} of {Target.GrainId}";

    /// <summary>Keeps the result until the caller takes it.</summary>
    protected abstract void Keep(Task outcome);

    /// <summary>Completes the caller's task.</summary>
    protected abstract void Complete(Exception? failure);

    protected virtual void Renew()
    {
        _answered = 0;
        _failure = null;
        Next = null;
        Activation = null;
    }

    private bool TryFail(Exception reason)
    {
        if (!TryAnswer())
        {
            return false;
        }

        _failure = reason;
        Return();
        return true;
    }

    private bool TryAnswer() => Interlocked.Exchange(ref _answered, 1) == 0;

    /// <remarks>
    /// A grain's continuation queues itself on the caller's activation. Other code has no scheduler of its own: its continuation runs inside
    /// of a work item, so that the owner of the scheduler decides when, and so that it never runs inside of the callee's turn.
    /// </remarks>
    private void Return()
    {
        Target.Silo.Timeouts.Remove(this);
        _callerCancellation.Unregister();
        if (Caller is null)
        {
            Target.Silo.Turns.Schedule(this);
        }
        else
        {
            Complete(_failure);
        }
    }

    private void OnCallerCancelled(CancellationToken token)
    {
        TryFail(new OperationCanceledException(token));
        Interlocked.MemoryBarrier();

        // The callbacks of the callee's token are the callee's code: they belong into a turn of it.
        Activation?.RunSoon(static call => ((GrainCall)call).CancelCallee(), this);
    }

    private void CancelCallee()
    {
        try
        {
            _calleeCancellation!.Cancel();
        }
        catch (AggregateException exception)
        {
            Target.Silo.LogCancellationFailed(this, exception);
        }
    }
}
