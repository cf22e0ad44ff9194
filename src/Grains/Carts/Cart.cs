using System.Collections.Immutable;
using System.Diagnostics;

namespace Pos.Grains.Carts;

/// <summary>How far a cart has come.</summary>
/// <param name="Opened">How it began; null before.</param>
/// <param name="State">The state; null before the cart was opened.</param>
/// <param name="Till">The till that opened or resumed it last.</param>
/// <param name="Lines">The lines, by number.</param>
/// <param name="LastLine">The highest number there ever was.</param>
/// <param name="Operations">The remembered operations.</param>
/// <param name="ChangedAt">When anything last happened to it.</param>
public sealed record CartState(
    CartEvent.Opened? Opened,
    CartStatus? State,
    TillId Till,
    ImmutableSortedDictionary<int, CartLine> Lines,
    int LastLine,
    OperationMemory Operations,
    DateTimeOffset ChangedAt)
{
    /// <summary>The client's own words, or null.</summary>
    public Annotations? Annotations { get; init; }

    /// <summary>Of a parked cart.</summary>
    public string? Label { get; init; }

    /// <summary>The cancellation, or null.</summary>
    public CartEvent.Cancelled? Cancelled { get; init; }

    /// <summary>The checkout, or null.</summary>
    public CartEvent.CheckedOut? CheckedOut { get; init; }

    /// <summary>Whether the order has been told of the checkout.</summary>
    public bool IsHandedOver { get; init; }

    /// <summary>The operation of the last wish to try again, or null.</summary>
    public string? Retried { get; init; }

    /// <summary>Whether it is open or parked.</summary>
    public bool IsLive => State is CartStatus.Open or CartStatus.Parked;
}

/// <summary>A command to a cart, with everything that the decision needs.</summary>
public abstract record CartCommand
{
    private CartCommand()
    {
    }

    /// <inheritdoc cref="ICartGrain.Open"/>
    /// <param name="Asked">The request.</param>
    /// <param name="Store">The store; null when there is none.</param>
    /// <param name="Source">The cart to be copied, with its order; null for none.</param>
    /// <param name="Products">The products that exist, of those the copied cart names.</param>
    /// <param name="Now">The time of the decision, UTC.</param>
    public sealed record Open(
        OpenCart Asked,
        StoreView? Store,
        (CartView? Cart, OrderView? Order) Source,
        IReadOnlyDictionary<Sku, ProductView> Products,
        DateTimeOffset Now) : CartCommand;

    /// <inheritdoc cref="ICartGrain.Add"/>
    /// <param name="Asked">The request.</param>
    /// <param name="Scanned">The result of looking its code up; null without one.</param>
    /// <param name="Store">The store.</param>
    /// <param name="Products">The product, if it exists.</param>
    /// <param name="Now">The time of the decision, UTC.</param>
    public sealed record Add(
        AddCartLine Asked, Scanned? Scanned, StoreView? Store, IReadOnlyDictionary<Sku, ProductView> Products, DateTimeOffset Now) : CartCommand;

    /// <inheritdoc cref="ICartGrain.Change"/>
    public sealed record Change(ChangeCartLine Asked, StoreView? Store, DateTimeOffset Now) : CartCommand;

    /// <inheritdoc cref="ICartGrain.Remove"/>
    public sealed record Remove(RemoveCartLine Asked, DateTimeOffset Now) : CartCommand;

    /// <inheritdoc cref="ICartGrain.Refresh"/>
    public sealed record Refresh(
        RefreshCart Asked, StoreView? Store, IReadOnlyDictionary<Sku, ProductView> Products, DateTimeOffset Now) : CartCommand;

    /// <inheritdoc cref="ICartGrain.Annotate"/>
    public sealed record Annotate(AnnotateCart Asked, DateTimeOffset Now) : CartCommand;

    /// <inheritdoc cref="ICartGrain.Park"/>
    public sealed record Park(ParkCart Asked, DateTimeOffset Now) : CartCommand;

    /// <inheritdoc cref="ICartGrain.Resume"/>
    public sealed record Resume(ResumeCart Asked, StoreView? Store, DateTimeOffset Now) : CartCommand;

    /// <inheritdoc cref="ICartGrain.Cancel"/>
    public sealed record Cancel(CancelCart Asked, DateTimeOffset Now) : CartCommand;

    /// <inheritdoc cref="ICartGrain.CheckOut"/>
    /// <param name="Asked">The request.</param>
    /// <param name="Id">The cart's.</param>
    /// <param name="Store">The store.</param>
    /// <param name="Products">The products that exist, of those in the cart.</param>
    /// <param name="Credit">Of the return that is to pay; null without one, and when it has none.</param>
    /// <param name="Now">The time of the decision, UTC.</param>
    public sealed record CheckOut(
        CheckOutCart Asked,
        CartId Id,
        StoreView? Store,
        IReadOnlyDictionary<Sku, ProductView> Products,
        CreditView? Credit,
        DateTimeOffset Now) : CartCommand
    {
        /// <summary>The settings of the host.</summary>
        public SalePolicy Policy { get; init; } = SalePolicy.Default;
    }
}

/// <summary>The rules of a cart.</summary>
public static partial class Cart
{
    private static readonly Decision<CartEvent> Nothing = new([], null);

    private static readonly ImmutableSortedDictionary<int, CartLine> Empty = ImmutableSortedDictionary<int, CartLine>.Empty;

    /// <summary>The cart before it is opened.</summary>
    public static CartState Initial { get; } = new(null, null, default, Empty, 0, OperationMemory.Empty, default);

    /// <summary>The cart after an event.</summary>
    public static CartState Evolve(CartState state, CartEvent happened) => happened switch
    {
        CartEvent.Opened e => Opened(state, e),
        CartEvent.LineAdded e => Known(state, e.Operation, e.At) with
        {
            Lines = state.Lines.Add(e.Line.Line, new CartLine(e.Line, e.ApprovedBy).ApprovedAt(e.At)),
            LastLine = e.Line.Line,
        },
        CartEvent.LineChanged e => Known(state, e.Operation, e.At) with { Lines = state.Lines.SetItem(e.Line, Changed(state.Lines[e.Line], e)) },
        CartEvent.LineRemoved e => Known(state, e.Operation, e.At) with { Lines = state.Lines.Remove(e.Line) },
        CartEvent.Repriced e => Known(state, e.Operation, e.At) with
        {
            Lines = state.Lines.SetItems(e.Lines.Select(line => KeyValuePair.Create(line.Line, Repriced(state.Lines[line.Line], line)))),
        },
        CartEvent.Annotated e => Known(state, e.Operation, e.At) with { Annotations = e.Annotations },
        CartEvent.Parked e => Known(state, e.Operation, e.At) with { State = CartStatus.Parked, Label = e.Label },
        CartEvent.Resumed e => Known(state, e.Operation, e.At) with { State = CartStatus.Open, Label = null, Till = e.Till },
        CartEvent.Cancelled e => Known(state, e.Operation, e.At) with { State = CartStatus.Cancelled, Cancelled = e },
        CartEvent.CheckedOut e => Known(state, e.Operation, e.At) with { State = CartStatus.CheckedOut, CheckedOut = e },
        CartEvent.HandedOver => state with { IsHandedOver = true },
        CartEvent.RetryAsked e => state with { Retried = e.Operation },
        _ => throw new UnreachableException($"No rule for {happened.GetType().Name}."),
    };

    /// <summary>The decision on a command.</summary>
    public static Decision<CartEvent> Decide(CartState state, CartCommand command) => command switch
    {
        CartCommand.Open c => Open(state, c),
        CartCommand.Add c => Ask(state, c.Asked.Operation, c.Now, CartStatus.Open) ?? Add(state, c),
        CartCommand.Change c => Ask(state, c.Asked.Operation, c.Now, CartStatus.Open) ?? Change(state, c),
        CartCommand.Remove c => Ask(state, c.Asked.Operation, c.Now, CartStatus.Open) ?? Remove(state, c),
        CartCommand.Refresh c => Ask(state, c.Asked.Operation, c.Now, CartStatus.Open) ?? Refresh(state, c),
        CartCommand.Annotate c => Ask(state, c.Asked.Operation, c.Now, state.State == CartStatus.Parked ? CartStatus.Parked : CartStatus.Open) ?? Annotate(c),
        CartCommand.Park c => Ask(state, c.Asked.Operation, c.Now, CartStatus.Open) ?? Park(c),
        CartCommand.Resume c => Ask(state, c.Asked.Operation, c.Now, CartStatus.Parked) ?? Resume(state, c),
        CartCommand.Cancel c => Cancel(state, c),
        CartCommand.CheckOut c => CheckOut(state, c),
        _ => throw new UnreachableException($"No rule for {command.GetType().Name}."),
    };

    /// <summary>Forgets up to <paramref name="max"/> operations whose time has passed.</summary>
    public static CartState Tidy(CartState state, DateTimeOffset now, int max)
    {
        ArgumentNullException.ThrowIfNull(state);
        var operations = state.Operations;
        for (var forgotten = 0; forgotten < max && operations.TryForget(now, out operations); forgotten++)
        {
        }

        return ReferenceEquals(operations, state.Operations) ? state : state with { Operations = operations };
    }

    private static CartState Opened(CartState state, CartEvent.Opened e)
    {
        var lines = Empty;
        foreach (var line in e.Lines ?? [])
        {
            lines = lines.Add(line.Line.Line, line.ApprovedAt(e.At));
        }

        return state with { Opened = e, State = CartStatus.Open, Till = e.Till, Lines = lines, LastLine = lines.Count, ChangedAt = e.At, Annotations = e.Annotations };
    }

    private static CartState Known(CartState state, OperationKey? operation, DateTimeOffset at) => state with
    {
        Operations = operation is null ? state.Operations : state.Operations.Remember(operation),
        ChangedAt = at,
    };

    // The approval of a price shrinks with the line: it never covers more pieces than the line has.
    private static CartLine Changed(CartLine known, CartEvent.LineChanged e) => known with
    {
        ApprovedBy = e.ApprovedBy ?? known.ApprovedBy,
        Line = known.Line with
        {
            Quantity = e.Quantity,
            Net = e.Net,
            Tax = e.Tax,
            Gross = e.Gross,
            Approval = e.ApprovedBy is { } by ? new(by, e.Quantity, e.At)
                : known.Line.Approval is { } given ? given with { Quantity = Math.Min(given.Quantity, e.Quantity) }
                : null,
        },
    };

    private static CartLine Repriced(CartLine known, OrderLine line) => known with { Line = line with { Approval = line.Approval ?? known.Line.Approval } };
}
