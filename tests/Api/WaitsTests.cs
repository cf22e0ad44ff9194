using System.Globalization;
using Orleans.Configuration;
using Pos.Api;
using Pos.Api.Access;
using Pos.Api.Host;
using Pos.Api.Server;
using Pos.Grains;
using Pos.Grains.Feeds;
using Pos.Hosting;
using Pos.Journal.Postgres;
using Pos.Journal.Sqlite;
using Pos.Journal.Tail;
using Pos.Payments;
using Pos.Silo;
using Pos.Streams;

namespace Pos.Tests;

/// <summary>The table of all waits in ARCHITECTURE.md is the code's defaults, and each wait leaves room for the waits inside it.</summary>
/// <remarks>With POS_WRITE_DOCS=1 the table is written instead of compared.</remarks>
public sealed class WaitsTests
{
    private const string Begin = "<!-- waits -->";
    private const string End = "<!-- end of waits -->";

    private static readonly ApiOptions Api = new();
    private static readonly GrainsOptions Grains = new();
    private static readonly FeedOptions Feed = new();
    private static readonly JournalStreamsOptions Streams = new();
    private static readonly PostgresJournalOptions Postgres = new();
    private static readonly SqliteJournalOptions Sqlite = new();
    private static readonly TimeSpan CallsMax = Call();
    private static readonly ClusterMembershipOptions Membership = Member();

    [Fact]
    public void the_table_of_waits_is_what_the_code_waits()
    {
        var path = Path.Combine(Root(), "ARCHITECTURE.md");
        var page = File.ReadAllText(path);
        var (from, to) = (page.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length, page.IndexOf(End, StringComparison.Ordinal));
        var expected = page[..from] + "\n" + string.Join('\n', ["| Who waits | For whom | How long | Setting | Then |", "| --- | --- | --- | --- | --- |", .. Rows()]) + "\n" + page[to..];
        if (Environment.GetEnvironmentVariable("POS_WRITE_DOCS") == "1")
        {
            File.WriteAllText(path, expected);
        }

        Assert.Equal(expected, File.ReadAllText(path));
    }

    [Fact]
    public void a_wait_is_longer_than_the_waits_inside_it()
    {
        Assert.True(Api.WaitMax < Api.RequestMax, "A request ends after the wait for its saga.");
        Assert.True(Api.WaitMax < Grains.WaitMax, "A grain waits at least as long as the API asks for.");
        Assert.True(Grains.WaitMax < CallsMax, "A call ends after the wait of the grain that it calls.");
        Assert.True(Grains.PaymentWait < CallsMax, "A call ends after the wait for a payment.");
        Assert.True(CallsMax < Grains.WakeUpLease, "A wake-up is not claimed again while its call may be under way.");
        Assert.True(ClusterClient.ResponseMax(Api) < Api.RequestMax, "A lost call is repeated within its request.");
        Assert.True(Gate.RoomWaitDefault < Api.RequestMax, "A request waits for room within its time.");
        Assert.True(new PaymentsOptions().Resilience.CallTimeout < Grains.PaymentPatience, "An order outlasts one silence of the payment provider.");
        Assert.True(Sqlite.UnknownAfter < CallsMax, "A call ends after the look-up of a commit.");
    }

    private static IEnumerable<string> Rows()
    {
        var resilience = new PaymentsOptions().Resilience;
        yield return Row("server", "a client's headers", Api.HeadersMax, "Api:HeadersMax", "the connection is closed");
        yield return Row("request", "its own body", Api.BodyMax, "Api:BodyMax", "408 `request-timeout`");
        yield return Row("request", "room among the requests under way", Gate.RoomWaitDefault, null, "503 `overloaded`, or 429 `too-many-requests` for one key");
        yield return Row("request", "the end of its saga", Api.WaitMax, "Api:WaitMax", "202 and `Location`");
        yield return Row("request", "everything together", Api.RequestMax, "Api:RequestMax", "503 `outcome-unknown`: the same key shows the outcome");
        yield return Row("connection", "the next request", Api.IdleMax, "Api:IdleMax", "the connection is closed");
        yield return Row("API process", "the answer of a grain", ClusterClient.ResponseMax(Api), "Api:WaitMax and 5 s", "the call is repeated within the request");
        yield return Row("API process", "the next attempt of a lost call", RepeatLostCalls.PauseMin, null, $"the pause doubles up to {Text(RepeatLostCalls.PauseMax)}");
        yield return Row("API process", "its cluster at start", PosClient.ConnectPause, null, "tries again; the process lives and is not ready");
        yield return Row("API process", "news of gateways", PosClient.GatewaysRefresh, null, "asks again");
        yield return Row("silo", "the answer of a grain on another silo", CallsMax, null, "outcome unknown: the caller repeats the operation");
        yield return Row("silo", "a probe of its neighbour", Membership.ProbeTimeout, null, $"after {Membership.NumMissedProbesLimit} missed probes and {Membership.NumVotesForDeathDeclaration} votes the neighbour is declared dead");
        yield return Row("silo", "the table of members", Membership.TableRefreshTimeout, null, "reads again");
        yield return Row("silo", "its own end", OrleansSilo.ShutdownMax, null, "the process ends");
        yield return Row("grain", "the end of its saga, for a caller", Grains.WaitMax, "Pos:Grains:WaitMax", "answers as the saga stands");
        yield return Row("grain", "a payment, before it asks again", Grains.PaymentWait, "Pos:Grains:PaymentWait", "asks again");
        yield return Row("order", "the outcome of its cards", Grains.PaymentPatience, "Pos:Grains:PaymentPatience", "cancels itself and gives the money back");
        yield return Row("payment", "a charge that the provider does not know", Grains.ProviderLateMax, "Pos:Grains:ProviderLateMax", "the charge counts as never made");
        yield return Row("cart", "anybody who touches it", Grains.CartLifetime, "Pos:Grains:CartLifetime", "gives itself up");
        yield return Row("saga", "the next attempt of a step", Grains.RetryMin, "Pos:Grains:RetryMin", $"the pause doubles up to {Text(Grains.RetryMax)} (`Pos:Grains:RetryMax`)");
        yield return Row("saga", "its wake-up, when its activation has died", Grains.SagaWakeUp, "Pos:Grains:SagaWakeUp", "the journal wakes the saga");
        yield return Row("silo", "the next look for due wake-ups", Grains.WakeUpPoll, "Pos:Grains:WakeUpPoll", "looks again");
        yield return Row("other silos", "a claimed wake-up", Grains.WakeUpLease, "Pos:Grains:WakeUpLease", "the wake-up is claimed again");
        yield return Row("payment", "one call of the provider", resilience.CallTimeout, "Payments:Resilience:CallTimeout", "outcome unknown: the provider is asked");
        yield return Row("payment", "the repetition of a call that did nothing", resilience.RetryDelay, "Payments:Resilience:RetryDelay", $"{resilience.RetriesMax} repetitions, with doubled pauses");
        yield return Row("payment", "a provider that fails", resilience.BreakerPause, "Payments:Resilience:BreakerPause", "one call tries the provider");
        yield return Row("journal", "the look-up of a commit, or the sync of the head file, that fails", Sqlite.UnknownAfter, "Journal:UnknownAfter", "outcome unknown: 503 `not-durable`");
        yield return Row("journal", "the next attempt while the store fails", Sqlite.RetryEvery, "Journal:RetryEvery", "tries again");
        yield return Row("journal", "more appends, while many come", Sqlite.LingerMax, "Journal:LingerMax", "commits those that wait");
        yield return Row("journal", "one transaction of PostgreSQL", Postgres.CommandTimeout, "Journal:CommandTimeout", "the transaction is looked up on another connection");
        yield return Row("journal", "a connection to PostgreSQL", Postgres.ConnectTimeout, "Journal:ConnectTimeout", "tries again");
        yield return Row("silo", "events of other silos on PostgreSQL", Postgres.WatchEvery, "Journal:WatchEvery", "asks for the head again");
        yield return Row("feed", "more events, before it reads", Feed.Linger, "Pos:Feed:Linger", "reads");
        yield return Row("feed", "the next read after a failure", Feed.RetryMin, "Pos:Feed:RetryMin", $"the pause doubles up to {Text(Feed.RetryMax)} (`Pos:Feed:RetryMax`)");
        yield return Row("tail reader", "more events, before it reads", TailRegistration.Linger, null, "reads, for the search index and all partitions");
        yield return Row("partition", "its next checkpoint", Streams.CheckpointEvery, "Pos:Streams:CheckpointEvery", "asks consumers to store their states, and stores how far all have");
        yield return Row("partition", "the next read of the past after a failure", JournalReceiver.RewindPause, null, "reads again");
        yield return Row("consumer", "the next time that it stores its state", Streams.SaveEvery, "Pos:Streams:SaveEvery", "stores it, with its position");
        yield return Row("consumer", "the next attempt at an event", Streams.RetryMin, "Pos:Streams:RetryMin", $"the pause doubles; after {Streams.AttemptsMax} attempts (`Pos:Streams:AttemptsMax`) the consumer is parked");
        yield return Row("consumer", "its own reading of the journal, in one call", Streams.CatchUpMax, "Pos:Streams:CatchUpMax", "stores what it has; the call is repeated");
        yield return Row("client", "the memory of its idempotency key", Limits.IdempotencyKeyLifetime, null, "the key may be forgotten");
    }

    private static string Row(string who, string whom, TimeSpan time, string? setting, string then) =>
        $"| {who} | {whom} | {Text(time)} | {(setting is null ? "fixed" : setting.Contains(' ', StringComparison.Ordinal) ? setting : $"`{setting}`")} | {then} |";

    private static string Text(TimeSpan time)
    {
        var (number, unit) = time.TotalSeconds < 1 ? (time.TotalMilliseconds, "ms")
            : time.TotalMinutes < 2 ? (time.TotalSeconds, "s")
            : time.TotalHours < 2 ? (time.TotalMinutes, "min")
            : (time.TotalHours, "h");
        return string.Create(CultureInfo.InvariantCulture, $"{number} {unit}");
    }

    private static TimeSpan Call()
    {
        var options = new SiloMessagingOptions();
        PosSilo.Answer(options);
        return options.ResponseTimeout;
    }

    private static ClusterMembershipOptions Member()
    {
        var options = new ClusterMembershipOptions();
        PosSilo.Detect(options);
        return options;
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "Pos.Orleans.sln")))
        {
            folder = folder.Parent;
        }

        return folder.FullName;
    }
}
