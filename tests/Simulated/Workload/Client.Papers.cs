namespace Pos.Tests.Simulated;

/// <summary>Whose keys a request bears, and what it is about: mostly what is right, and now and then what is not.</summary>
internal sealed partial class Client
{
    /// <param name="id">What it is called.</param>
    /// <param name="approvedIn">The store whose manager has to approve, or null when nobody has to.</param>
    /// <param name="by">Whose key it bears; null for this till's own.</param>
    private Operation Operation(string id, StoreId? approvedIn = null, Key? by = null)
    {
        var papers = _shared.Papers[id] = new Papers(by ?? _key, Second(approvedIn));
        return new(
            id, $"f-{id}", _time.GetUtcNow() + Limits.IdempotencyKeyLifetime, papers.Access.Actor, Shop.Till.Value, id, ApprovedBy: papers.Access.ApprovedBy);
    }

    // Some have no manager at hand, and some take whoever is.
    private Key? Second(StoreId? store) => store is not { } there
        ? _chance.Is(0.05) ? _staff.Anybody(_chance) : null
        : _chance.Next(20) switch
        {
            < 3 => null,
            < 5 => _staff.Anybody(_chance),
            < 13 => _staff.ManagerOf(there),
            _ => _staff.Boss,
        };

    /// <summary>Whoever a thing takes does it, when this till may not; mostly.</summary>
    private Key Fit(Key whoever) => _key.Person.Rank >= whoever.Person.Rank && (_key.Person.Stores is null || whoever.Person.Stores is not null) || _chance.Is(0.1)
        ? _key
        : whoever;

    // What was asked last is most likely still under way.
    private T Lately<T>(List<T> all) => _chance.Is(0.5) ? all[^1] : _chance.Of(all);

    /// <summary>The same of what this till knows, mostly; what is another store's now and then.</summary>
    private T Known<T>(List<T> all, Func<T, StoreId> storeOf)
    {
        var one = Lately(all);
        for (var tries = 4; tries > 0 && !_key.Person.Knows(storeOf(one).Value) && _chance.Is(0.9); tries--)
        {
            one = _chance.Of(all);
        }

        return one;
    }

    /// <summary>A store to name: one of the key's, mostly.</summary>
    private StoreId SomeStore()
    {
        var store = _chance.Of(_shop.Stores);
        return _key.Person.Knows(store.Value) || _chance.Is(0.05)
            ? store
            : _shop.Stores.First(known => _key.Person.Knows(known.Value));
    }

    /// <summary>A store in the query of a request that asks for none: as if naming one's own made another's thing one's own.</summary>
    private string? SomeQuery() => _chance.Is(0.2) ? SomeStore().Value : null;

    private static StoreId StoreOf(PlacedOrder order) => order.Command.Store;

    private static StoreId StoreOf(OpenedCart cart) => cart.Command.Store;

    private static StoreId StoreOf(SoldBack back) => back.Store;

    private static StoreId StoreOf(KeptHold hold) => StockKey.Parse(hold.Key).Store;

    private static int CardsOf(TenderRequest tender) => tender.Cards.IsDefault ? 0 : tender.Cards.Length;

    private string NextKey(string what) => $"{what}-{_name}-{++_asked}";
}
