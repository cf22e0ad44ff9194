namespace Pos.Grains.WakeUps;

/// <summary>What wake-ups need to know of the silos.</summary>
public interface ISilos
{
    /// <summary>This silo, as the others name it; never the same again after a restart.</summary>
    string Self { get; }

    /// <summary>Asks to be told of every silo that is declared dead from now on, by its name and on any thread.</summary>
    void OnDeath(Action<string> died);
}

/// <summary>One silo alone: there is nobody to die.</summary>
internal sealed class OnlySilo : ISilos
{
    public string Self { get; } = $"{Environment.MachineName}:{Environment.ProcessId}";

    public void OnDeath(Action<string> died)
    {
    }
}
