using System.Security.Cryptography;
using System.Text;

namespace Pos.Tests;

/// <summary>The keys of every host of these tests: one of each role in London, and what else somebody could have.</summary>
internal static class Keys
{
    public const string Reader = "a-reader-of-london";
    public const string Cashier = "a-cashier-of-london";
    public const string Manager = "a-manager-of-london";
    public const string ManagerOfParis = "a-manager-of-paris";
    public const string ManagerOfAll = "a-manager-of-all-stores";
    public const string Operator = "an-operator";

    public static IEnumerable<KeyValuePair<string, string?>> Settings { get; } =
    [
        .. Setting(0, Reader, "reader", "london"),
        .. Setting(1, Cashier, "cashier", "london"),
        .. Setting(2, Manager, "manager", "london"),
        .. Setting(3, ManagerOfParis, "manager", "paris"),
        .. Setting(4, ManagerOfAll, "manager", "*"),
        .. Setting(5, Operator, "operator"),
    ];

    /// <summary>The configuration of a key.</summary>
    public static IEnumerable<KeyValuePair<string, string?>> Setting(int index, string key, string role, params string[] stores) =>
    [
        new($"Api:Keys:{index}:Actor", Actor(key)),
        new($"Api:Keys:{index}:Role", role),
        new($"Api:Keys:{index}:Sha256", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)))),
        .. stores.Select((store, i) => new KeyValuePair<string, string?>($"Api:Keys:{index}:Stores:{i}", store)),
    ];

    /// <summary>Who has a key, as the journal shows it.</summary>
    public static string Actor(string key) => key.Replace('-', ' ');
}
