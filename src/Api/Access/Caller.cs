using System.Collections.Frozen;

namespace Pos.Api.Access;

/// <summary>The holder of a known key.</summary>
/// <param name="Actor">The name that the journal shows.</param>
/// <param name="Role">The role of the key.</param>
/// <param name="Stores">The stores that the key opens; null for all.</param>
internal sealed record Caller(string Actor, Role Role, FrozenSet<StoreId>? Stores)
{
    /// <summary>Whether the key opens a store.</summary>
    public bool Knows(StoreId store) => Stores is null || Stores.Contains(store);

    /// <summary>The limits of the key.</summary>
    public required Allowance Allowance { get; init; }

    public bool Has(Permission permission) => Role >= permission.Role && (!permission.Everywhere || Stores is null);

    /// <summary>Whether the key approves what needs a manager.</summary>
    public bool Approves => Role >= Role.Manager;
}
