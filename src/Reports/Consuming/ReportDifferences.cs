using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pos.Reports.Folding;

namespace Pos.Reports.Consuming;

/// <summary>Compares two versions of a report.</summary>
internal static class ReportDifferences
{
    private const int ShownMax = 100;

    /// <summary>Every member that differs, as page, member and both values; the first hundred.</summary>
    public static async Task<ImmutableArray<string>> Of<TOpen, TPage>(
        ReportFold<TOpen, TPage> fold, TOpen liveOpen, ReportBook<TOpen, TPage> live, TOpen newOpen, ReportBook<TOpen, TPage> rebuilt)
        where TOpen : class, new()
        where TPage : class, new()
    {
        var differences = ImmutableArray.CreateBuilder<string>();
        Compare("open", JsonSerializer.SerializeToNode(liveOpen), JsonSerializer.SerializeToNode(newOpen), differences);
        foreach (var key in fold.PagesOf(liveOpen).Union(fold.PagesOf(newOpen), StringComparer.Ordinal))
        {
            if (differences.Count >= ShownMax)
            {
                break;
            }

            Compare(key, JsonSerializer.SerializeToNode(await live.Read(key)), JsonSerializer.SerializeToNode(await rebuilt.Read(key)), differences);
        }

        return [.. differences.Take(ShownMax)];
    }

    private static void Compare(string path, JsonNode? live, JsonNode? rebuilt, ImmutableArray<string>.Builder differences)
    {
        if (JsonNode.DeepEquals(live, rebuilt))
        {
            return;
        }

        if (live is JsonObject before && rebuilt is JsonObject after)
        {
            foreach (var member in before.Select(static member => member.Key).Union(after.Select(static member => member.Key), StringComparer.Ordinal))
            {
                Compare($"{path} {member}", before[member], after[member], differences);
            }
        }
        else
        {
            differences.Add($"{path}: {live?.ToJsonString() ?? "nothing"} before, {rebuilt?.ToJsonString() ?? "nothing"} now");
        }
    }
}
