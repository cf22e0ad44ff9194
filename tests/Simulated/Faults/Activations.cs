namespace Pos.Tests.Simulated;

/// <summary>The activations of one silo that the simulator has seen, by stream, so that it can strike them.</summary>
internal sealed class Activations(World world)
{
    private readonly Dictionary<string, SimulatedActivation> _byStream = new(StringComparer.Ordinal);

    public Residents Residents { get; } = new();

    /// <summary>Remembers who was called.</summary>
    public void Seen(SimulatedActivation activation)
    {
        var stream = StreamOf(activation.GrainId);
        _byStream[stream] = activation;
        Residents.Saw(activation, stream);
    }

    /// <summary>The steps that a call belongs to, or that its target has under way.</summary>
    public SagaSteps StepsOf(SimulatedCall call)
    {
        var stream = StreamOf(call.TargetId);
        var steps = world.UnderWayIn(stream);
        return steps | (call.MethodName, call.TargetId.Type.ToString()) switch
        {
            ("Place", "order") => world.Book.IsKnown(stream) ? SagaSteps.None : SagaSteps.Place,
            ("Place", "return") => world.Book.IsKnown(stream) ? SagaSteps.None : SagaSteps.Accept,
            ("Cancel", "order") => SagaSteps.Cancel,
            ("Reserve", "stock") => call.Caller is null ? SagaSteps.None : SagaSteps.Reserve,
            ("Commit", "stock") => call.Caller is null ? SagaSteps.None : SagaSteps.Commit,
            ("Release", "stock") => call.Caller is null ? SagaSteps.None : SagaSteps.Release,
            ("Restock", "stock") => SagaSteps.Restock,
            ("Charge", "payment") or ("TakeCredit", "return") => SagaSteps.Charge,
            ("Undo", "payment") or ("GiveBackCredit", "return") => SagaSteps.Undo,
            ("Refund", "payment") => SagaSteps.Refund,
            ("Return", "order") or ("Take", "return") => SagaSteps.HandOver,
            ("CheckOut", "cart") or ("Take", "order") => SagaSteps.CheckOut,
            _ => SagaSteps.None,
        };
    }

    /// <summary>A chance for the activation of a stream to be asked to go, or to vanish.</summary>
    public void MayGo(string stream)
    {
        if (!_byStream.TryGetValue(stream, out var activation))
        {
            return;
        }

        var hit = world.UnderWayIn(stream);
        if (world.Plan.Strikes(Fault.Deactivation, hit))
        {
            world.Timeline.Say($"{activation} is asked to go");
            activation.Deactivate(new DeactivationReason(DeactivationReasonCode.ApplicationRequested, "The simulator wished it."), CancellationToken.None);
        }
        else if (world.Plan.Strikes(Fault.ActivationCrash, hit))
        {
            world.Timeline.Say($"{activation} vanishes");
            // What it had queued may still be written, behind the back of the next activation.
            world.HasStaleReaders = true;
            Residents.Lost(activation);
            activation.Vanish();
        }
    }

    public static string StreamOf(GrainId id) => $"{id.Type}/{id.Key}";
}
