using System.Collections.Frozen;

namespace Pos.Api;

/// <summary>Somebody whom we know.</summary>
/// <param name="Actor">The name that the journal shows.</param>
/// <param name="Role">What they are.</param>
/// <param name="Stores">Where; null for everywhere.</param>
internal sealed record Caller(string Actor, Role Role, FrozenSet<StoreId>? Stores)
{
    /// <summary>Whether they see a store at all.</summary>
    public bool Knows(StoreId store) => Stores is null || Stores.Contains(store);

    /// <summary>How much they may ask for.</summary>
    public required Allowance Allowance { get; init; }

    public bool Has(Permission permission) => Role >= permission.Role && (!permission.Everywhere || Stores is null);

    /// <summary>Whether their word is enough for what needs a manager.</summary>
    public bool Approves => Role >= Role.Manager;
}
