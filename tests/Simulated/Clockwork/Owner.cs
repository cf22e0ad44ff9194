namespace Pos.Tests.Simulated;

/// <summary>Whose turns and timers they are: when a process dies, everything of it stops in the middle and never goes on.</summary>
internal sealed class Owner(string name)
{
    public string Name => name;

    public bool IsDead { get; set; }
}
