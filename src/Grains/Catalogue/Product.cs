using System.Diagnostics;

namespace Pos.Grains.Catalogue;

/// <summary>A catalogue entry after some events; without details it does not exist.</summary>
public sealed record ProductState(ProductDetails? Details, OperationMemory Operations);

/// <summary>A command to a catalogue entry.</summary>
public abstract record ProductCommand
{
    private ProductCommand()
    {
    }

    /// <inheritdoc cref="IProductGrain.Define"/>
    public sealed record Define(DefineProduct Asked, DateTimeOffset Now) : ProductCommand;

    /// <inheritdoc cref="IProductGrain.Change"/>
    public sealed record Change(ChangeProduct Asked, DateTimeOffset Now) : ProductCommand;
}

/// <summary>The rules of the catalogue.</summary>
public static class Product
{
    private static readonly Decision<ProductEvent> Nothing = new([], null);

    /// <summary>No product.</summary>
    public static ProductState Initial { get; } = new(null, OperationMemory.Empty);

    /// <summary>The product after an event.</summary>
    public static ProductState Evolve(ProductState state, ProductEvent happened) => happened switch
    {
        ProductEvent.Defined e => new(
            new(e.Name, e.Description, e.Category, e.Price, e.TaxClass, e.Kind, e.Active),
            e.Operation is { } operation ? state.Operations.Remember(operation) : state.Operations),
        ProductEvent.Changed e => new(With(state.Details!, e), state.Operations.Remember(e.Operation)),
        _ => throw new UnreachableException($"No rule for {happened.GetType().Name}."),
    };

    /// <summary>The decision on a command.</summary>
    public static Decision<ProductEvent> Decide(ProductState state, ProductCommand command) => command switch
    {
        ProductCommand.Define c => Define(state, c.Asked, c.Now),
        ProductCommand.Change c => Change(state, c.Asked, c.Now),
        _ => throw new UnreachableException($"No rule for {command.GetType().Name}."),
    };

    /// <summary>Forgets up to <paramref name="max"/> operations whose time has passed.</summary>
    public static ProductState Tidy(ProductState state, DateTimeOffset now, int max)
    {
        var operations = state.Operations.WithoutDue(now, max);
        return ReferenceEquals(operations, state.Operations) ? state : state with { Operations = operations };
    }

    private static Decision<ProductEvent> Define(ProductState state, DefineProduct command, DateTimeOffset now)
    {
        var (operation, asked) = command;
        if (!operation.Keyed && asked == state.Details)
        {
            return Nothing;
        }

        if (!state.Operations.IsNewIfKeyed(operation, Limits.RememberedPerProductMax, now, out var rejection))
        {
            return rejection is null ? Nothing : rejection;
        }

        if (Refuse(asked) is { } refused)
        {
            return refused;
        }

        // Stock, holds and journaled orders rest on it.
        if (state.Details is { } known && known.Kind != asked.Kind)
        {
            return new Rejection(RejectionCode.IllegalTransition, "A product's kind never changes: goods and services are different SKUs.");
        }

        return new ProductEvent.Defined(
            asked.Name, asked.Description, asked.Category, asked.Price, asked.TaxClass, asked.Kind, asked.Active, OperationKey.OfKeyed(operation));
    }

    private static Decision<ProductEvent> Change(ProductState state, ChangeProduct asked, DateTimeOffset now)
    {
        if (state.Details is not { } known)
        {
            return new Rejection(RejectionCode.UnknownProduct, "There is no such product to change.");
        }

        if (!state.Operations.IsNew(asked.Operation, now, out var rejection))
        {
            return rejection is null ? Nothing : rejection;
        }

        if (state.Operations.Count >= Limits.RememberedPerProductMax)
        {
            return new Rejection(RejectionCode.TooManyPending, $"{state.Operations.Count} changes are remembered, and no more may be.");
        }

        if (asked is { Name: null, Description: null, Category: null, Price: null, TaxClass: null, Active: null })
        {
            return Nothing;
        }

        var changed = new ProductEvent.Changed(
            OperationKey.Of(asked.Operation), asked.Name, asked.Description, asked.Category, asked.Price, asked.TaxClass, asked.Active);
        return Refuse(With(known, changed)) is { } refused ? refused : changed;
    }

    private static ProductDetails With(ProductDetails known, ProductEvent.Changed e) => known with
    {
        Name = e.Name ?? known.Name,
        Description = e.Description ?? known.Description,
        Category = e.Category ?? known.Category,
        Price = e.Price ?? known.Price,
        TaxClass = e.TaxClass ?? known.TaxClass,
        Active = e.Active ?? known.Active,
    };

    private static Rejection? Refuse(ProductDetails details) =>
        Texts.Required(details.Name, Limits.NameLengthMax, "name")
        ?? Texts.Optional(details.Description, Limits.TextLengthMax, "description")
        ?? Texts.Optional(details.Category, Limits.NameLengthMax, "category")
        ?? Texts.Code(details.TaxClass, "tax class")
        ?? Prices.Refuse(details.Price, "price")
        ?? (details.Kind is ProductKind.Goods or ProductKind.Service ? null : new(RejectionCode.InvalidValue, "A product is goods or a service."));
}
