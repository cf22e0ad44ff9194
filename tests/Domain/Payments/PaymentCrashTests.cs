using Pos.Payments;
using Pos.Payments.Simulator;
using Pos.Tests.Simulated.Journal;
using static Pos.Tests.CardDesk;
using static Pos.Tests.Shopkeeper;

namespace Pos.Tests;

/// <summary>Whatever dies at whichever step of a payment, its outcome is the same and the money is where both books say.</summary>
public sealed class PaymentCrashTests
{
    private static readonly PaymentId One = Number(1);

    public enum Blow
    {
        CrashBeforeTheWrite,
        CrashAfterTheWriteIsThere,
        CrashBeforeAnyoneIsTold,
        TheWriteFails,
        TheReplyIsLost,
    }

    public static TheoryData<Blow, string> Blows
    {
        get
        {
            var all = new TheoryData<Blow, string>();
            foreach (var blow in Enum.GetValues<Blow>())
            {
                foreach (var token in new[] { TestTokens.Approve, TestTokens.TimeoutAfter, TestTokens.AnswerLate, TestTokens.DeclineLostCard })
                {
                    all.Add(blow, token);
                }
            }

            return all;
        }
    }

    public static TheoryData<string> Tokens => [.. TestTokens.All];

    [Theory, MemberData(nameof(Blows))]
    public void A_blow_at_any_write_of_a_charge_changes_nothing_in_its_outcome(Blow blow, string token)
    {
        for (var write = 1; write <= 2; write++)
        {
            var (at, struck) = (write, false);
            World.Run(write, async world =>
            {
                Strike(world, blow, at, () => struck = true);
                await world.Persist(_ => new CardDesk(world.Silo.Grains, world.Time).Charge(One, 1_330, token));
                await world.Pass(TimeSpan.FromMinutes(5));
                var declined = token == TestTokens.DeclineLostCard;
                var kept = Assert.Single((await Compare(world)).Payments).Value;
                Assert.Equal((declined ? PaymentStatus.Declined : PaymentStatus.Captured, declined ? 0 : 1_330), (kept.State, kept.Kept));
            });
            Assert.True(struck, $"there was no write {write}");
        }
    }

    [Theory, MemberData(nameof(Blows))]
    public void A_blow_at_any_write_of_an_undo_keeps_nothing(Blow blow, string token)
    {
        for (var write = 1; write <= 5; write++)
        {
            var at = write;
            World.Run(write, async world =>
            {
                world.Cards.VoidWindow = write % 2 == 0 ? TimeSpan.Zero : TimeSpan.FromHours(1);
                Strike(world, blow, at, () => { });
                var charged = world.Persist(_ => new CardDesk(world.Silo.Grains, world.Time).Charge(One, 1_330, token));
                await world.Pass(TimeSpan.FromMilliseconds(at));
                await UndoAtLast(world, One);
                await charged;
                await world.Pass(TimeSpan.FromMinutes(30));
                Assert.All((await Compare(world)).Payments, payment => Assert.Equal(0, payment.Value.Kept));
            });
        }
    }

    [Theory, MemberData(nameof(Tokens))]
    public void Nobody_has_to_ask_for_a_payment_to_end_whenever_the_silo_dies(string token)
    {
        for (var instant = 0; instant <= 400; instant += 8)
        {
            var at = instant;
            World.Run(instant, async world =>
            {
                world.Cards.LatencyMax = TimeSpan.FromMilliseconds(100);
                world.Cards.VoidWindow = TimeSpan.FromMilliseconds(200);
                var desk = new CardDesk(world.Silo.Grains, world.Time);
                Accepted(await desk.Charge(One, 1_330, token, TimeSpan.Zero));
                var undone = at % 16 == 0;
                if (undone)
                {
                    await world.Pass(TimeSpan.FromMilliseconds(at / 2));
                    Accepted(await desk.Undo(One, TimeSpan.Zero));
                }

                await world.Pass(TimeSpan.FromMilliseconds(at));
                world.Restart();
                await world.Pass(TimeSpan.FromMinutes(30));
                var ended = Assert.Single((await Compare(world)).Payments).Value;
                Assert.True(ended.State is not PaymentStatus.Requested, $"{token} at {at} ms: {ended.State}");
                Assert.Equal(undone || ended.State == PaymentStatus.Declined ? 0 : 1_330, ended.Kept);
            });
        }
    }

    [Fact]
    public void A_refund_survives_whatever_dies()
    {
        for (var instant = 0; instant <= 300; instant += 5)
        {
            var at = instant;
            World.Run(instant, async world =>
            {
                var desk = new CardDesk(world.Silo.Grains, world.Time);
                Accepted(await desk.Charge(One, 1_330, TestTokens.Approve));
                world.Cards.LatencyMax = TimeSpan.FromMilliseconds(100);
                world.Cards.Chances = new() { LoseReply = 0.3, TimeoutBefore = 0.1, Down = 0.1 };
                Accepted(await desk.Refund(One, 1, 330, TimeSpan.Zero));
                await world.Pass(TimeSpan.FromMilliseconds(at));
                world.Restart();
                await world.Pass(TimeSpan.FromMinutes(30));
                Assert.Equal(1_000, (await Compare(world)).Kept.Values.Single());
                Assert.Equal([LedgerKind.Captured, LedgerKind.Refunded], world.Ledger.Lines.Select(line => line.Kind));
            });
        }
    }

    private static void Strike(World world, Blow blow, int write, Action struck)
    {
        var writes = 0;
        var point = blow switch
        {
            Blow.CrashAfterTheWriteIsThere => SimulatedPoint.Sync,
            Blow.CrashBeforeAnyoneIsTold => SimulatedPoint.Acknowledge,
            Blow.TheReplyIsLost => SimulatedPoint.Reply,
            _ => SimulatedPoint.Write,
        };
        world.Faults = at =>
        {
            if (at != point || ++writes != write)
            {
                return SimulatedFault.None;
            }

            struck();
            return blow switch
            {
                Blow.TheWriteFails or Blow.TheReplyIsLost => SimulatedFault.Fail,
                Blow.CrashBeforeTheWrite => SimulatedFault.CrashLosing,
                _ => SimulatedFault.CrashKeeping,
            };
        };
        world.Silo.Journal.Crashed += world.Restart;
    }
}
