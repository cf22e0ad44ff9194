using System.CommandLine;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using Pos.Cli.Server;

namespace Pos.Cli.Load;

/// <summary>The options of <c>pos load</c> and the plan they make.</summary>
internal static class LoadOptions
{
    private const int ClientsMax = 10_000;
    private const int ItemsMax = 100_000;
    private const int UnitsMax = 1_000_000_000;
    private const double RateMax = 1_000_000;
    private const string DurationExample = "30s, 5m or 1h";

    private static readonly TimeSpan DurationMax = TimeSpan.FromDays(7);

    public static Option<Scenario> Scenario { get; } = ScenarioOption();

    public static Option<string[]> Target { get; } = TargetOption();

    public static Option<int> Clients { get; } = Options.Number("--clients", $"Clients, each with one connection and one request at a time, 1–{ClientsMax}.", 1, ClientsMax, 64);

    public static Option<double?> Rate { get; } = RateOption();

    public static Option<string?> Duration { get; } = Time("--duration", $"How long to measure, like {DurationExample}. [default: 30s; 1h for soak]");

    public static Option<string?> Ramp { get; } = Time("--ramp", "How long the clients, or the rate, grow from nothing before the measurement begins. [default: 0s]", zero: true);

    public static Option<int?> Buyers { get; } = Options.OptionalNumber(
        "--buyers", "The number of customers, instead of a duration: '--buyers 10000 --units 1000' sends 10,000 customers after 1,000 pieces.", 1, UnitsMax);

    public static Option<int?> Items { get; } = Options.OptionalNumber("--items", $"Different products, 1–{ItemsMax}. [default: 1 for hot, else 1000]", 1, ItemsMax);

    public static Option<int> Units { get; } = Options.Number("--units", "Pieces of each product at the start.", 1, UnitsMax, UnitsMax / 10);

    public static Option<double> Skew { get; } = SkewOption();

    public static Option<int?> Seed { get; } = Options.OptionalNumber("--seed", "The number that decides who buys what; the same seed repeats it. [default: a new one, shown at the end]", 0, int.MaxValue);

    public static Option<string?> Store { get; } = Options.Store("The store that is opened for this load: a–z, 0–9 and -. It must not have been used. [default: a new name]", null);

    public static Option<string?> Timeout { get; } = Time("--timeout", "The longest time of a request. [default: 30s]");

    public static Option<bool> Retry { get; } = new("--retry")
    {
        Description = "A client repeats a request, with the same key and for --retry-for seconds, after 202, 429, 5xx or no answer. All of that counts in the latency.",
    };

    public static Option<string?> Histogram { get; } = new("--histogram") { Description = "The file for the latencies of every second, in HdrHistogram's log format." };

    public static Option<string[]> FailIfs { get; } = FailIfOption();

    /// <exception cref="CannotRunException">Two options contradict each other.</exception>
    public static LoadPlan Plan(ParseResult parsed)
    {
        var scenario = parsed.GetRequiredValue(Scenario);
        var items = parsed.GetValue(Items) ?? (scenario == Load.Scenario.Hot ? 1 : 1_000);
        if (parsed.GetValue(Buyers) is not null && parsed.GetValue(Duration) is not null)
        {
            throw new CannotRunException("--buyers and --duration both end the load. Give one of them.");
        }

        if (scenario == Load.Scenario.Hot && items != 1)
        {
            throw new CannotRunException("In the scenario hot everyone wants the same item. Give --items with another scenario.");
        }

        return new LoadPlan(
            scenario,
            [.. parsed.GetRequiredValue(Target).Select(ServerOptions.Address)],
            parsed.GetValue(Store) ?? $"load-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(5))}",
            parsed.GetRequiredValue(Clients),
            parsed.GetValue(Rate),
            TimeOf(parsed, Duration, scenario == Load.Scenario.Soak ? TimeSpan.FromHours(1) : TimeSpan.FromSeconds(30)),
            TimeOf(parsed, Ramp, TimeSpan.Zero),
            parsed.GetValue(Buyers),
            items,
            parsed.GetRequiredValue(Units),
            parsed.GetRequiredValue(Skew),
            (ulong)(parsed.GetValue(Seed) ?? RandomNumberGenerator.GetInt32(int.MaxValue)),
            TimeOf(parsed, Timeout, TimeSpan.FromSeconds(30)),
            parsed.GetValue(Retry),
            TimeSpan.FromSeconds(parsed.GetRequiredValue(ServerOptions.RetryFor)));
    }

    /// <summary>Reads <c>500ms</c>, <c>30s</c>, <c>5m</c>, <c>1h</c>, or seconds alone.</summary>
    public static bool TryParseTime(string text, [NotNullWhen(true)] out TimeSpan? time)
    {
        var number = text.TrimEnd('m', 's', 'h');
        TimeSpan? unit = text[number.Length..] switch
        {
            "ms" => TimeSpan.FromMilliseconds(1),
            "" or "s" => TimeSpan.FromSeconds(1),
            "m" => TimeSpan.FromMinutes(1),
            "h" => TimeSpan.FromHours(1),
            _ => null,
        };
        time = unit is { } u && double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count) && count <= DurationMax / u
            ? u * count
            : null;
        return time is not null;
    }

    private static TimeSpan TimeOf(ParseResult parsed, Option<string?> option, TimeSpan otherwise) =>
        parsed.GetValue(option) is { } text && TryParseTime(text, out var time) ? time.Value : otherwise;

    private static Option<Scenario> ScenarioOption() => Options.Checked(
        new Option<Scenario>("--scenario")
        {
            Description = "hot: everyone wants one item; spread: some items are more popular than others; checkout: a cart, two lines, a card; soak: all of these, for an hour.",
            Required = true,
            CustomParser = result => Enum.TryParse<Scenario>(result.Tokens[0].Value, ignoreCase: true, out var scenario) ? scenario : default,
        }.AcceptOnlyFromAmong("hot", "spread", "checkout", "soak"),
        text => text is "hot" or "spread" or "checkout" or "soak",
        "--scenario is hot, spread, checkout or soak.");

    private static Option<string[]> TargetOption() => Options.Checked(
        new Option<string[]>("--target")
        {
            Description = "The server's address. Give it several times for several servers of one cluster: clients are spread over them.",
            DefaultValueFactory = _ => [ServerOptions.DefaultUrl],
        },
        ServerOptions.IsAddress,
        $"--target is an address like {ServerOptions.DefaultUrl}.");

    private static Option<double?> RateOption() => Options.Checked(
        new Option<double?>("--rate")
        {
            Description = "Customers a second, however the server answers; the latency counts from the time at which a customer was to begin. "
                + "Without this option each client begins with the next customer when the last one is served.",
        },
        text => double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var rate) && rate is > 0 and <= RateMax,
        FormattableString.Invariant($"--rate is a number above 0, {RateMax} at most."));

    private static Option<double> SkewOption() => Options.Checked(
        new Option<double>("--skew") { Description = "The exponent of Zipf's law, 0–5; 0 makes all items equally popular.", DefaultValueFactory = _ => 1 },
        text => double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var skew) && skew <= 5,
        "--skew is a number from 0 to 5.");

    private static Option<string[]> FailIfOption() => Options.Checked(
        new Option<string[]>("--fail-if") { Description = $"Exit with 1 under this condition, like {FailIf.Examples}. Give it several times for several conditions." },
        text => FailIf.TryParse(text, out _),
        $"--fail-if is a condition like {FailIf.Examples}.");

    private static Option<string?> Time(string name, string description, bool zero = false) => Options.Checked(
        new Option<string?>(name) { Description = description },
        text => TryParseTime(text, out var time) && (zero || time > TimeSpan.Zero),
        $"{name} is a time like {DurationExample}, a week at most.");
}
