using System.Collections.Immutable;
using System.Diagnostics;

namespace Pos.Grains.Stores;

/// <summary>A store after some events; without details it does not exist.</summary>
public sealed record StoreState(StoreDetails? Details, OperationMemory Operations);

/// <summary>A command to a store.</summary>
public abstract record StoreCommand
{
    private StoreCommand()
    {
    }

    /// <inheritdoc cref="IStoreGrain.Define"/>
    public sealed record Define(DefineStore Asked, DateTimeOffset Now) : StoreCommand;
}

/// <summary>The rules of a store.</summary>
public static class Store
{
    private static readonly Decision<StoreEvent> Nothing = new([], null);

    /// <summary>No store.</summary>
    public static StoreState Initial { get; } = new(null, OperationMemory.Empty);

    /// <summary>The store after an event.</summary>
    public static StoreState Evolve(StoreState state, StoreEvent happened) => happened switch
    {
        StoreEvent.Defined e => new(
            new StoreDetails(e.Name, e.District, e.Kind, e.Currency, e.TimeZone, e.TaxInclusive, Ordinal(e.TaxRates), e.Tills, e.CashRounding,
                e.EmbeddedBarcodes),
            e.Operation is { } operation ? state.Operations.Remember(operation) : state.Operations),
        _ => throw new UnreachableException($"No rule for {happened.GetType().Name}."),
    };

    /// <summary>The decision on a command.</summary>
    public static Decision<StoreEvent> Decide(StoreState state, StoreCommand command) => command switch
    {
        StoreCommand.Define c => Define(state, c.Asked, c.Now),
        _ => throw new UnreachableException($"No rule for {command.GetType().Name}."),
    };

    /// <summary>Forgets up to <paramref name="max"/> operations whose time has passed.</summary>
    public static StoreState Tidy(StoreState state, DateTimeOffset now, int max)
    {
        var operations = state.Operations.WithoutDue(now, max);
        return ReferenceEquals(operations, state.Operations) ? state : state with { Operations = operations };
    }

    private static Decision<StoreEvent> Define(StoreState state, DefineStore command, DateTimeOffset now)
    {
        var ((operation, asked), known) = (command, state.Details);
        if (!state.Operations.IsNewIfKeyed(operation, Limits.RememberedPerStoreMax, now, out var rejection))
        {
            return rejection is null ? Nothing : rejection;
        }

        if (Refuse(asked) is { } refused)
        {
            return refused;
        }

        if (known is not null && known.Currency != asked.Currency)
        {
            return new Rejection(RejectionCode.CurrencyFixed, $"The store sells in {known.Currency} for ever.");
        }

        return !operation.Keyed && known is not null && SaysTheSame(known, asked)
            ? Nothing
            : new StoreEvent.Defined(
                asked.Name, asked.District, asked.Kind, asked.Currency, asked.TimeZone, asked.TaxInclusive, Ordinal(asked.TaxRates), asked.Tills,
                asked.CashRounding is 1 ? null : asked.CashRounding, asked.EmbeddedBarcodes is { IsDefaultOrEmpty: false } rules ? rules : null,
                OperationKey.OfKeyed(operation));
    }

    private static Rejection? Refuse(StoreDetails details) =>
        Texts.Required(details.Name, Limits.NameLengthMax, "name")
        ?? Texts.Optional(details.District, Limits.NameLengthMax, "district")
        ?? Texts.Optional(details.Kind, Limits.NameLengthMax, "kind")
        ?? Prices.Refuse(Money.Zero(details.Currency), "store")
        ?? RefuseTimeZone(details.TimeZone)
        ?? RefuseRates(details.TaxRates)
        ?? RefuseTills(details.Tills)
        ?? (details.CashRounding is null or (>= 1 and <= Limits.CashRoundingMax)
            ? null
            : new Rejection(RejectionCode.InvalidValue, $"Cash is rounded to 1 to {Limits.CashRoundingMax} minor units, not {details.CashRounding}."))
        ?? EmbeddedBarcodes.Refuse(details.EmbeddedBarcodes);

    private static Rejection? RefuseTimeZone(string id) =>
        id is { Length: > 0 and <= 100 } && TimeZoneInfo.TryFindSystemTimeZoneById(id, out var zone) && zone.HasIanaId
            ? null
            : new(RejectionCode.InvalidValue, $"'{id}' is no IANA time zone known here.");

    private static Rejection? RefuseRates(ImmutableSortedDictionary<string, int> rates)
    {
        if (rates is null || rates.Count > Limits.TaxRatesPerStoreMax)
        {
            return new(RejectionCode.InvalidValue, $"A store has at most {Limits.TaxRatesPerStoreMax} tax rates.");
        }

        foreach (var (taxClass, rate) in rates)
        {
            if (Texts.Code(taxClass, "tax class") is { } refused)
            {
                return refused;
            }

            if (rate is < 0 or > Limits.TaxRateMax)
            {
                return new(RejectionCode.InvalidValue, $"The tax rate '{taxClass}' is from 0 to {Limits.TaxRateMax} basis points, not {rate}.");
            }
        }

        return null;
    }

    private static Rejection? RefuseTills(ImmutableArray<TillId> tills)
    {
        if (tills.IsDefault || tills.Length is < 1 or > Limits.TillsPerStoreMax)
        {
            return new(RejectionCode.InvalidValue, $"A store has 1 to {Limits.TillsPerStoreMax} tills.");
        }

        var seen = new HashSet<TillId>();
        foreach (var till in tills)
        {
            if (!TillId.TryParse(till.Value, null, out _) || !seen.Add(till))
            {
                return new(RejectionCode.InvalidValue, $"The till '{till}' is malformed or named twice.");
            }
        }

        return null;
    }

    private static bool SaysTheSame(StoreDetails known, StoreDetails asked) =>
        known with { TaxRates = asked.TaxRates, Tills = asked.Tills, EmbeddedBarcodes = asked.EmbeddedBarcodes }
            == (asked.CashRounding is 1 ? asked with { CashRounding = null } : asked)
        && (known.EmbeddedBarcodes ?? []).SequenceEqual(asked.EmbeddedBarcodes ?? [])
        && known.Tills.AsSpan().SequenceEqual(asked.Tills.AsSpan())
        && known.TaxRates.SequenceEqual(Ordinal(asked.TaxRates));

    // The order of culture-sensitive comparers differs from machine to machine; what is journaled must not.
    private static ImmutableSortedDictionary<string, int> Ordinal(ImmutableSortedDictionary<string, int> rates) =>
        rates.WithComparers(StringComparer.Ordinal);
}
