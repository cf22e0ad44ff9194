using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pos.Verification.Payments;

/// <summary>A line of the payment provider's own ledger. Amounts are minor units.</summary>
internal sealed record ProviderEntry(string Kind, string Order, long Amount, string Currency)
{
    /// <summary>The amount that the line adds to the money that the provider keeps of the order; null when the kind is not known.</summary>
    [JsonIgnore]
    public long? Kept => Kind switch
    {
        "captured" => Amount,
        "voided" or "refunded" => -Amount,
        "declined" => 0,
        _ => null,
    };
}

/// <summary>The ledger that a payment provider keeps on its own side: JSON lines, the last of which may be torn.</summary>
/// <param name="Entries">The lines that could be read.</param>
/// <param name="Damage">Number and fault of each line that could not be read, without a torn last one.</param>
internal sealed record ProviderLedger(IReadOnlyList<ProviderEntry> Entries, IReadOnlyList<(int Line, string Trouble)> Damage)
{
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static async Task<ProviderLedger> Read(string path, CancellationToken cancellationToken)
    {
        // The provider may go on writing while the file is read.
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var reader = new StreamReader(file, Encoding.UTF8);
        var whole = await reader.ReadToEndAsync(cancellationToken);
        var entries = new List<ProviderEntry>();
        var damage = new List<(int, string)>();
        var number = 0;
        for (int start = 0, end; (end = whole.IndexOf('\n', start)) >= 0; start = end + 1)
        {
            number++;
            try
            {
                var entry = JsonSerializer.Deserialize(whole.AsSpan(start, end - start), ProviderJson.Default.ProviderEntry);
                if (entry?.Kept is null)
                {
                    damage.Add((number, $"is of kind '{entry?.Kind}'"));
                    continue;
                }

                entries.Add(entry);
            }
            catch (JsonException e)
            {
                damage.Add((number, e.Message));
            }
        }

        return new ProviderLedger(entries, damage);
    }

    /// <summary>Orders whose money has moved since <paramref name="before"/> was read.</summary>
    public IReadOnlySet<string> MovedSince(ProviderLedger before) =>
        Entries.Skip(before.Entries.Count).Select(e => e.Order).ToHashSet(StringComparer.Ordinal);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(ProviderEntry))]
internal sealed partial class ProviderJson : JsonSerializerContext;
