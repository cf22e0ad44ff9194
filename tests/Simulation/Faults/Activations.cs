using Orleans;
using Orleans.Runtime;
using Pos.LocalEngine;

namespace Pos.Simulation;

/// <summary>The activations of one silo that the simulator has seen, by stream, so that it can strike them.</summary>
internal sealed class Activations(World world)
{
    private readonly Dictionary<string, IGrainContext> _byStream = new(StringComparer.Ordinal);

    /// <summary>Remembers who was called.</summary>
    public string Seen(IIncomingGrainCallContext context)
    {
        var stream = StreamOf(context.TargetId);
        _byStream[stream] = context.TargetContext;
        return stream;
    }

    /// <summary>The steps that a call belongs to, or that its target has under way.</summary>
    public SagaSteps StepsOf(IGrainCallContext call)
    {
        var stream = StreamOf(call.TargetId);
        var steps = world.UnderWayIn(stream);
        return steps | (call.MethodName, call.TargetId.Type.ToString()) switch
        {
            ("Place", "order") => world.Book.IsKnown(stream) ? SagaSteps.None : SagaSteps.Place,
            ("Place", "return") => world.Book.IsKnown(stream) ? SagaSteps.None : SagaSteps.Accept,
            ("Cancel", "order") => SagaSteps.Cancel,
            ("Reserve", "stock") => call.SourceId is null ? SagaSteps.None : SagaSteps.Reserve,
            ("Commit", "stock") => call.SourceId is null ? SagaSteps.None : SagaSteps.Commit,
            ("Release", "stock") => call.SourceId is null ? SagaSteps.None : SagaSteps.Release,
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
        if (!_byStream.TryGetValue(stream, out var context))
        {
            return;
        }

        var hit = world.UnderWayIn(stream);
        if (world.Plan.Strikes(Fault.Deactivation, hit))
        {
            world.Timeline.Say($"{context} is asked to go");
            context.Deactivate(new DeactivationReason(DeactivationReasonCode.ApplicationRequested, "The simulator wished it."), CancellationToken.None);
        }
        else if (world.Plan.Strikes(Fault.ActivationCrash, hit) && context is Activation activation)
        {
            world.Timeline.Say($"{context} vanishes");
            // What it had queued may still be written, behind the back of the next activation.
            world.HasStaleReaders = true;
            world.Machine.Crash(activation);
            activation.Silo.Remove(activation);
        }
    }

    private static string StreamOf(GrainId id) => $"{id.Type}/{id.Key}";
}
