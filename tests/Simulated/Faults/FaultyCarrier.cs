namespace Pos.Tests.Simulated;

/// <summary>The network between grains, and between clients and grains: calls are late, lost, doubled, or answered too late.</summary>
internal sealed class FaultyCarrier(FaultPlan plan, Activations activations, Chance chance) : ICarrier
{
    private const double OverTheWire = 0.02;

    private static readonly TimeSpan LateMax = TimeSpan.FromSeconds(8);

    public void Carry(SimulatedCall call)
    {
        if (!plan.IsOn)
        {
            call.Deliver();
            return;
        }

        var hit = activations.StepsOf(call);
        if (plan.Strikes(Fault.CallLost, hit))
        {
            FailAfter(Late(), call, "was lost");
        }
        else if (plan.Strikes(Fault.CallDelayed, hit))
        {
            call.Silo.After(Late(), () => PassOn(call, hit));
        }
        else
        {
            PassOn(call, hit);
        }
    }

    public void OnBegins(SimulatedCall call, SimulatedActivation activation)
    {
        activations.Seen(activation);
        MayGo(activation);
    }

    public void OnEnded(SimulatedCall call, SimulatedActivation activation) => MayGo(activation);

    private void PassOn(SimulatedCall call, SagaSteps hit)
    {
        if (plan.Strikes(Fault.CallDuplicated, hit))
        {
            call.DeliverCopy();
        }

        if (plan.Strikes(Fault.CallTimedOut, hit))
        {
            FailAfter(Late() / 100, call, "was not answered in time");
        }

        call.Deliver(chance.Is(OverTheWire));
    }

    private void MayGo(SimulatedActivation activation)
    {
        if (plan.IsOn)
        {
            activations.MayGo(Activations.StreamOf(activation.GrainId));
        }
    }

    private static void FailAfter(TimeSpan late, SimulatedCall call, string how) =>
        call.Silo.After(late, () => call.Fail(new TimeoutException($"{call} {how}.")));

    private TimeSpan Late() => chance.Between(TimeSpan.Zero, LateMax);
}
