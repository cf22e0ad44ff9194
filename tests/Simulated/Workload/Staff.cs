using System.Collections.Frozen;
using System.Collections.Immutable;
using Pos.Api;
using Pos.Api.Access;

namespace Pos.Tests.Simulated;

/// <summary>A key: what the product knows of whoever holds it, and what the checker does.</summary>
internal sealed record Key(Person Person, Caller Caller)
{
    public string Name => Person.Name;

    public static Key Of(Person person) => new(person, new Caller(
        person.Name, Enum.Parse<Role>(person.Rank.ToString()), person.Stores?.Select(static store => new StoreId(store)).ToFrozenSet())
    {
        // How much somebody may ask for is a matter of real time, and of the gate alone.
        Allowance = null!,
    });
}

/// <summary>Whose key a request bears, and whose stands beside it.</summary>
internal sealed record Papers(Key Who, Key? Second)
{
    /// <summary>The product's own word for the two.</summary>
    public RequestAccess Access { get; } = new(Who.Caller, Second?.Caller);
}

/// <summary>Everybody who works in a seed's shop.</summary>
internal sealed class Staff
{
    private readonly ImmutableArray<Key> _managers;
    private readonly ImmutableArray<Key> _clients;

    public Staff(ulong seed, Shop shop)
    {
        var chance = new Chance(seed, "staff");
        Root = Key.Of(new("root", Rank.Operator, null));
        Boss = Key.Of(new("boss", Rank.Manager, null));
        _managers = [.. shop.Stores.Select(static store => Key.Of(new($"manager of {store}", Rank.Manager, [store.Value])))];
        _clients = [.. Enumerable.Range(1, shop.Clients).Select(number => Client(number, RankOf(chance.Next(100)), StoresOf(chance, shop)))];

        // An operator's key opens all stores, whatever it names.
        static Key Client(int number, Rank rank, string[]? stores) => Key.Of(new($"c{number}", rank, rank == Rank.Operator ? null : stores));
    }

    /// <summary>Whoever runs the system.</summary>
    public Key Root { get; }

    /// <summary>The manager of all stores.</summary>
    public Key Boss { get; }

    public IEnumerable<Key> All => [Root, Boss, .. _managers, .. _clients];

    public Key Client(int number) => _clients[number - 1];

    public Key ManagerOf(StoreId store) => _managers.First(manager => manager.Person.Knows(store.Value));

    /// <summary>Anybody else, whose word may be worth nothing.</summary>
    public Key Anybody(Chance chance) => chance.Of([.. All]);

    private static Rank RankOf(int dice) => dice switch
    {
        < 6 => Rank.Reader,
        < 70 => Rank.Cashier,
        < 90 => Rank.Manager,
        _ => Rank.Operator,
    };

    private static string[]? StoresOf(Chance chance, Shop shop) =>
        chance.Is(0.25) ? null : chance.Is(0.2) ? [.. shop.Stores.Take(2).Select(static store => store.Value)] : [chance.Of(shop.Stores).Value];
}
