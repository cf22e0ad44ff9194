using Pos.Tests.Simulated.Journal;

namespace Pos.Tests.Simulated;

/// <summary>Strikes the steps of the journal's writer and reader. A failure may last for a while.</summary>
internal sealed class DiskFaults(FaultPlan plan, Machine machine) : ISimulatedFaults
{
    private static readonly TimeSpan LastsMax = TimeSpan.FromSeconds(5);

    private readonly Dictionary<Fault, long> _until = [];

    public SimulatedFault At(SimulatedPoint point) => point switch
    {
        SimulatedPoint.Write => Failing(Fault.JournalFailing) ? SimulatedFault.Fail
            : Failing(Fault.JournalFull) ? SimulatedFault.Full
            : Crash(),
        SimulatedPoint.Sync or SimulatedPoint.Reply => plan.Strikes(Fault.ReplyLost) ? SimulatedFault.Fail : Crash(),
        SimulatedPoint.LookUp => Failing(Fault.LookUpFailing) ? SimulatedFault.Fail : Crash(),
        SimulatedPoint.Head or SimulatedPoint.Acknowledge => Failing(Fault.FlushFailing) ? SimulatedFault.Fail : Crash(),
        SimulatedPoint.Read => Failing(Fault.ReadFailing) ? SimulatedFault.Fail : SimulatedFault.None,
        _ => throw new ArgumentOutOfRangeException(nameof(point)),
    };

    private SimulatedFault Crash() =>
        plan.Strikes(Fault.CrashLosing) ? SimulatedFault.CrashLosing
        : plan.Strikes(Fault.CrashKeeping) ? SimulatedFault.CrashKeeping
        : plan.Strikes(Fault.CrashTearing) ? SimulatedFault.CrashTearing
        : SimulatedFault.None;

    private bool Failing(Fault fault)
    {
        if (!plan.IsOn)
        {
            return false;
        }

        if (_until.TryGetValue(fault, out var until) && machine.Ticks < until)
        {
            return true;
        }

        if (!plan.Strikes(fault))
        {
            return false;
        }

        // Two of three failures are single; the others last, up to beyond every bound of the journal.
        var strength = plan.Strength(fault);
        _until[fault] = strength < 2.0 / 3 ? 0 : machine.Ticks + (long)(LastsMax.Ticks * (strength - (2.0 / 3)) * 3);
        return true;
    }
}
