namespace Pos;

/// <summary>The silos of the cluster, as grains need to know them. The host answers from its membership.</summary>
public interface ISilos
{
    /// <summary>This silo, as the others name it. A silo that starts again has another name.</summary>
    string Self { get; }

    /// <summary>Calls back with the name of every silo that is declared dead from now on, on any thread.</summary>
    void OnDeath(Action<string> died);
}
