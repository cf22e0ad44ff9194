namespace Pos.Api.Access;

/// <summary>The roles of callers. Each role may do everything that the role before it may.</summary>
internal enum Role
{
    /// <summary>Reads: reports, displays.</summary>
    Reader = 1,

    /// <summary>Sells and takes back.</summary>
    Cashier = 2,

    /// <summary>Keeps stock and prices, and approves.</summary>
    Manager = 3,

    /// <summary>Runs the system, in all stores.</summary>
    Operator = 4,
}

/// <summary>The permission that an endpoint takes. Every endpoint declares exactly one; an endpoint without one is open to nobody.</summary>
internal sealed class Permission
{
    /// <summary>Open to anyone, without a key. For endpoints that show nothing of the business.</summary>
    public static readonly Permission Anonymous = new("anonymous", Role.Reader);

    /// <summary>To see.</summary>
    public static readonly Permission Read = new("read", Role.Reader);

    /// <summary>To sell, and to take back what was sold here.</summary>
    public static readonly Permission Sell = new("sell", Role.Cashier);

    /// <summary>For managers, and for cashiers with a manager's approval. The decider checks the approval, so that no way in passes it by.</summary>
    public static readonly Permission Supervised = new("supervised", Role.Cashier) { NeedsApproval = true };

    /// <summary>To keep a store's stock.</summary>
    public static readonly Permission KeepStock = new("keep stock", Role.Manager);

    /// <summary>To change what all stores share.</summary>
    public static readonly Permission KeepCatalogue = new("keep catalogue", Role.Manager) { Everywhere = true };

    /// <summary>To run the system.</summary>
    public static readonly Permission Operate = new("operate", Role.Operator);

    private Permission(string name, Role role)
    {
        Name = name;
        Role = role;
    }

    public string Name { get; }

    /// <summary>The least of the roles that have it.</summary>
    public Role Role { get; }

    /// <summary>Whether it takes a caller of all stores.</summary>
    public bool Everywhere { get; private init; }

    /// <summary>Whether a cashier needs a manager's approval.</summary>
    public bool NeedsApproval { get; private init; }

    public override string ToString() => Name;
}
