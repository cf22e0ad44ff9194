using Orleans;
using Orleans.Runtime;

namespace Pos.Simulation;

/// <summary>The network between grains, and between clients and grains: calls are late, lost, doubled, or answered too late.</summary>
internal sealed class Calls(FaultPlan plan, Activations activations, TimeProvider time, Chance chance)
    : IOutgoingGrainCallFilter, IIncomingGrainCallFilter
{
    private static readonly TimeSpan LateMax = TimeSpan.FromSeconds(8);

    public async Task Invoke(IOutgoingGrainCallContext context)
    {
        if (!plan.IsOn)
        {
            await context.Invoke();
            return;
        }

        var hit = activations.StepsOf(context);
        if (plan.Strikes(Fault.CallLost, hit))
        {
            await Task.Delay(Late(), time, CancellationToken.None);
            throw new TimeoutException($"{context.MethodName} of {context.TargetId} was lost.");
        }

        if (plan.Strikes(Fault.CallDelayed, hit))
        {
            await Task.Delay(Late(), time, CancellationToken.None);
        }

        if (plan.Strikes(Fault.CallDuplicated, hit))
        {
            _ = context.Invoke();
        }

        if (plan.Strikes(Fault.CallTimedOut, hit))
        {
            _ = context.Invoke();
            await Task.Delay(Late() / 100, time, CancellationToken.None);
            throw new TimeoutException($"{context.MethodName} of {context.TargetId} was not answered in time.");
        }

        await context.Invoke();
    }

    public async Task Invoke(IIncomingGrainCallContext context)
    {
        var stream = activations.Seen(context);
        if (plan.IsOn)
        {
            activations.MayGo(stream);
        }

        await context.Invoke();
        if (plan.IsOn)
        {
            activations.MayGo(stream);
        }
    }

    private TimeSpan Late() => chance.Between(TimeSpan.Zero, LateMax);
}
