using System.Text.Json.Serialization;

namespace Pos.Payments.Simulator;

/// <summary>The kinds of lines in the provider's ledger.</summary>
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
/// <param name="At">The instant of the fact, UTC.</param>
/// <param name="Kind">The kind of the fact.</param>
/// <param name="Key">Key of the operation.</param>
/// <param name="Charge">Key of the charge; for a charge itself the same as <paramref name="Key"/>.</param>
/// <param name="Order">The order that the money is for.</param>
/// <param name="Amount">Minor units, above zero.</param>
/// <param name="Currency">ISO 4217.</param>
/// <param name="Reference">The provider's own name of the operation.</param>
/// <param name="Code">Why a charge was declined; null otherwise.</param>
/// <param name="Token">The token of a charge, so that a repetition is recognised after a restart; null otherwise.</param>
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
