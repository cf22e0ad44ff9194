namespace Pos.Tests.Simulated;

/// <summary>What somebody may do at all. Each may do what the one before may.</summary>
internal enum Rank
{
    Reader = 1,
    Cashier,
    Manager,
    Operator,
}

/// <summary>Somebody with a key, by the checker's own list.</summary>
/// <param name="Name">As the journal shows it.</param>
/// <param name="Rank">What they are.</param>
/// <param name="Stores">Where; null for everywhere.</param>
internal sealed record Person(string Name, Rank Rank, IReadOnlyList<string>? Stores)
{
    public bool Knows(string store) => Stores is null || Stores.Contains(store);

    public override string ToString() => $"{Name}, a {Rank} of {(Stores is null ? "all stores" : string.Join(", ", Stores))}";
}

/// <summary>A request as it was written down before it was sent. The checker believes this and the journal, and not what the product says of it.</summary>
/// <param name="Id">What its effect is called in the journal.</param>
/// <param name="Kind">The API's name for it.</param>
/// <param name="Actor">Whose key it bears.</param>
/// <param name="Approver">Whose key stands beside it, or null.</param>
internal sealed record Request(string Id, string Kind, string Actor, string? Approver)
{
    /// <summary>The stream it is about.</summary>
    public string Stream { get; init; } = "";

    /// <summary>The exact effects that the second key was shown: an approval covers these and nothing else.</summary>
    public IReadOnlyList<string> Effects { get; init; } = [];

    /// <summary>How much it asks for.</summary>
    public int Lines { get; init; }

    public int Cards { get; init; }

    /// <summary>The return that pays for it, or null.</summary>
    public string? Credit { get; init; }
}

/// <summary>Everybody with a key, and everything they ever asked for.</summary>
internal sealed class Requests
{
    private readonly Dictionary<string, Person> _people = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Request> _all = new(StringComparer.Ordinal);

    /// <summary>Told of each request once, before it is sent.</summary>
    public Action<Request> OnFirst { get; set; } = static _ => { };

    /// <summary>Whether something only looks.</summary>
    public static bool IsRead(string kind) => kind.StartsWith("get", StringComparison.Ordinal) || kind.StartsWith("list", StringComparison.Ordinal)
        || kind.StartsWith("search", StringComparison.Ordinal);

    public void Employ(Person person) => _people.Add(person.Name, person);

    public Person? WhoIs(string? name) => name is null ? null : _people.GetValueOrDefault(name);

    public Request? Find(string id) => _all.GetValueOrDefault(id);

    public void Send(Request request)
    {
        if (_all.TryAdd(request.Id, request))
        {
            OnFirst(request);
        }
    }
}

/// <summary>How the checker writes down what an approval is for.</summary>
internal static class Effects
{
    public static string Line(string sku, long quantity, long unitPrice) => $"{quantity} {sku} at {unitPrice}";

    public static string Copy(string cart) => $"the prices of {cart} again";

    public static string Pieces(long line, long quantity) => $"{quantity} pieces of line {line}";

    public static string Sale(string cart) => $"the sale of {cart}";

    public static string Adjustment(string stock, long delta) => $"{delta} of {stock}";

    public static string Count(string stock, long counted) => $"{stock} has {counted}";

    public static string Removal(string hold) => $"{hold} leaves";

    public static string InCash(string back) => $"{back} in cash";

    public static string TakenBack(IEnumerable<(string Sku, long Quantity)> lines) =>
        string.Join(", ", lines.Select(static line => $"{line.Quantity} {line.Sku}"));
}
