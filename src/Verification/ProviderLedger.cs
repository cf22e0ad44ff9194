using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pos.Verification;

/// <summary>A line of the payment provider's own ledger. Amounts are minor units.</summary>
internal sealed record ProviderEntry(string Kind, string Order, long Amount, string Currency);

/// <summary>Reads the ledger that a payment provider keeps on its own side: JSON lines, the last of which may be torn.</summary>
internal static class ProviderLedger
{
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="JsonException">A line, which is not the torn last one, is none of a ledger.</exception>
    public static async Task<IReadOnlyCollection<ProviderEntry>> Read(string path, CancellationToken cancellationToken)
    {
        var entries = new List<ProviderEntry>();
        // The provider goes on writing meanwhile.
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(file, Encoding.UTF8);
        var whole = await reader.ReadToEndAsync(cancellationToken);
        var end = whole.LastIndexOf('\n') + 1;
        foreach (var line in whole[..end].Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            entries.Add(JsonSerializer.Deserialize(line, ProviderJson.Default.ProviderEntry) ?? throw new JsonException("A line is null."));
        }

        return entries;
    }

    /// <summary>What is in both: what moved meanwhile is not compared.</summary>
    public static (IReadOnlyCollection<ProviderEntry> Entries, IReadOnlySet<string> Moving) Between(
        IReadOnlyCollection<ProviderEntry> before, IReadOnlyCollection<ProviderEntry> after) =>
        (after, after.Skip(before.Count).Select(e => e.Order).ToHashSet(StringComparer.Ordinal));
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(ProviderEntry))]
internal sealed partial class ProviderJson : JsonSerializerContext;
