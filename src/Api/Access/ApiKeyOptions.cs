using System.Collections.Frozen;

namespace Pos.Api.Access;

/// <summary>An API key, in the configuration list <c>Api:Keys</c>. The key itself is nowhere: only its hash is.</summary>
public sealed class ApiKeyOptions
{
    private const int ActorLengthMax = 100;

    /// <summary>Who has the key, as the journal shows it: 1–100 characters without control characters.</summary>
    public string Actor { get; set; } = "";

    /// <summary><c>reader</c>, <c>cashier</c>, <c>manager</c> or <c>operator</c>.</summary>
    public string Role { get; set; } = "";

    /// <summary>Ids of the stores it opens; <c>*</c> for all of them. An operator's key opens all.</summary>
    public IList<string> Stores { get; } = [];

    /// <summary>SHA-256 of the key in UTF-8, as 64 hexadecimal digits. Enough for a random key of 256 bits; never use it for a password.</summary>
    public string Sha256 { get; set; } = "";

    internal Caller Caller(Allowance allowance) =>
        new(Actor, Enum.Parse<Role>(Role, ignoreCase: true), Everywhere ? null : Stores.Select(store => new StoreId(store)).ToFrozenSet())
        {
            Allowance = allowance,
        };

    private bool Everywhere => Stores is ["*"] || (IsRole(out var role) && role == Access.Role.Operator);

    /// <summary>The fault of the entry, as the rest of a sentence that begins with its place; null without one.</summary>
    internal string? Fault =>
        Actor.Length is 0 or > ActorLengthMax || Actor.Any(char.IsControl) ? $":Actor is not 1 to {ActorLengthMax} characters without control characters."
        : !IsRole(out _) ? ":Role is not reader, cashier, manager or operator."
        : !Everywhere && (Stores.Count == 0 || Stores.Any(store => !StoreId.TryParse(store, null, out _))) ? ":Stores is neither ids of stores nor * alone."
        : Everywhere && Stores.Count > 0 && Stores is not ["*"] ? ":Stores names some: an operator's key opens all of them."
        : Sha256.Length != 64 || !Sha256.All(char.IsAsciiHexDigit) ? ":Sha256 is not 64 hexadecimal digits."
        : null;

    // By name: Enum.TryParse would take "3" and "reader,cashier" too.
    private bool IsRole(out Role role)
    {
        role = Role.ToUpperInvariant() switch
        {
            "READER" => Access.Role.Reader,
            "CASHIER" => Access.Role.Cashier,
            "MANAGER" => Access.Role.Manager,
            "OPERATOR" => Access.Role.Operator,
            _ => default,
        };
        return role != default;
    }
}
