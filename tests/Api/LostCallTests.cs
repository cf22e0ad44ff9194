using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Orleans.Networking.Shared;
using Orleans.Runtime;
using Orleans.Runtime.Messaging;
using Pos.Api;
using Pos.Api.Server;

namespace Pos.Tests;

/// <summary>A call that is lost with its silo is repeated within the request's time, and is done once.</summary>
public sealed class LostCallTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task a_call_that_a_silo_took_with_it_is_repeated_and_done_once(bool afterItWasDone)
    {
        var losses = new Losses { Left = 3, AfterItWasDone = afterItWasDone, Method = nameof(IOrderGrain.Place) };
        await using var host = await Start(losses);
        var shop = await Shop.Open(host);
        await shop.Product("tea", stock: 10);
        var sold = await shop.Sell("tea", key: "once");
        Assert.Equal(HttpStatusCode.Created, sold.Status);
        Assert.Equal(0, losses.Left);
        Assert.Equal(9, (int)(await shop.Get("/stores/london/stock/tea"))["available"]);
        Assert.Single(await shop.All("/orders?store=london", 10));
    }

    [Theory]
    [MemberData(nameof(LossesOfTheTransport))]
    public async Task a_call_is_repeated_whatever_the_transport_lost_it_with(string kind)
    {
        var losses = new Losses { Left = 2, Method = nameof(IOrderGrain.Place), Fault = () => TransportFaults[kind] };
        await using var host = await Start(losses);
        var shop = await Shop.Open(host);
        await shop.Product("tea", stock: 10);
        Assert.Equal(HttpStatusCode.Created, (await shop.Sell("tea", key: "once")).Status);
        Assert.Equal(0, losses.Left);
    }

    [Fact]
    public async Task an_overtaken_activation_is_asked_again_and_the_next_one_answers()
    {
        var losses = new Losses { Left = 1, Method = nameof(IStockGrain.Receive), Fault = static () => new NotDurableException("Another activation has taken over.") };
        await using var host = await Start(losses);
        var shop = await Shop.Open(host);
        await shop.Product("tea", stock: 10);
        Assert.Equal(10, (int)(await shop.Get("/stores/london/stock/tea"))["available"]);
        Assert.Equal(0, losses.Left);
    }

    [Theory]
    [InlineData(true, HttpStatusCode.Created, 9)]
    [InlineData(false, HttpStatusCode.ServiceUnavailable, 10)]
    public async Task what_has_no_answer_in_its_time_is_repeated_where_no_grain_of_the_same_process_may_still_be_at_it(
        bool alsoUnanswered, HttpStatusCode status, int left)
    {
        var losses = new Losses { Left = 1, Method = nameof(IOrderGrain.Place), Fault = static () => new TimeoutException("No answer.") };
        await using var host = await PosHost.Start(services => services.AddRepetitionOfLostCalls(alsoUnanswered).AddSingleton<IOutgoingGrainCallFilter>(losses));
        var shop = await Shop.Open(host);
        await shop.Product("tea", stock: 10);
        Assert.Equal(status, (await shop.Sell("tea", key: "once")).Status);
        Assert.Equal(left, (int)(await shop.Get("/stores/london/stock/tea"))["available"]);
    }

    [Fact]
    public async Task a_cluster_that_stays_away_is_said_within_the_requests_time()
    {
        var losses = new Losses { Left = int.MaxValue, Method = nameof(IStoreGrain.Get) };
        await using var host = await Start(losses, new("Api:WaitMax", "00:00:00.5"), new("Api:RequestMax", "00:00:02.5"));
        var shop = new Shop(host);
        var answer = await shop.Get("/stores/london");
        Shop.IsProblem(answer, 503, "unavailable");
        Assert.InRange(int.MaxValue - losses.Left, 3, 40);
    }

    [Fact]
    public async Task what_the_journal_fails_is_the_clients_to_repeat()
    {
        var losses = new Losses { Left = int.MaxValue, Method = nameof(IStoreGrain.Get), Fault = static () => new NotDurableException("The journal is away.") };
        await using var host = await Start(losses);
        Shop.IsProblem(await new Shop(host).Get("/stores/london"), 503, "not-durable");
        Assert.Equal(4, int.MaxValue - losses.Left);
    }

    private static readonly Dictionary<string, Exception> TransportFaults = new Exception[]
    {
        new SiloUnavailableException("The silo is dead."),
        new ConnectionFailedException("Unable to connect to the gateway, will retry after 985 ms"),
        new SocketConnectionException("Connection refused"),
        new ConnectionAbortedException("Underlying connection closed"),
        new GatewayTooBusyException(),
    }.ToDictionary(fault => fault.GetType().Name);

    public static IEnumerable<object[]> LossesOfTheTransport() => TransportFaults.Keys.Select(kind => new object[] { kind });

    private static Task<PosHost> Start(Losses losses, params KeyValuePair<string, string?>[] settings) => PosHost.Start(
        services => services.AddRepetitionOfLostCalls(alsoUnanswered: true).AddSingleton<IOutgoingGrainCallFilter>(losses), settings: settings);

    /// <summary>Loses calls of the API to one method.</summary>
    private sealed class Losses : IOutgoingGrainCallFilter
    {
        private int _left;

        public int Left { get => _left; init => _left = value; }

        public bool AfterItWasDone { get; init; }

        public required string Method { get; init; }

        public Func<Exception> Fault { get; init; } = static () => new SiloUnavailableException("The silo is dead.");

        public async Task Invoke(IOutgoingGrainCallContext context)
        {
            var isLost = context.MethodName == Method && context.SourceContext is null && Volatile.Read(ref _left) > 0 && Interlocked.Decrement(ref _left) >= 0;
            if (!isLost || AfterItWasDone)
            {
                await context.Invoke();
            }

            if (isLost)
            {
                throw Fault();
            }
        }
    }
}
