using Microsoft.Extensions.Logging;

namespace Pos.Tests.Simulated;

/// <summary>What grains and their components do when an activation comes and goes, stage by stage. Nothing migrates.</summary>
internal sealed class SimulatedLifecycle(ILogger logger) : LifecycleSubject(logger), IGrainLifecycle
{
    public void AddMigrationParticipant(IGrainMigrationParticipant participant)
    {
    }

    public void RemoveMigrationParticipant(IGrainMigrationParticipant participant)
    {
    }
}
