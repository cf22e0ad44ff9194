using System.Text.Json.Serialization;

namespace Pos.Payments.Simulator;

/// <summary>What a line of the provider's ledger says.</summary>
public enum LedgerKind
{
    /// <summary>Money came in.</summary>
    [JsonStringEnumMemberName("captured")]
    Captured = 1,

    /// <summary>A charge was refused.</summary>
    [JsonStringEnumMemberName("declined")]
    Declined = 2,

    /// <summary>A whole charge was taken back.</summary>
    [JsonStringEnumMemberName("voided")]
    Voided = 3,

    /// <summary>Money of a charge was given back.</summary>
    [JsonStringEnumMemberName("refunded")]
    Refunded = 4,
}

/// <summary>One line of the provider's ledger: a fact about money. The names are the file's format.</summary>
/// <param name="At">When, UTC.</param>
/// <param name="Kind">What.</param>
/// <param name="Key">Key of the operation.</param>
/// <param name="Charge">Key of the charge; of a charge itself the same as <paramref name="Key"/>.</param>
/// <param name="Order">What the money is for.</param>
/// <param name="Amount">Minor units, above zero.</param>
/// <param name="Currency">ISO 4217.</param>
/// <param name="Reference">The provider's own name of the operation.</param>
/// <param name="Code">Why a charge was declined; null otherwise.</param>
/// <param name="Token">What a charge was made with, so that a repetition is recognised after a restart; null otherwise.</param>
public sealed record LedgerLine(
    DateTimeOffset At,
    LedgerKind Kind,
    string Key,
    string Charge,
    OrderId Order,
    long Amount,
    Currency Currency,
    string Reference,
    string? Code = null,
    string? Token = null);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UseStringEnumConverter = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(LedgerLine))]
internal sealed partial class LedgerJson : JsonSerializerContext;
