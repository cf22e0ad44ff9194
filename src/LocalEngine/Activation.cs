using Orleans;
using Orleans.Runtime;

namespace Pos.LocalEngine;

/// <summary>One live grain: which requests are let in, and when.</summary>
/// <remarks>
/// All state is guarded by the lock on <c>_turns</c>. Every request is let in under it and started in a turn of its own. Invariant: no waiting
/// request could start; whoever changes what may start calls <see cref="StartWaiting"/>.
/// </remarks>
internal sealed partial class Activation
{
    private Request? _firstWaiting;
    private Request? _lastWaiting;
    private int _waiting;
    private int _running;
    private long _calls;
    private int _exclusive;
    private int _readers;
    private Stage _stage;

    internal Activation(LocalSilo silo, GrainClass grainClass, GrainId grainId, long number)
    {
        Silo = silo;
        Class = grainClass;
        GrainId = grainId;
        Number = number;
        _lastUsed = silo.Time.GetTimestamp();
    }

    private enum Stage : byte
    {
        New,
        Activating,
        Active,
        Deactivating,
        Gone,
    }

    public GrainId GrainId { get; }

    internal LocalSilo Silo { get; }

    internal GrainClass Class { get; }

    /// <summary>Counts activations: the order in which they are visited must not depend on hash codes.</summary>
    internal long Number { get; }

    internal static Activation Of(IGrainContext context) =>
        context as Activation ?? throw new InvalidOperationException("This grain object was not made by the engine.");

    /// <summary>Takes a request, to run now or to wait.</summary>
    /// <returns>False if this activation is gone: another one has to be asked.</returns>
    internal bool TryAccept(Request request)
    {
        bool starts;
        bool activates;
        int count;
        lock (_turns)
        {
            if (_stage == Stage.New && Silo.IsStopping)
            {
                Deactivate(Silo.Stopping);
            }

            if (_stage == Stage.Gone)
            {
                return false;
            }

            count = _running + _waiting;
            starts = count < Silo.Options.QueuedCallsMax && MayStart(request);
            activates = _stage == Stage.New;
            if (starts)
            {
                Begin(request);
            }
            else if (count < Silo.Options.QueuedCallsMax)
            {
                Append(request);
                _stage = activates ? Stage.Activating : _stage;
            }
        }

        if (starts)
        {
            Launch(request);
        }
        else if (activates)
        {
            StartActivating();
        }
        else if (count >= Silo.Options.QueuedCallsMax)
        {
            request.Refuse(new LimitExceededException(nameof(LocalEngineOptions.QueuedCallsMax), count, Silo.Options.QueuedCallsMax, GrainId));
        }

        return true;
    }

    private bool MayStart(Request request) =>
        _stage == Stage.Active
        && (Class.IsReentrant || request.AlwaysInterleaves || (_exclusive == 0 && (request.ReadsOnly || _readers == 0)));

    private void Begin(Request request)
    {
        request.Activation = this;
        _running++;
        if (!request.AlwaysInterleaves)
        {
            Count(request, 1);
        }
    }

    private void Count(Request request, int change)
    {
        if (request.ReadsOnly)
        {
            _readers += change;
        }
        else
        {
            _exclusive += change;
        }
    }

    private void Append(Request request)
    {
        request.Next = null;
        if (_lastWaiting is null)
        {
            _firstWaiting = request;
        }
        else
        {
            _lastWaiting.Next = request;
        }

        _lastWaiting = request;
        _waiting++;
    }

    private void Launch(Request request) => new Task(static request => Run((Request)request!), request).Start(this);

    /// <remarks>The request runs in an empty execution context: nothing ambient of the caller but the request context reaches a grain.</remarks>
    private static void Run(Request request) =>
        ExecutionContext.Run(CleanContext.Value, static request => RunClean((Request)request!), request);

    private static void RunClean(Request request)
    {
        var activation = request.Activation!;
        RequestContext.Import(request.Context);
        if (request.IsObsolete)
        {
            activation.Finish(request);
            return;
        }

        Task outcome;
        try
        {
            outcome = request.Start(activation.GrainInstance!);
        }
#pragma warning disable CA1031 // Whatever a grain throws is the caller's answer.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            outcome = Task.FromException(exception);
        }

        if (outcome.IsCompleted)
        {
            request.End(outcome);
            activation.Finish(request);
        }
        else
        {
            // The awaiter takes this activation along as scheduler: the end is a turn of it.
            outcome.GetAwaiter().UnsafeOnCompleted(() =>
            {
                request.End(outcome);
                activation.Finish(request);
            });
        }
    }

    private void Finish(Request request)
    {
        var sent = request.SentAt;
        var now = 0L;
        lock (_turns)
        {
            _running--;
            if (!request.AlwaysInterleaves)
            {
                Count(request, -1);
            }

            if (request.KeepsAlive)
            {
                _lastUsed = now = Silo.Time.GetTimestamp();
            }

            if (sent is not null)
            {
                _calls++;
            }

            if (_stage == Stage.Deactivating)
            {
                if (_running == 0)
                {
                    StartDeactivating();
                }
            }
            else
            {
                StartWaiting();
            }
        }

        if (sent is { } then)
        {
            Class.Calls.OnEnded(now - then);
        }
    }

    /// <summary>Hands over how many calls have ended here since this was last called.</summary>
    internal long TakeCalls()
    {
        lock (_turns)
        {
            var calls = _calls;
            _calls = 0;
            if (calls > 0)
            {
                Class.Calls.Add(calls);
            }

            return calls;
        }
    }

    /// <remarks>Under the same lock that let them start: a call that arrives now must not overtake them.</remarks>
    private void StartWaiting()
    {
        while (_firstWaiting is not null && TakeStartable() is { } next)
        {
            Launch(next);
        }
    }

    /// <summary>The first waiting request that may start: readers overtake writers, as in Orleans.</summary>
    private Request? TakeStartable()
    {
        Request? previous = null;
        for (var request = _firstWaiting; request is not null; previous = request, request = request.Next)
        {
            if (!MayStart(request))
            {
                if (_exclusive > 0)
                {
                    return null;
                }

                continue;
            }

            if (previous is null)
            {
                _firstWaiting = request.Next;
            }
            else
            {
                previous.Next = request.Next;
            }

            if (ReferenceEquals(_lastWaiting, request))
            {
                _lastWaiting = previous;
            }

            request.Next = null;
            _waiting--;
            Begin(request);
            return request;
        }

        return null;
    }
}
