using System.Globalization;
using System.Text;
using Pos.Tests.Rigs;

namespace Pos.Bench.Compare;

/// <summary>All contenders that sell a hot item, on the same machine, in turns.</summary>
internal static class Comparison
{
    public static async Task RunAsync(Effort effort)
    {
        var machine = await Machine.Describe();
        using var postgres = new PostgresServer();
        await using var redis = await Redis.Start();
        await using var onSqlite = await SiloProcess.Start(NoRateLimit);
        await using var onPostgres = await SiloProcess.Start([
            .. NoRateLimit, "--Journal:Provider=postgres", $"--ConnectionStrings:Journal={postgres.ConnectionString(postgres.CreateDatabase())}"]);
        foreach (var silo in new[] { onSqlite, onPostgres })
        {
            await Orders.OpenShop(silo.Port);
            await Wrk.Orders(silo, hotPercent: 50, effort.Turn);
            await Wrk.Sessions(silo, effort.Turn);
        }

        var contenders = Contenders(postgres, redis, onSqlite, onPostgres);
        var figures = contenders.ToDictionary(contender => contender, _ => new List<Figure>());
        for (var round = 1; round <= effort.Rounds; round++)
        {
            foreach (var contender in contenders)
            {
                var figure = await contender.Measure(effort.Turn);
                figures[contender].Add(figure);
                await Console.Error.WriteLineAsync(string.Create(
                    CultureInfo.InvariantCulture, $"{round}/{effort.Rounds} {contender.Name}: {figure.Rate:#,0} {contender.Unit}/s, p99 {figure.P99Ms:0.0} ms"));
            }
        }

        await Document.Write("compare", Table(machine, effort, contenders, figures), effort);
    }

    /// <summary>The measurement leaves the rate limit of a key out.</summary>
    internal static string[] NoRateLimit => ["--Api:RequestsPerSecondMax=1000000", "--Api:RequestsBurstMax=1000000"];

    private static List<Contender> Contenders(PostgresServer postgres, Redis redis, SiloProcess onSqlite, SiloProcess onPostgres)
    {
        var pgbench = new Pgbench(postgres);
        var database = postgres.ConnectionString(postgres.CreateDatabase());
        const string OnFiles = "--Journal:Provider=sqlite";
        string[] onServer = ["--Journal:Provider=postgres", $"--ConnectionStrings:Journal={database}"];
        return
        [
            new("pgbench, one hot row `UPDATE … qty > 0`", "updates", "", turn => pgbench.Measure(Pgbench.HotUpdate, turn)),
            new("**ours**, reservations of one item in process, 1,000 callers, PostgreSQL", "reservations", "≥ 100,000", turn => Reservations.Measure(1_000, turn, onServer)),
            new("Redis, Lua decrement + stream append, `appendfsync always`, 50 clients", "sales", "", redis.Measure),
            new("**ours**, reservations of one item in process, 100 callers, PostgreSQL", "reservations", "", turn => Reservations.Measure(100, turn, onServer)),
            new("**ours**, reservations of one item in process, 1,000 callers, SQLite", "reservations", "", turn => Reservations.Measure(1_000, turn, OnFiles)),
            new("**ours**, reservations of one item in process, 100 callers, SQLite", "reservations", "", turn => Reservations.Measure(100, turn, OnFiles)),
            new("**ours**, journal alone, 1,000 appenders, PostgreSQL", "events", "≥ 109,600", turn => Appends.OnPostgres(postgres, 1_000, turn)),
            new("**ours**, journal alone, 200 appenders, PostgreSQL", "events", "≥ 58,400", turn => Appends.OnPostgres(postgres, 200, turn)),
            new("**ours**, journal alone, 1,000 appenders, SQLite", "events", "", turn => Appends.OnSqlite(1_000, turn)),
            new("**ours**, journal alone, 200 appenders, SQLite", "events", "", turn => Appends.OnSqlite(200, turn)),
            new("pgbench, order as one stored function, hot row", "orders", "", turn => pgbench.Measure(Pgbench.HotOrder, turn)),
            new("**ours**, order over HTTP, one line hot, PostgreSQL", "orders", "≥ 5,000, aim 8,000, p99 < 40 ms", turn => Wrk.Orders(onPostgres, 100, turn)),
            new("**ours**, order over HTTP, one line hot, SQLite", "orders", "", turn => Wrk.Orders(onSqlite, 100, turn)),
            new("pgbench, order as one stored function, 1,000 random items", "orders", "", turn => pgbench.Measure(Pgbench.SpreadOrder, turn)),
            new("**ours**, order over HTTP, 1,000 random items, PostgreSQL", "orders", "≥ 5,000, aim 8,000, mean < 12 ms", turn => Wrk.Orders(onPostgres, 0, turn)),
            new("**ours**, order over HTTP, 1,000 random items, SQLite", "orders", "", turn => Wrk.Orders(onSqlite, 0, turn)),
            new("pgbench, order as four commits, by statement", "orders", "", turn => pgbench.Measure(Pgbench.FourCommitsByStatement, turn)),
            new("pgbench, order as four commits, by function", "orders", "", turn => pgbench.Measure(Pgbench.FourCommitsByFunction, turn)),
            new("**ours**, till session over HTTP: cart, two adds, checkout by card, PostgreSQL", "sessions", "≥ 2,000", turn => Wrk.Sessions(onPostgres, turn)),
            new("**ours**, till session over HTTP: cart, two adds, checkout by card, SQLite", "sessions", "≥ 2,000", turn => Wrk.Sessions(onSqlite, turn)),
        ];
    }

    private static string Table(string machine, Effort effort, List<Contender> contenders, Dictionary<Contender, List<Figure>> figures)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{machine} {effort.Rounds} rounds of {effort.Turn.TotalSeconds:0} s a contender, in turns; medians, and in brackets the slowest and fastest round.");
        text.Append("\n\n| Contender | per second | (of rounds) | mean ms | p99 ms | target | remarks |\n| --- | ---: | ---: | ---: | ---: | --- | --- |\n");
        foreach (var contender in contenders)
        {
            var rounds = figures[contender];
            text.Append(
                CultureInfo.InvariantCulture,
                $"| {contender.Name} | {rounds.Median(f => f.Rate):#,0} {contender.Unit} | ({rounds.Min(f => f.Rate):#,0}–{rounds.Max(f => f.Rate):#,0}) | {rounds.Median(f => f.MeanMs ?? 0):0.0} | {rounds.Median(f => f.P99Ms ?? 0):0.0} | {contender.Target} | {rounds[^1].Note} |\n");
        }

        text.Append(
            """

            For comparison, from another run on a similar machine with 64 clients over TCP: grain state in Orleans' AdoNet storage on PostgreSQL took 2,600
            writes a second on one hot grain and 6,800 on 200 grains (4,600 and 10,000 with a tuned pool and prepared statements). Nothing here uses that storage.
            """);
        return text.ToString();
    }
}
