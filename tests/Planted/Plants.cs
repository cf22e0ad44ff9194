using System.Collections.Immutable;

namespace Pos.Tests.Simulated;

/// <summary>The planted bugs, of which at most one is awake in a thread.</summary>
internal static class Plants
{
    [ThreadStatic]
    private static string? _awake;

    [ThreadStatic]
    private static List<Action>? _late;

    public static ImmutableArray<Plant> All { get; } = Read();

    public static bool Is(string name) => (object?)_awake is not null && _awake == name;

    public static void Wake(string? name)
    {
        _awake = name;
        _late = null;
    }

    /// <summary>Keeps something for the next transaction.</summary>
    public static void Late(Action work) => (_late ??= []).Add(work);

    public static void RunLate()
    {
        var late = _late ?? [];
        _late = null;
        late.ForEach(static work => work());
    }

    private static ImmutableArray<Plant> Read()
    {
        using var reader = new StreamReader(typeof(Plants).Assembly.GetManifestResourceStream("plants.txt")!);
        var all = ImmutableArray.CreateBuilder<Plant>();
        while (reader.ReadLine() is { } line)
        {
            if (line.StartsWith("== ", StringComparison.Ordinal))
            {
                var parts = line[3..].Split('|', StringSplitOptions.TrimEntries);
                all.Add(new(parts[0], [.. parts[1].Split(',', StringSplitOptions.TrimEntries).Select(Enum.Parse<Invariant>)], parts[2]));
            }
        }

        return all.ToImmutable();
    }
}

/// <summary>A bug on purpose.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Expected">The invariants that may rightly catch it; another's accident does not count.</param>
/// <param name="Meaning">What it is.</param>
internal sealed record Plant(string Name, ImmutableArray<Invariant> Expected, string Meaning);
