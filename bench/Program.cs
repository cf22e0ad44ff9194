using System.CommandLine;
using Pos.Bench;
using Pos.Bench.Compare;

var quick = new Option<bool>("--quick") { Description = "Try it with short turns: shows figures that mean little, and writes no page." };
var commit = new Argument<string>("COMMIT") { Description = "The earlier commit, as git names it." };
commit.Validators.Add(result =>
{
    if (result.Tokens is [{ Value: "" or ['-', ..] }])
    {
        result.AddError("COMMIT is the name of a commit.");
    }
});
var connection = new Option<string?>("--connection")
{
    Description = "Npgsql's connection string of a PostgreSQL whose role may create databases. [default: SQLite in a temporary folder]",
};

var journal = new Option<string?>("--journal") { Description = "Only this journal, SQLite or PostgreSQL." };
journal.AcceptOnlyFromAmong(Against.Journals);
var load = new Option<string?>("--load") { Description = "Only this load, hot or random." };
load.AcceptOnlyFromAmong([.. Against.Loads.Select(static load => load.Key)]);
var rounds = new Option<int?>("--rounds") { Description = "So many turns of each server at each load." };
var turn = new Option<int?>("--turn") { Description = "Seconds of a turn." };
var builds = new Option<string?>("--builds") { Description = "A folder that keeps both builds. A build that is there is not made again." };

var root = new RootCommand("The benchmarks of Pos.Orleans. against, compare, growth and reports write their section of docs/benchmarks.md; the others only print.")
{
    Benchmark("against", "The server of an earlier commit and the server of this tree under the same load, in turns: about 10 minutes.",
        parsed => Against.RunAsync(
            parsed.GetRequiredValue(commit), new(parsed.GetValue(journal), parsed.GetValue(load), parsed.GetValue(builds)), Narrowed(parsed)),
        commit, quick, journal, load, rounds, turn, builds),
    Benchmark("calls", "Calls of grains that do nothing: half a minute.", _ => Calls.RunAsync()),
    Benchmark("compare", "Orders, reservations and appends beside bare SQL and Redis, in turns: about 22 minutes.", parsed => Comparison.RunAsync(EffortOf(parsed)), quick),
    Benchmark("growth", "The same orders on a journal with few orders and with a million: 30 to 60 minutes and some 10 GB.", parsed => Growth.RunAsync(EffortOf(parsed)), quick),
    Benchmark("journal", "Durable appends without grains and HTTP: two minutes.", parsed => Journal.RunAsync(parsed.GetValue(connection)), connection),
    Benchmark("orders", "Two-line cash orders over HTTP with 1, 8 and 64 clients: a minute and a half.", _ => Orders.RunAsync()),
    Benchmark("search", "Searches in a large catalogue that changes: half a minute.", _ => Search.RunAsync()),
    Benchmark("start", "From the start of the process to the first answer, and the memory then, beside a bare silo of Orleans: a minute.", _ => Start.RunAsync()),
    Benchmark("reports", "The reports beside sales: their cost, their lag, a rebuild, and questions; in turns: about 4 minutes.", parsed => Reporting.RunAsync(EffortOf(parsed)), quick),
    Benchmark("streams", "Events from the journal into a grain: from commit to handler, and events a second: half a minute.", _ => Streams.RunAsync()),
};
return await root.Parse(args.Length > 0 ? args : ["--help"]).InvokeAsync();

Effort EffortOf(ParseResult parsed) => parsed.GetValue(quick) ? Effort.Quick : Effort.Full;

// A part of the turns, or shorter ones, is for the one who tries a change: the page has whole runs.
Effort Narrowed(ParseResult parsed)
{
    var effort = EffortOf(parsed);
    return parsed.GetValue(journal) is null && parsed.GetValue(load) is null && parsed.GetValue(rounds) is null && parsed.GetValue(turn) is null
        ? effort
        : new Effort(parsed.GetValue(rounds) ?? effort.Rounds, TimeSpan.FromSeconds(parsed.GetValue(turn) ?? effort.Turn.TotalSeconds), IsTrial: true);
}

static Command Benchmark(string name, string description, Func<ParseResult, Task> run, params Symbol[] arguments)
{
    var command = new Command(name, description);
    foreach (var argument in arguments)
    {
        if (argument is Option option)
        {
            command.Options.Add(option);
        }
        else
        {
            command.Arguments.Add((Argument)argument);
        }
    }

    command.SetAction(async (parsed, _) =>
    {
        await run(parsed);
        return 0;
    });
    return command;
}
