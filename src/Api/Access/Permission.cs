namespace Pos.Api;

/// <summary>What callers are. Each may do what the one before may.</summary>
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

/// <summary>What an endpoint asks of its callers. Every endpoint has exactly one; an endpoint without is open to nobody.</summary>
internal sealed class Permission
{
    /// <summary>Anyone, without a key: what says nothing of the business.</summary>
    public static readonly Permission Anonymous = new("anonymous", Role.Reader);

    /// <summary>To see.</summary>
    public static readonly Permission Read = new("read", Role.Reader);

    /// <summary>To sell, and to take back what was sold here.</summary>
    public static readonly Permission Sell = new("sell", Role.Cashier);

    /// <summary>What a manager does, or a cashier whom one approves. The decider looks at who approved, so that nothing passes it by.</summary>
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
