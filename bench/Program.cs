using Pos.Bench;

// One line for each benchmark: its name on the command line and what runs it.
var benchmarks = new Dictionary<string, Func<Task>>
{
    ["calls"] = Calls.RunAsync,
    ["journal"] = Journal.RunAsync,
    ["orders"] = Orders.RunAsync,
    ["search"] = Search.RunAsync,
    ["start"] = Start.RunAsync,
};

if (args is not [var name] || !benchmarks.TryGetValue(name, out var run))
{
    await Console.Error.WriteLineAsync($"Usage: dotnet run -c Release --project bench -- {string.Join('|', benchmarks.Keys)}");
    return 2;
}

await run();
return 0;
