namespace Pos.Grains.WakeUps;

/// <summary>One silo alone: there is nobody to die.</summary>
internal sealed class OnlySilo : ISilos
{
    public string Self { get; } = $"{Environment.MachineName}:{Environment.ProcessId}";

    public void OnDeath(Action<string> died)
    {
    }
}
