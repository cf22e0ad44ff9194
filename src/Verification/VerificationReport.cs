using System.Text.Json.Serialization;

namespace Pos.Verification;

/// <summary>The result of a verification.</summary>
/// <param name="Ok">True when nothing violates any invariant.</param>
/// <param name="Head">Position of the last event that was read; 0 for an empty journal.</param>
/// <param name="Events">Events read.</param>
/// <param name="Streams">Different streams.</param>
/// <param name="Violations">Of all invariants together.</param>
/// <param name="Invariants">Each with its counts, in a fixed order.</param>
/// <param name="Open">Work under way, which is no violation.</param>
/// <param name="Cards">The money on cards; null in the reports of older servers.</param>
public sealed record VerificationReport(
    bool Ok, long Head, long Events, int Streams, long Violations, IReadOnlyList<InvariantReport> Invariants, OpenWork Open,
    CardMoney? Cards = null);

/// <summary>The money on cards.</summary>
/// <param name="Payments">Card payments in the journal.</param>
/// <param name="IsCompared">Whether a provider's ledger was compared with them.</param>
/// <param name="Closed">Refunds that the provider did not pay and an operator closed: no violation, but customers were owed this money.</param>
public sealed record CardMoney(int Payments, bool IsCompared, ClosedRefunds Closed);

/// <summary>Refunds that operators closed.</summary>
/// <param name="Count">How many.</param>
/// <param name="Sums">Their sums by currency.</param>
/// <param name="First">The first of them, twenty at most.</param>
public sealed record ClosedRefunds(int Count, IReadOnlyList<ClosedSum> Sums, IReadOnlyList<ClosedRefund> First);

/// <summary>Minor units of a currency.</summary>
public sealed record ClosedSum(string Currency, long Amount);

/// <summary>A refund that an operator closed.</summary>
/// <param name="Payment">The payment's stream.</param>
/// <param name="Refund">The return's id, or <c>undo</c>.</param>
/// <param name="Amount">Minor units that did not go back.</param>
/// <param name="Currency">ISO 4217.</param>
/// <param name="Provider">The provider's answer.</param>
/// <param name="Reason">The operator's reason.</param>
/// <param name="By">The operator.</param>
public sealed record ClosedRefund(string Payment, string Refund, long Amount, string Currency, string Provider, string Reason, string By);

/// <summary>One invariant.</summary>
/// <param name="Name">Stable name.</param>
/// <param name="Meaning">The rule, in one line.</param>
/// <param name="Checked">How often it was checked.</param>
/// <param name="Violations">How often it did not hold.</param>
/// <param name="First">The first violations, twenty at most.</param>
public sealed record InvariantReport(string Name, string Meaning, long Checked, long Violations, IReadOnlyList<Violation> First);

/// <summary>A place where an invariant does not hold.</summary>
/// <param name="Where"><c>stream@version</c>, or the part of the journal.</param>
/// <param name="What">The finding, and the expected value.</param>
public sealed record Violation(string Where, string What);

/// <summary>Work that had not reached its end when the reading ended.</summary>
/// <param name="Orders">Orders that are not settled.</param>
/// <param name="Returns">Returns that are not completed.</param>
/// <param name="Payments">Card payments whose outcome, void or refund is owed.</param>
/// <param name="Holds">Live holds.</param>
/// <param name="HeldPieces">Their pieces.</param>
/// <param name="FirstOrders">The first of those orders with their states, twenty at most.</param>
public sealed record OpenWork(int Orders, int Returns, int Payments, int Holds, long HeldPieces, IReadOnlyList<string> FirstOrders);

/// <summary>Writes and reads reports as JSON.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(VerificationReport))]
public sealed partial class VerificationJson : JsonSerializerContext;
