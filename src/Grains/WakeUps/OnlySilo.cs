namespace Pos.Grains.WakeUps;

/// <summary>A silo without a cluster: no other silo can die.</summary>
internal sealed class OnlySilo : ISilos
{
    public string Self { get; } = $"{Environment.MachineName}:{Environment.ProcessId}";

    public void OnDeath(Action<string> died)
    {
    }
}
