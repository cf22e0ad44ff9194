namespace Pos.Tests.Simulated;

/// <summary>One request as its client keeps it: its id never changes, however often it is sent.</summary>
internal sealed class Asked(string id, string stream, bool isCommand)
{
    /// <summary>What the effect is called in the journal.</summary>
    public string Id => id;

    public string Stream => stream;

    /// <summary>Whether a refusal must leave nothing behind.</summary>
    public bool IsCommand => isCommand;

    /// <summary>The API's name for it.</summary>
    public required string Kind { get; init; }

    /// <summary>The store that its body names, or null.</summary>
    public string? Body { get; init; }

    /// <summary>A store that its query names although nobody asks for one, or null.</summary>
    public string? Query { get; init; }

    /// <summary>What its effects are, for whoever is shown them to approve.</summary>
    public IReadOnlyList<string> Effects { get; init; } = [];

    /// <summary>How much it asks for.</summary>
    public int Lines { get; init; }

    public int Cards { get; init; }

    /// <summary>The return that pays for it, or null.</summary>
    public string? Credit { get; init; }

    /// <summary>The values of its path.</summary>
    public IEnumerable<(string Name, string Value)> Route
    {
        get
        {
            var parts = stream.Split('/');
            return Body is not null ? [] : parts[0] == "store" ? [("store", parts[1])] : parts[0] == "stock" ? [("store", parts[1]), ("sku", parts[2])] : [("id", parts[1])];
        }
    }

    /// <summary>Sent and not answered.</summary>
    public int Open { get; set; }

    /// <summary>Whether one was never answered, so that its effect may still come.</summary>
    public bool HasUnknown { get; set; }

    public bool WasAccepted { get; set; }

    /// <summary>The silo whose answer is being heard, and the step in which it was asked.</summary>
    public (string Silo, long SentAt) Answers { get; set; }
}

/// <summary>What the clients of one world have done, so that others can repeat, cancel, look at it and get in its way.</summary>
internal sealed class Workshop
{
    private const int KeptMax = 12;

    public bool IsClosing { get; set; }

    /// <summary>Whose keys each request bears: a repetition bears the same.</summary>
    public Dictionary<string, Papers> Papers { get; } = new(StringComparer.Ordinal);

    public List<PlacedOrder> Orders { get; } = [];

    public List<PlacedReturn> Returns { get; } = [];

    public List<KeptHold> Holds { get; } = [];

    /// <summary>Returns of what an order sold.</summary>
    public List<SoldBack> SoldBack { get; } = [];

    public List<OpenedCart> Carts { get; } = [];

    public List<CartRequest> CartRequests { get; } = [];

    /// <summary>Where lists of carts go on.</summary>
    public List<KeptCursor> Cursors { get; } = [];

    public static void Keep<T>(List<T> all, T item)
    {
        if (all.Count == KeptMax)
        {
            all.RemoveAt(0);
        }

        all.Add(item);
    }
}

/// <summary>An order as it was asked for.</summary>
internal sealed record PlacedOrder(Asked Asked, OrderId Id, PlaceOrder Command)
{
    public OrderStatus? Ended { get; set; }

    /// <summary>The cart it comes from, or null.</summary>
    public KeptCheckOut? CheckOut { get; init; }
}

/// <summary>A cart as it was asked for.</summary>
internal sealed record OpenedCart(Asked Asked, CartId Id, OpenCart Command)
{
    /// <summary>As somebody was told last.</summary>
    public CartView? Shown { get; set; }

    /// <summary>How somebody tried last to make it an order.</summary>
    public KeptCheckOut? CheckOut { get; set; }

    public PlacedOrder? Order { get; set; }
}

/// <summary>A change of a cart as it was asked for.</summary>
internal sealed record CartRequest(Asked Asked, OpenedCart Cart, Func<ICartGrain, Task<Outcome<CartView>>> Call);

/// <summary>A checkout as it was asked for.</summary>
internal sealed record KeptCheckOut(Asked Asked, OpenedCart Cart, CheckOutCart Command);

/// <summary>A cursor as it was given to somebody.</summary>
internal sealed record KeptCursor(string Cursor, Key To, StoreId Store);

/// <summary>A return as it was asked for.</summary>
internal sealed record PlacedReturn(Asked Asked, ReturnId Id, PlaceReturn Command);

/// <summary>A hold that a client asked for.</summary>
internal sealed record KeptHold(Asked Asked, string Key, ReserveStock Command);

/// <summary>A return of an order's lines as it was asked for.</summary>
internal sealed record SoldBack(Asked Asked, OrderId Order, StoreId Store, ReturnLines Command);
