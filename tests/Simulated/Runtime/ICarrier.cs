namespace Pos.Tests.Simulated;

/// <summary>
/// What carries calls between callers and activations: the place where faults strike. They cannot strike in filters, because Orleans'
/// outgoing filters refuse to go on twice, and because a filter sees a call only once.
/// </summary>
internal interface ICarrier
{
    /// <summary>A call has been made. It is delivered once, twice, later, over the wire, or never.</summary>
    void Carry(SimulatedCall call);

    /// <summary>A call is about to begin in an activation.</summary>
    void OnBegins(SimulatedCall call, SimulatedActivation activation);

    /// <summary>A call has ended in an activation; the answer has not left yet.</summary>
    void OnEnded(SimulatedCall call, SimulatedActivation activation);
}

/// <summary>Delivers every call once, at once.</summary>
internal sealed class FaultlessCarrier : ICarrier
{
    public void Carry(SimulatedCall call) => call.Deliver();

    public void OnBegins(SimulatedCall call, SimulatedActivation activation)
    {
    }

    public void OnEnded(SimulatedCall call, SimulatedActivation activation)
    {
    }
}
