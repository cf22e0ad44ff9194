namespace Pos.Cli.Load;

/// <summary>What the customers want.</summary>
internal enum Scenario
{
    /// <summary>Everyone one piece of the same item, paid in cash.</summary>
    Hot,

    /// <summary>One piece of an item that is the likelier the more popular it is, paid in cash.</summary>
    Spread,

    /// <summary>A cart, two lines, paid by card: four requests.</summary>
    Checkout,

    /// <summary>All of these mixed, some cards declined, for long.</summary>
    Soak,
}

/// <summary>A load as it was asked for.</summary>
/// <param name="Scenario">What the customers want.</param>
/// <param name="Targets">Servers; clients take turns over them.</param>
/// <param name="Store">The store that is opened for this run.</param>
/// <param name="Clients">Connections, each with one request under way at most.</param>
/// <param name="Rate">Sessions that are to begin every second, however the server answers; null: each client begins the next when the last has ended.</param>
/// <param name="Duration">How long is measured; not meant with <paramref name="Buyers"/>.</param>
/// <param name="Ramp">How long clients, or the rate, grow before the measurement begins.</param>
/// <param name="Buyers">So many sessions and no more; null: as many as the duration allows.</param>
/// <param name="Items">Different products.</param>
/// <param name="Units">Pieces of each at the start.</param>
/// <param name="Skew">Exponent of Zipf's law: 0 makes all items equally popular.</param>
/// <param name="Seed">Who buys what follows from it.</param>
/// <param name="AnswerMax">How long a request may take.</param>
/// <param name="Retry">Whether a client repeats what got no answer, with the same key.</param>
/// <param name="RetryFor">How long it does.</param>
internal sealed record LoadPlan(
    Scenario Scenario,
    IReadOnlyList<Uri> Targets,
    string Store,
    int Clients,
    double? Rate,
    TimeSpan Duration,
    TimeSpan Ramp,
    long? Buyers,
    int Items,
    int Units,
    double Skew,
    ulong Seed,
    TimeSpan AnswerMax,
    bool Retry,
    TimeSpan RetryFor)
{
    /// <summary>When no more sessions begin, counted from the start.</summary>
    public TimeSpan End => Buyers is null ? Ramp + Duration : TimeSpan.MaxValue;

    /// <summary>The SKU of an item, the most popular first.</summary>
    public static string Sku(int item) => FormattableString.Invariant($"load-{item + 1}");
}
