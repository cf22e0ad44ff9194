using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Pos.Bench.Compare;
using Pos.Journal;
using Pos.Journal.Sqlite;

namespace Pos.Bench;

/// <summary>
/// The reports of the real server on SQLite: what they cost the sales, how far they lag behind them, how fast they read a journal of a million events
/// and are made anew from it, and how fast they answer.
/// </summary>
internal static partial class Reporting
{
    private const int Days = 90;
    private const int ReadsCount = 3_000;
    private const int CopiersCount = 200;
    private static readonly string[] Off = [.. Comparison.NoRateLimit, "--Pos:Streams:Enabled=false", "--Pos:Dashboard=false"];
    private static readonly string[] On = [.. Comparison.NoRateLimit, "--Pos:Dashboard=false"];

    public static async Task RunAsync(Effort effort)
    {
        var machine = await Machine.Describe();
        var (stores, events) = effort.IsTrial ? (20, 60_000) : (1_000, 1_000_000);
        var folder = Directory.CreateTempSubdirectory("pos-bench-reports-").FullName;
        try
        {
            var rows = new List<string>();
            await Sell(folder, stores, effort, rows);
            var (own, all) = await Grow(folder, stores, events);
            await Answer(folder, stores, own, all, rows);
            await Document.Write("streams", $"{machine} SQLite, the server and its load on the same cores.\n\n| What | Figure |\n| --- | --- |\n{string.Join('\n', rows)}\n", effort);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task Sell(string folder, int stores, Effort effort, List<string> rows)
    {
        await using var on = await SiloProcess.StartIn(folder, On);
        await using var off = await SiloProcess.Start(Off);
        foreach (var silo in new[] { on, off })
        {
            await Orders.OpenShop(silo.Port);
            await Wrk.Orders(silo, hotPercent: 0, effort.Turn);
        }

        using var client = Client(on);
        for (var store = 0; store < stores; store++)
        {
            using var defined = await client.PutAsync(new Uri($"/api/v1/stores/s-{store}", UriKind.Relative), Json(
                """{"name":"S","district":"","kind":"shop","currency":"EUR","timeZone":"UTC","taxInclusive":true,"taxRates":{"standard":1900},"tills":["till-1"]}"""));
            defined.EnsureSuccessStatusCode();
        }

        var turns = new List<(Figure On, Figure Off)>();
        for (var round = 0; round < effort.Rounds; round++)
        {
            // Each server goes first in every second round.
            var first = await Wrk.Orders(round % 2 == 0 ? on : off, hotPercent: 0, effort.Turn);
            var second = await Wrk.Orders(round % 2 == 0 ? off : on, hotPercent: 0, effort.Turn);
            turns.Add(round % 2 == 0 ? (first, second) : (second, first));
            await Console.Error.WriteLineAsync(Text($"{round + 1}/{effort.Rounds}: {turns[^1].On.Rate:0}/s with reports, {turns[^1].Off.Rate:0}/s without"));
        }

        double Cost((Figure On, Figure Off) turn) => turn.On.ProcessorMicroseconds / turn.Off.ProcessorMicroseconds;
        double Rate((Figure On, Figure Off) turn) => turn.On.Rate / turn.Off.Rate;
        rows.Add(Text($"| orders/s with all reports, as a ratio to none | **{turns.Median(Rate):0.00}** ({turns.Min(Rate):0.00}–{turns.Max(Rate):0.00}), {turns.Median(static t => t.On.Rate):#,0} to {turns.Median(static t => t.Off.Rate):#,0} |"));
        rows.Add(Text($"| the server's processor an order with all reports, as a ratio to none | **{turns.Median(Cost):0.00}** ({turns.Min(Cost):0.00}–{turns.Max(Cost):0.00}), {turns.Median(static t => t.On.ProcessorMicroseconds):0} to {turns.Median(static t => t.Off.ProcessorMicroseconds):0} µs |"));

        using var stop = new CancellationTokenSource();
        var watching = Watch(client, stop.Token);
        var load = await Wrk.Orders(on, hotPercent: 0, effort.Turn);
        await stop.CancelAsync();
        var lags = await watching;
        rows.Add(Text($"| lag of the sales report behind the journal, asked every 20 ms at {load.Rate:#,0} orders/s | p50 {At(lags, 0.5):0} ms, p99 {At(lags, 0.99):0} ms, most {lags[^1]:0} ms |"));
    }

    private static async Task<double[]> Watch(HttpClient client, CancellationToken stop)
    {
        var lags = new List<double>();
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!stop.IsCancellationRequested)
        {
            await tick.WaitForNextTickAsync(CancellationToken.None);
            lags.Add((double)(await Get(client, "/api/v1/reports/sales?store=bench"))["report"]!["freshness"]!["lagMs"]!);
        }

        return [.. lags.Order()];
    }

    /// <summary>Copies orders that the server has sold, until each store has one on each day and the journal has as many events as are asked for.</summary>
    private static async Task<(long Own, long All)> Grow(string folder, int stores, int events)
    {
        using var instruments = new JournalInstruments();
        using var journal = SqliteJournal.Open(new SqliteJournalOptions { Path = folder }, TimeProvider.System, instruments);
        var templates = await Templates(journal);
        var today = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime);
        var copies = stores * Days;
        var next = 0L;
        await Task.WhenAll(Enumerable.Range(0, CopiersCount).Select(_ => Task.Run(async () =>
        {
            while (true)
            {
                var copy = Interlocked.Increment(ref next) - 1;
                if (copy >= copies && journal.Head >= events)
                {
                    return;
                }

                var store = copy < copies ? $"s-{copy % stores}" : "bench";
                var day = today.AddDays(copy < copies ? -1 - (int)(copy / stores) : -1 - (int)(copy % Days));
                await Copy(journal, templates[(int)(copy % templates.Count)], store, day);
            }
        })));
        var own = 0L;
        await foreach (var recorded in journal.ReadAll(0, CancellationToken.None))
        {
            own += recorded.Context.Store == "bench" ? 1 : 0;
        }

        return (own, journal.Head);
    }

    private static async Task<List<List<RecordedEvent>>> Templates(SqliteJournal journal)
    {
        var orders = new Dictionary<string, List<RecordedEvent>>();
        await foreach (var recorded in journal.ReadAll(0, CancellationToken.None))
        {
            if (recorded.Stream.Category == "order")
            {
                (orders.TryGetValue(recorded.Stream.Value, out var order) ? order : orders[recorded.Stream.Value] = []).Add(recorded);
                if (orders.Count > 5_000)
                {
                    break;
                }
            }
        }

        return [.. orders.Values.Where(static order => order[^1].Type == "order.settled")];
    }

    private static async Task Copy(SqliteJournal journal, List<RecordedEvent> template, string store, DateOnly day)
    {
        var at = new DateTimeOffset(day, new TimeOnly(12, 0), TimeSpan.Zero);
        var session = await journal.Open(new StreamName("order", Convert.ToHexStringLower(System.Security.Cryptography.RandomNumberGenerator.GetBytes(16))), new Nothing(), CancellationToken.None);
        var events = template.ConvertAll(recorded => new NewEvent(recorded.Type, recorded.TypeVersion, recorded.Type == "order.placed"
            ? Encoding.UTF8.GetBytes(Time().Replace(
                Encoding.UTF8.GetString(recorded.Payload.Span).Replace("\"store\":\"bench\"", $"\"store\":\"{store}\"", StringComparison.Ordinal), $"\"$1\":\"{at:yyyy-MM-ddTHH:mm:ssZ}\""))
            : recorded.Payload)).ToArray();
        Task<AppendResult> result;
        while (!session.TryAppend(events, new EventContext(at, store, "till-1"), WakeUpChange.Keep, out result))
        {
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System);
        }

        await result;
    }

    private static async Task Answer(string folder, int stores, long own, long all, List<string> rows)
    {
        await using var silo = await SiloProcess.StartIn(folder, On);
        using var client = Client(silo);
        var began = Stopwatch.GetTimestamp();
        var worked = silo.ProcessorTime;
        foreach (var store in Enumerable.Range(0, stores).Select(static number => $"s-{number}").Prepend("bench"))
        {
            while (!(await Get(client, $"/api/v1/stores/{store}/reports")).AsObjects().All(static report => (long)report["freshness"]!["lagMs"]! == 0))
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
            }
        }

        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        rows.Add(Text($"| three reports of {stores + 1:#,0} stores read a journal of {all:#,0} events after a start | {seconds:0.0} s, {all / seconds:#,0} events/s, {(silo.ProcessorTime - worked).TotalMicroseconds / all:0.0} µs of processor an event |"));

        began = Stopwatch.GetTimestamp();
        worked = silo.ProcessorTime;
        using (var started = new HttpRequestMessage(HttpMethod.Post, new Uri("/api/v1/stores/bench/reports/sales/rebuild", UriKind.Relative)))
        {
            started.Headers.Add("Idempotency-Key", "rebuild");
            using var answer = await client.SendAsync(started);
            answer.EnsureSuccessStatusCode();
        }

        JsonNode rebuild;
        do
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System);
            rebuild = (await Get(client, "/api/v1/stores/bench/reports")).AsObjects().Single(static report => (string?)report["report"] == "sales")["rebuild"]!;
        }
        while ((bool)rebuild["underWay"]!);

        seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        if (rebuild["error"] is not null || rebuild["differences"]!.AsArray().Count > 0)
        {
            throw new InvalidOperationException($"The rebuild: {rebuild.ToJsonString()}");
        }

        var processor = (silo.ProcessorTime - worked).TotalSeconds;
        rows.Add(Text($"| rebuild of the sales report from a journal of {all:#,0} events, {own:#,0} of its store | {seconds:0.0} s, {all / seconds:#,0} events/s; {all / processor:#,0} events a second of processor |"));

        var reads = new List<double>();
        var today = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime);
        for (var read = 0; read < ReadsCount; read++)
        {
            var store = read * 7_919L % stores;
            var start = Stopwatch.GetTimestamp();
            await Get(client, Text($"/api/v1/reports/sales?store=s-{store}&from={today.AddDays(-Days):yyyy-MM-dd}&to={today.AddDays(-1):yyyy-MM-dd}"));
            reads.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        double[] sorted = [.. reads.Order()];
        rows.Add(Text($"| sales of {Days} days of one store of {stores:#,0}, one question at a time | p50 {At(sorted, 0.5):0.0} ms, p99 {At(sorted, 0.99):0.0} ms |"));
    }

    private static IEnumerable<JsonNode> AsObjects(this JsonNode node) =>
        (node as JsonArray ?? node.AsObject().Select(static member => member.Value).OfType<JsonArray>().Single()).Select(static item => item!);

    private static async Task<JsonNode> Get(HttpClient client, string path)
    {
        using var answer = await client.GetAsync(new Uri(path, UriKind.Relative));
        var body = await answer.Content.ReadAsStringAsync();
        return answer.IsSuccessStatusCode ? JsonNode.Parse(body)! : throw new InvalidOperationException($"GET {path}: {(int)answer.StatusCode} {body}");
    }

    private static HttpClient Client(SiloProcess silo)
    {
        var client = new HttpClient { BaseAddress = new Uri(Text($"http://127.0.0.1:{silo.Port}")) };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", SiloProcess.Key);
        return client;
    }

    private static StringContent Json(string body) => new(body, Encoding.UTF8, "application/json");

    private static double At(double[] sorted, double share) => sorted[Math.Min(sorted.Length - 1, (int)(sorted.Length * share))];

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    [GeneratedRegex("\"(occurredAt|placedAt)\":\"[^\"]*\"")]
    private static partial Regex Time();

    private sealed class Nothing : IStreamFold
    {
        public int StateVersion => 0;

        public void Restore(ReadOnlyMemory<byte> state, long version)
        {
            // Only appended to.
        }

        public void Apply(in RecordedEvent recorded)
        {
            // Only appended to.
        }
    }
}
