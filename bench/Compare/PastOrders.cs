using System.Globalization;

namespace Pos.Bench.Compare;

/// <summary>
/// A shop's past, by the real grains with a clock of their own: two-line cash orders at an even pace, a million in two days, half of
/// them with the hot item (sku-0), the last of them just now.
/// </summary>
internal static class PastOrders
{
    // An order has two minutes of its clock for its reservations. With more callers orders would run out of that time.
    private const int Callers = 50;
    private static readonly TimeSpan Pace = TimeSpan.FromDays(2) / 1_000_000;

    /// <param name="folder">Folder of the journal.</param>
    /// <param name="settings">Settings of the journal.</param>
    /// <param name="count">Number of orders.</param>
    /// <param name="samples">Number of order ids to return, spread over the whole time.</param>
    public static async Task<string[]> Write(string folder, string[] settings, long count, int samples)
    {
        var clock = new PacedClock(TimeProvider.System.GetUtcNow() - (Pace * count), Pace);
        // Two days pass within minutes. Neither the wake-ups nor the sagas themselves may take every saga for a slow one.
        await using var host = await GrainHost.Start(folder, clock, [.. settings, "--Pos:Grains:SagaWakeUp=01:00:00", "--Pos:Grains:PaymentPatience=01:00:00"]);
        for (var item = 0; item < Orders.Items; item++)
        {
            await host.Item(Sku(item), 1_000_000_000);
        }

        var ids = new System.Collections.Concurrent.ConcurrentBag<string>();
        var every = Math.Max(1, count / samples);
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(async _ =>
        {
            await Task.Yield();
            while (clock.Next() is var number && number <= count)
            {
                var id = await Place(host, number);
                if (number % every == 0)
                {
                    ids.Add(id);
                }

                if (number % (count / 10) == 0)
                {
                    await Console.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{number:#,0} of {count:#,0} past orders"));
                }
            }
        }));
        await Settle(host, count);
        return [.. ids];
    }

    // The server wakes unsettled orders at its start, and their items would then not be cold.
    private static async Task Settle(GrainHost host, long count)
    {
        for (var number = Math.Max(1, count - (10 * Callers)); number <= count; number++)
        {
            var order = host.Client.GetGrain<IOrderGrain>(Id(number));
            while (await order.Get() is { Settled: false })
            {
                await Task.Yield();
            }
        }
    }

    private static async Task<string> Place(GrainHost host, long number)
    {
        var id = Id(number);
        var first = number % 2 == 0 ? 0 : (int)(number * 7_919 % Orders.Items);
        var order = GrainHost.Require(await host.Client.GetGrain<IOrderGrain>(id).Place(new PlaceOrder(
            host.Operation(id) with { Till = GrainHost.Till.Value },
            GrainHost.Store,
            GrainHost.Till,
            [new OrderLineRequest(new Sku(Sku(first)), 1), new OrderLineRequest(new Sku(Sku((int)(number * 31 % Orders.Items))), 2)],
            new TenderRequest(new Money(1_000, GrainHost.Euro), [], null),
            null,
            TimeSpan.FromSeconds(10))));
        return order.State == OrderStatus.Confirmed ? id : throw new InvalidOperationException($"Order {id} is {order.State}: {order.Cancellation}.");
    }

    private static string Id(long number) => string.Create(CultureInfo.InvariantCulture, $"{number:x32}");

    private static string Sku(int item) => string.Create(CultureInfo.InvariantCulture, $"sku-{item}");

    /// <summary>A clock that advances by one step with every order. Its timers are the machine's.</summary>
    private sealed class PacedClock(DateTimeOffset start, TimeSpan step) : TimeProvider
    {
        private long _orders;

        public long Next() => Interlocked.Increment(ref _orders);

        public override DateTimeOffset GetUtcNow() => start + (step * Interlocked.Read(ref _orders));
    }
}
