namespace Pos.Cli.Load;

/// <summary>What customers buy, and how.</summary>
internal enum Scenario
{
    /// <summary>Everyone buys one piece of the same item in cash.</summary>
    Hot,

    /// <summary>Everyone buys one piece in cash; some items are more popular than others.</summary>
    Spread,

    /// <summary>Everyone fills a cart with two lines and pays by card: four requests.</summary>
    Checkout,

    /// <summary>A mixture of these with some declined cards, for an hour.</summary>
    Soak,
}

/// <summary>A load, as the command line asks for it.</summary>
/// <param name="Scenario">What customers buy, and how.</param>
/// <param name="Targets">The servers; clients are spread over them.</param>
/// <param name="Store">The store that is opened for this run.</param>
/// <param name="Clients">Clients, each with one connection and one request at a time.</param>
/// <param name="Rate">Sessions that begin every second, however the server answers; null: each client begins the next session when the last has ended.</param>
/// <param name="Duration">The time of the measurement; without effect when <paramref name="Buyers"/> is given.</param>
/// <param name="Ramp">How long the clients, or the rate, grow before the measurement begins.</param>
/// <param name="Buyers">The number of sessions; null: as many as the duration allows.</param>
/// <param name="Items">The number of different products.</param>
/// <param name="Units">Pieces of each product at the start.</param>
/// <param name="Skew">The exponent of Zipf's law; 0 makes all items equally popular.</param>
/// <param name="Seed">The number that decides who buys what.</param>
/// <param name="AnswerMax">The longest time of a request.</param>
/// <param name="Retry">Whether a client repeats a request without an answer, with the same key.</param>
/// <param name="RetryFor">How long the client repeats it.</param>
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
    /// <summary>Whether cash pays everything, because the server takes no cards.</summary>
    public bool CashOnly { get; init; }

    /// <summary>The time after the start at which no more sessions begin.</summary>
    public TimeSpan End => Buyers is null ? Ramp + Duration : TimeSpan.MaxValue;

    /// <summary>The SKU of an item, the most popular first.</summary>
    public static string Sku(int item) => FormattableString.Invariant($"load-{item + 1}");
}
