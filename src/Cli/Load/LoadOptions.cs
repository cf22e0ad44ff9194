using System.CommandLine;
using System.CommandLine.Parsing;
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

    public static Option<int> Clients { get; } = Number("--clients", $"Connections, each with one request under way at most, 1–{ClientsMax}.", 1, ClientsMax, 64);

    public static Option<double?> Rate { get; } = RateOption();

    public static Option<string?> Duration { get; } = Time("--duration", $"How long is measured, like {DurationExample}. [default: 30s; 1h for soak]");

    public static Option<string?> Ramp { get; } = Time("--ramp", "How long clients, or the rate, grow from nothing before the measurement begins. [default: 0s]", zero: true);

    public static Option<int?> Buyers { get; } = Optional(
        "--buyers", "So many sessions and no more, instead of a duration: '--buyers 10000 --units 1000' sends 10,000 customers after 1,000 pieces.", 1, UnitsMax);

    public static Option<int?> Items { get; } = Optional("--items", $"Different products, 1–{ItemsMax}. [default: 1 for hot, else 1000]", 1, ItemsMax);

    public static Option<int> Units { get; } = Number("--units", "Pieces of each product at the start.", 1, UnitsMax, UnitsMax / 10);

    public static Option<double> Skew { get; } = SkewOption();

    public static Option<int?> Seed { get; } = Optional("--seed", "Repeats who buys what. [default: a new one, shown at the end]", 0, int.MaxValue);

    public static Option<string?> Store { get; } = StoreOption();

    public static Option<string?> Timeout { get; } = Time("--timeout", "How long a request may take. [default: 30s]");

    public static Option<bool> Retry { get; } = new("--retry")
    {
        Description = "Clients repeat, with the same key, what got no answer, 429, 5xx or 202, for --retry-for. All of that counts in the latency.",
    };

    public static Option<string?> Histogram { get; } = new("--histogram") { Description = "Writes the latencies of every second into this file, in HdrHistogram's log format." };

    public static Option<bool> Json { get; } = new("--json") { Description = "Write the result as JSON, and nothing else, to the standard output." };

    public static Option<string[]> FailIfs { get; } = FailIfOption();

    /// <exception cref="CannotRunException">The options do not go together.</exception>
    public static LoadPlan Plan(ParseResult parsed)
    {
        var scenario = parsed.GetRequiredValue(Scenario);
        var items = parsed.GetValue(Items) ?? (scenario == Load.Scenario.Hot ? 1 : 1_000);
        if (parsed.GetValue(Buyers) is not null && parsed.GetValue(Duration) is not null)
        {
            throw new CannotRunException("--buyers ends when all of them were served, --duration when the time is over: name one of them.");
        }

        if (scenario == Load.Scenario.Hot && items != 1)
        {
            throw new CannotRunException("In the scenario hot everyone wants the same item: --items goes with the others.");
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

    private static Option<Scenario> ScenarioOption() => Validated(
        new Option<Scenario>("--scenario")
        {
            Description = "hot: everyone wants one item; spread: items by popularity; checkout: a cart, two lines, a card; soak: all of it, for long.",
            Required = true,
            CustomParser = result => Enum.TryParse<Scenario>(result.Tokens[0].Value, ignoreCase: true, out var scenario) ? scenario : default,
        }.AcceptOnlyFromAmong("hot", "spread", "checkout", "soak"),
        text => text is "hot" or "spread" or "checkout" or "soak",
        "--scenario is hot, spread, checkout or soak.");

    private static Option<string[]> TargetOption() => Validated(
        new Option<string[]>("--target")
        {
            Description = "A server's address; several times for several servers of one cluster, over which the clients take turns.",
            DefaultValueFactory = _ => [ServerOptions.DefaultUrl],
        },
        text => Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.UserInfo.Length == 0 && uri.Query.Length == 0,
        $"--target is an address like {ServerOptions.DefaultUrl}.");

    private static Option<double?> RateOption() => Validated(
        new Option<double?>("--rate")
        {
            Description = "Sessions that begin every second, however the server answers: the latency of one counts from when it was to begin. "
                + "Without it each client begins the next session when the last has ended.",
        },
        text => double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var rate) && rate is > 0 and <= RateMax,
        FormattableString.Invariant($"--rate is a number above 0, {RateMax} at most."));

    private static Option<double> SkewOption() => Validated(
        new Option<double>("--skew") { Description = "Exponent of Zipf's law; 0 makes all items equally popular, 5 is the most.", DefaultValueFactory = _ => 1 },
        text => double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var skew) && skew <= 5,
        "--skew is a number from 0 to 5.");

    private static Option<string?> StoreOption() => Validated(
        new Option<string?>("--store") { Description = "The store that is opened for this load: a–z 0–9 -. It must not have been used. [default: a new name]" },
        text => text.Length is > 0 and <= 32 && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-'),
        "--store is made of a–z, 0–9 and -, 32 characters at most.");

    private static Option<string[]> FailIfOption() => Validated(
        new Option<string[]>("--fail-if") { Description = $"Exit with 1 when this holds, like {FailIf.Examples}; may be said several times." },
        text => FailIf.TryParse(text, out _),
        $"--fail-if is a condition like {FailIf.Examples}.");

    private static Option<string?> Time(string name, string description, bool zero = false) => Validated(
        new Option<string?>(name) { Description = description },
        text => TryParseTime(text, out var time) && (zero || time > TimeSpan.Zero),
        $"{name} is a time like {DurationExample}, a week at most.");

    private static Option<int> Number(string name, string description, int min, int max, int otherwise) => Validated(
        new Option<int>(name) { Description = description, DefaultValueFactory = _ => otherwise }, text => IsIn(text, min, max), Range(name, min, max));

    private static Option<int?> Optional(string name, string description, int min, int max) => Validated(
        new Option<int?>(name) { Description = description }, text => IsIn(text, min, max), Range(name, min, max));

    private static bool IsIn(string text, int min, int max) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max;

    private static string Range(string name, int min, int max) => FormattableString.Invariant($"{name} is a number from {min} to {max}.");

    // The first thing that is wrong is told in our words, before the parser's own.
    private static Option<T> Validated<T>(Option<T> option, Func<string, bool> isValid, string message)
    {
        option.Validators.Add(result =>
        {
            if (result.Tokens.Any(token => !isValid(token.Value)))
            {
                result.AddError(message);
            }
        });
        return option;
    }
}
