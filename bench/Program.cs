using Pos.Bench;
using Pos.Bench.Compare;

// One line for each benchmark: its name on the command line and what runs it.
var effort = args is [.., "--quick"] ? Effort.Quick : Effort.Full;
var benchmarks = new Dictionary<string, Func<Task>>
{
    ["against"] = () => Against.RunAsync(args.ElementAtOrDefault(1) ?? "", effort),
    ["calls"] = Calls.RunAsync,
    ["compare"] = () => Comparison.RunAsync(effort),
    ["growth"] = () => Growth.RunAsync(effort),
    ["journal"] = () => Journal.RunAsync(args[1..]),
    ["orders"] = Orders.RunAsync,
    ["search"] = Search.RunAsync,
    ["start"] = Start.RunAsync,
};

if (args.Length == 0 || (args.Length > 1 && args is not ([_, "--quick"] or ["against", ..] or ["journal", "--provider", ..])) || !benchmarks.TryGetValue(args[0], out var run))
{
    await Console.Error.WriteLineAsync($"Usage: dotnet run -c Release --project bench -- {string.Join('|', benchmarks.Keys)} [--quick]\n"
        + "       ... -- against <commit> [--quick] (the server as it was there and as it is here, in turns)\n"
        + "       ... -- journal --provider postgres --connection 'Host=…;Username=…' (a role that may create databases)");
    return 2;
}

await run();
return 0;
