namespace Pos.Simulation;

/// <summary>One request as its client keeps it: its id never changes, however often it is sent.</summary>
internal sealed class Asked(string id, string stream, bool isCommand)
{
    /// <summary>What the effect is called in the journal.</summary>
    public string Id => id;

    public string Stream => stream;

    /// <summary>Whether a refusal must leave nothing behind.</summary>
    public bool IsCommand => isCommand;

    /// <summary>Sent and not answered.</summary>
    public int Open { get; set; }

    /// <summary>Whether one was never answered, so that its effect may still come.</summary>
    public bool HasUnknown { get; set; }

    public bool WasAccepted { get; set; }
}

/// <summary>What the clients of one world have done, so that others can repeat, cancel, look at it and get in its way.</summary>
internal sealed class Workshop
{
    private const int KeptMax = 12;

    public bool IsClosing { get; set; }

    public List<PlacedOrder> Orders { get; } = [];

    public List<PlacedReturn> Returns { get; } = [];

    public List<KeptHold> Holds { get; } = [];

    /// <summary>Returns of what an order sold.</summary>
    public List<SoldBack> SoldBack { get; } = [];

    public List<OpenedCart> Carts { get; } = [];

    public List<CartRequest> CartRequests { get; } = [];

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
    public OrderState? Ended { get; set; }

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

/// <summary>A return as it was asked for.</summary>
internal sealed record PlacedReturn(Asked Asked, ReturnId Id, PlaceReturn Command);

/// <summary>A hold that a client asked for.</summary>
internal sealed record KeptHold(Asked Asked, string Key, ReserveStock Command);

/// <summary>A return of an order's lines as it was asked for.</summary>
internal sealed record SoldBack(Asked Asked, OrderId Order, ReturnLines Command);
