using System.Reflection;
using Orleans;

namespace Pos.Tests;

/// <summary>Nothing of ours in a namespace of Orleans is an invention: grains that compile here compile there.</summary>
public sealed class ApiTests
{
    private static readonly IReadOnlyDictionary<string, ApiType> Ours = ApiSurface.OfOrleans(typeof(Grain).Assembly.Location);

    [Fact]
    public void Every_type_that_exists_in_the_real_assembly_has_the_same_kind_and_only_members_that_exist_there()
    {
        var real = ApiSurface.OfOrleans(PathOfReal());
        Assert.True(real.Count > 150, $"only {real.Count} types were read");
        var compared = Ours.Values.Where(type => real.ContainsKey(type.Name)).ToList();
        Assert.True(compared.Count > 30, $"only {compared.Count} types were compared");
        Assert.Empty(compared.SelectMany(type => Inventions(type, real[type.Name])));
    }

    [Fact]
    public void Every_other_type_stands_in_the_checked_in_list_exactly()
    {
        var real = ApiSurface.OfOrleans(PathOfReal());
        var listed = ListedTypes();
        var others = Ours.Values.Where(type => !real.ContainsKey(type.Name)).ToList();
        Assert.Empty(others.Where(type => !listed.ContainsKey(type.Name)).Select(type => $"{type.Name} is in no Orleans assembly we know of"));
        Assert.Empty(listed.Keys.Where(real.ContainsKey).Select(name => $"{name} is listed, but can be compared with the real assembly"));
        Assert.Empty(others.SelectMany(type => Inventions(type, listed[type.Name])));
        Assert.Empty(listed.Values.SelectMany(type => Ours.TryGetValue(type.Name, out var own)
            ? type.Members.Except(own.Members).Select(member => $"{type.Name} lacks {member}")
            : [$"{type.Name} is listed but missing"]));
    }

    [Fact]
    public void A_difference_is_found()
    {
        var type = Ours["Orleans.IGrainFactory"];
        var without = type with { Members = type.Members.Skip(1).ToHashSet() };
        Assert.Single(Inventions(type, without));
        Assert.Single(Inventions(type with { Kind = "struct" }, type));
        Assert.Single(Inventions(type with { Bases = new HashSet<string> { "System.IDisposable" } }, type));
    }

    private static IEnumerable<string> Inventions(ApiType ours, ApiType real) =>
    [
        .. ours.Kind == real.Kind ? Enumerable.Empty<string>() : [$"{ours.Name} is '{ours.Kind}' but ought to be '{real.Kind}'"],
        .. ours.Bases.Except(real.Bases).Select(other => $"{ours.Name} must not implement {other}"),
        .. ours.Members.Except(real.Members).Select(member => $"{ours.Name} must not have {member}"),
    ];

    /// <summary>The list has a line for each type (assembly, name, kind, interfaces) and an indented one for each member.</summary>
    private static Dictionary<string, ApiType> ListedTypes()
    {
        using var stream = typeof(ApiTests).Assembly.GetManifestResourceStream("Pos.Tests.OrleansSignatures.txt")!;
        using var reader = new StreamReader(stream);
        var types = new Dictionary<string, ApiType>();
        HashSet<string> members = [];
        while (reader.ReadLine() is { } line)
        {
            if (line.StartsWith("    ", StringComparison.Ordinal))
            {
                members.Add(line.Trim());
            }
            else if (line.Length > 0 && line[0] != '#')
            {
                var parts = line.Split('|', StringSplitOptions.TrimEntries);
                Assert.StartsWith("Orleans.", parts[0], StringComparison.Ordinal);
                members = [];
                types.Add(parts[1], new ApiType(parts[1], parts[2], parts[3..].ToHashSet(), members));
            }
        }

        return types;
    }

    private static string PathOfReal() =>
        typeof(ApiTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(data => data.Key == "OrleansCoreAbstractions").Value!;
}
