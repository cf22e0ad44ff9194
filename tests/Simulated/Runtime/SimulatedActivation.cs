using Orleans.Serialization.Invocation;

namespace Pos.Tests.Simulated;

/// <summary>One live grain: which calls are let in, and when. The rules are those of Orleans' <c>ActivationData</c>.</summary>
#pragma warning disable CA1001 // The token source of the activation ends with the activation.
internal sealed partial class SimulatedActivation(SimulatedSilo silo, GrainClass grainClass, GrainId grainId, long number)
#pragma warning restore CA1001
{
    private readonly List<Delivery> _waiting = [];
    private int _running;
    private int _writing;
    private int _reading;
    private Stage _stage;

    private enum Stage : byte
    {
        New,
        Activating,
        Active,
        Deactivating,
        Gone,
    }

    public SimulatedSilo Silo => silo;

    public GrainId GrainId => grainId;

    /// <summary>Counts activations: the order in which they are visited must not depend on hash codes.</summary>
    public long Number => number;

    /// <summary>Takes a call, to begin now or to wait.</summary>
    public void Receive(Delivery delivery)
    {
        delivery.At = this;
        _waiting.Add(delivery);
        if (_stage == Stage.New)
        {
            _stage = Stage.Activating;
            BeginSoon(static activation => activation.ActivateAsync());
        }
        else
        {
            StartWaiting();
        }
    }

    /// <summary>Takes a call back that waits, or cancels the token of one that runs, in a turn of its own.</summary>
    public void Cancel(Delivery delivery) => RunSoon(
        static state =>
        {
            var (activation, delivery) = ((SimulatedActivation, Delivery))state!;
            if (!delivery.HasBegun)
            {
                activation._waiting.Remove(delivery);
                return;
            }

            try
            {
                delivery.Request.TryCancel();
            }
            catch (AggregateException exception)
            {
                activation.LogCancellationFailed(delivery.Call, exception);
            }
        },
        (this, delivery));

    private bool MayBegin(Delivery delivery) =>
        grainClass.IsReentrant || delivery.Call.AlwaysInterleaves || (_writing == 0 && (delivery.Call.ReadsOnly || _reading == 0));

    private void StartWaiting()
    {
        for (var i = 0; i < _waiting.Count && _stage == Stage.Active;)
        {
            var next = _waiting[i];
            if (!MayBegin(next))
            {
                i++;
                continue;
            }

            _waiting.RemoveAt(i);
            Count(next.Call, 1);
            next.HasBegun = true;
            RunSoon(
                static state =>
                {
                    var delivery = (Delivery)state!;
                    _ = delivery.At!.Loudly(delivery.At.RunAsync(delivery));
                },
                next);
        }
    }

    private void Count(SimulatedCall call, int change)
    {
        _running += change;
        if (call is { AlwaysInterleaves: false, ReadsOnly: true })
        {
            _reading += change;
        }
        else if (!call.AlwaysInterleaves)
        {
            _writing += change;
        }
    }

    private async Task RunAsync(Delivery delivery)
    {
        var call = delivery.Call;
        if (call.Deadline > silo.Time.GetTimestamp())
        {
            RequestContextExtensions.Import(call.Context);
            silo.Carrier.OnBegins(call, this);
            var response = await Invoke(delivery);
            silo.Carrier.OnEnded(call, this);
            delivery.Answer(response);
            delivery.Request.Dispose();
        }

        Finish(delivery);
    }

    /// <returns>The answer, which may be a failure; the task itself does not fail.</returns>
    private ValueTask<Response> Invoke(Delivery delivery)
    {
        delivery.Request.SetTarget(this);
        return silo.IncomingFilters.Count == 0 && GrainInstance is not IIncomingGrainCallFilter
            ? delivery.Request.Invoke()
            : InvokeFiltered(new IncomingCall(delivery, this));
    }

    private static async ValueTask<Response> InvokeFiltered(IncomingCall call)
    {
        try
        {
            await call.Invoke();
            return call.Response!;
        }
#pragma warning disable CA1031 // Whatever a grain or a filter throws is the caller's answer.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return Response.FromException(exception);
        }
    }

    private void Finish(Delivery delivery)
    {
        Count(delivery.Call, -1);
        _lastUsed = silo.Time.GetTimestamp();
        if (_stage == Stage.Deactivating && _running == 0)
        {
            StartDeactivating();
        }
        else
        {
            StartWaiting();
        }
    }
}
