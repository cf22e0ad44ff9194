using System.Diagnostics;
using System.Globalization;
using Pos.Payments;
using Pos.Payments.Simulator;
using Xunit.Abstractions;
using static Pos.Tests.CardDesk;
using static Pos.Tests.Shopkeeper;

namespace Pos.Tests;

/// <summary>Many cards and a provider that loses, delays and repeats: at the end both books are equal to the cent.</summary>
public sealed class TenThousandPayments(ITestOutputHelper output)
{
    private const int Clients = 100;

    private static readonly Currency[] Currencies = [Pounds, new("EUR"), new("JPY"), new("KWD")];

    [Theory]
    [InlineData(20_261_121, 10_000, false)]
    [InlineData(7, 1_000, true)]
    public void Both_books_are_equal_to_the_cent(int seed, int payments, bool withCrashes)
    {
        var watch = Stopwatch.StartNew();
        var figures = "";
        World.Run(seed, async world =>
        {
            world.Cards.LatencyMax = TimeSpan.FromMilliseconds(80);
            world.Cards.VoidWindow = TimeSpan.FromSeconds(30);
            world.Cards.Chances = new() { LoseReply = 0.20, Late = 0.10, Twice = 0.10, TimeoutBefore = 0.01, TimeoutAfter = 0.01, Down = 0.02 };
            var story = new Story(world, payments);
            var clients = Enumerable.Range(0, Clients).Select(_ => story.Serve()).ToList();
            for (var crash = 0; withCrashes && crash < 20; crash++)
            {
                await world.Pass(TimeSpan.FromSeconds(1));
                world.Restart();
            }

            await Task.WhenAll(clients);
            // The longest that a provider may be late, and the wake-ups behind it.
            await world.Pass(TimeSpan.FromMinutes(30));
            figures = Figures(world, story, await Compare(world));
        });
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"seed {seed}: {figures}, {watch.Elapsed.TotalSeconds:F1} s"));
    }

    private static string Figures(World world, Story story, Books books)
    {
        var states = books.Payments.Values.CountBy(payment => payment.State!.Value).ToDictionary();
        var kinds = world.Ledger.Lines.CountBy(line => line.Kind).ToDictionary();
        Assert.Equal(story.Payments, books.Payments.Count);
        Assert.True(states[PaymentStatus.Voided] > 0 && states[PaymentStatus.Refunded] > 0 && states[PaymentStatus.Abandoned] > 0);
        Assert.All(story.Wanted, wanted => Assert.Equal(wanted.Value, books.Payments[wanted.Key].Kept));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{books.Payments.Count} payments of {books.Kept.Count} orders: {states[PaymentStatus.Captured]} kept, {states[PaymentStatus.Voided]} voided, "
            + $"{states[PaymentStatus.Refunded]} refunded whole, {states[PaymentStatus.Abandoned]} never charged, {states[PaymentStatus.Declined]} declined; "
            + $"ledger: {kinds[LedgerKind.Captured]} captured, {kinds[LedgerKind.Voided]} voided, {kinds[LedgerKind.Refunded]} refunds; "
            + $"calls: {world.Provider.Calls.Charges} charges, {world.Provider.Calls.Queries} queries, "
            + $"{world.Provider.Calls.Voids} voids, {world.Provider.Calls.Refunds} refunds; "
            + $"{world.Silo.Journal.Head} events, {(world.Now - new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero)).TotalMinutes:F0} virtual minutes");
    }

    /// <summary>Clients that take one payment after the other and follow each to its end.</summary>
    private sealed class Story(World world, int payments)
    {
        private int _next;

        public int Payments => payments;

        /// <summary>What is to be kept of each payment, in minor units.</summary>
        public Dictionary<string, long> Wanted { get; } = new(StringComparer.Ordinal);

        public async Task Serve()
        {
            while (_next < payments)
            {
                var number = _next++;
                // Every other order is paid with two cards.
                var id = Number((number / 3) + 1, number % 3 == 2 ? 2 : 1);
                await Follow(number % 3 == 1 ? Number(1_000_000 + number) : id);
            }
        }

        private async Task Follow(PaymentId id)
        {
            var fate = world.Random.Next(100);
            var amount = world.Random.Next(1, 100_000);
            var token = fate < 5 ? TestTokens.DeclineInsufficientFunds : TestTokens.Approve;
            var asked = Asked(id, world.Time, amount, token, LongEnough) with { Amount = new(amount, Currencies[id.Order.Value[^1] % Currencies.Length]) };
            Wanted[id.Value] = fate < 5 ? 0 : amount;
            var charged = world.Persist(_ => new CardDesk(world.Silo.Grains, world.Time).Payment(id).Charge(asked));
            if (fate is >= 5 and < 25)
            {
                // Cancelled in flight.
                await world.Pass(TimeSpan.FromMilliseconds(world.Random.Next(300)));
                await UndoAtLast(world, id);
                Wanted[id.Value] = 0;
                await charged;
                return;
            }

            while ((await charged).Value is { Settled: false })
            {
                charged = world.Persist(_ => new CardDesk(world.Silo.Grains, world.Time).Payment(id).Charge(asked));
            }

            if (fate is >= 25 and < 35)
            {
                // Too late to void, sometimes.
                await world.Pass(TimeSpan.FromSeconds(world.Random.Next(60)));
                await UndoAtLast(world, id);
                Wanted[id.Value] = 0;
            }
            else if (fate is >= 35 and < 50)
            {
                Wanted[id.Value] -= await Return(id, asked.Amount);
            }
        }

        private async Task<long> Return(PaymentId id, Money paid)
        {
            var (back, wanted) = (0L, world.Random.Next(1, 4));
            for (var number = 1; number <= wanted && back < paid.Amount; number++)
            {
                var part = paid with { Amount = world.Random.NextInt64(1, paid.Amount - back + 1) };
                var asked = new RefundPayment(new(id.Value, "", world.Now + TimeSpan.FromHours(1)), ReturnNumber(number), part, LongEnough);
                while (Accepted(await world.Persist(_ => new CardDesk(world.Silo.Grains, world.Time).Payment(id).Refund(asked))) is { Settled: false })
                {
                    // The same again, until it has gone back.
                }

                back += part.Amount;
            }

            return back;
        }
    }
}
