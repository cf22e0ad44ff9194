using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Pos.Grains;

namespace Pos.Tests;

/// <summary>Whatever is asked in whatever order: the arithmetic holds.</summary>
public sealed class StockProperties
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly Sku Mug = new("mug");

    /// <summary>One thing asked: which of the commands, about which of few holds, how much, and how much later.</summary>
    private sealed record Ask(int What, int Hold, int Quantity, int SecondsLater);

    [Fact]
    public void Stock_is_conserved_and_every_hold_ends_once_whatever_is_asked() =>
        Prop.ForAll(Asks(), asks => Play(asks)).Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    private static Arbitrary<Ask[]> Asks() => (
        from what in Gen.Choose(0, 9)
        from hold in Gen.Choose(0, 5)
        from quantity in Gen.Choose(-2, 12)
        from later in Gen.Frequency((4, Gen.Choose(0, 30)), (1, Gen.Choose(31, 600)))
        select new Ask(what, hold, quantity, later)).ArrayOf().ToArbitrary();

    private static void Play(Ask[] asks)
    {
        var (state, now) = (StockRules.Initial, Start);
        var model = new Model();
        var events = new List<StockEvent>();
        for (var i = 0; i < asks.Length; i++)
        {
            now = now.AddSeconds(asks[i].SecondsLater);
            Apply(new StockCommand.Expire(now));
            var command = Command(asks[i], i, now);
            if (Apply(command) is null)
            {
                Assert.Empty(StockRules.Decide(state, command).Events);
                Assert.Null(StockRules.Decide(state, command).Rejection);
            }

            model.Check(state);
            state = StockRules.Tidy(state, now, 1);
            model.Check(state);
        }

        var folded = events.Aggregate(StockRules.Initial, StockRules.Evolve);
        var format = StockJournal.Aggregate.Snapshots!;
        var (tidied, played) = (StockRules.Tidy(folded, now, int.MaxValue), StockRules.Tidy(state, now, int.MaxValue));
        Assert.Equal(format.Write(tidied), format.Write(played));
        Assert.Equal(format.Write(played), format.Write(format.Read(format.Write(played))));

        Rejection? Apply(StockCommand asked)
        {
            var decision = StockRules.Decide(state, asked);
            foreach (var happened in decision.Events)
            {
                model.Happened(happened, state);
                state = StockRules.Evolve(state, happened);
                events.Add(happened);
            }

            Assert.True(decision.Rejection is null || decision.Events.IsEmpty);
            return decision.Rejection;
        }
    }

    private static StockCommand Command(Ask ask, int number, DateTimeOffset now)
    {
        var id = number.ToString(CultureInfo.InvariantCulture);
        var operation = new Operation(id, "f", now.AddMinutes(2), ApprovedBy: "boss");
        // Few holds, so that everything collides; a new one every five minutes, so that some are forgotten.
        var period = (now - Start).Ticks / TimeSpan.FromMinutes(5).Ticks;
        var hold = new HoldId(((period * 10) + ask.Hold).ToString("x32", CultureInfo.InvariantCulture));
        // What is said of one hold always has the same bound, however often it is said.
        operation = operation with { NotAfter = ask.What < 5 ? operation.NotAfter : Start + TimeSpan.FromMinutes((5 * period) + 7) };
        var held = new HoldCommand(operation, hold, ask.Hold == 5 ? "order:you" : "order:me");
        return ask.What switch
        {
            0 => new StockCommand.Receive(new(operation, ask.Quantity), now),
            1 => new StockCommand.Restock(new(operation, ask.Quantity, Shopkeeper.ReturnNumber(1)), now),
            2 => new StockCommand.Adjust(new(operation, -ask.Quantity, "why"), now),
            3 => new StockCommand.Count(new(operation, ask.Quantity), now),
            4 => new StockCommand.SetPolicy(new(operation, ask.Quantity == 12 ? StockPolicy.Backorder : StockPolicy.Deny), now),
            5 or 6 => new StockCommand.Reserve(
                new(operation with { Fingerprint = "" }, hold, "order:me", 1 + ask.Hold, now.AddSeconds(90), Pinned: ask.Quantity > 6), Mug, now),
            7 => new StockCommand.Pin(held, now),
            8 => new StockCommand.Commit(held, now),
            _ => new StockCommand.Release(held, now),
        };
    }

    /// <summary>The same, written as plainly as can be.</summary>
    private sealed class Model
    {
        private readonly Dictionary<HoldId, int> _live = [];
        private readonly HashSet<HoldId> _ended = [];
        private long _onHand;

        public void Happened(StockEvent happened, StockState before)
        {
            switch (happened)
            {
                case StockEvent.Received e:
                    _onHand += e.Quantity;
                    break;
                case StockEvent.Restocked e:
                    _onHand += e.Quantity;
                    break;
                case StockEvent.Adjusted e:
                    _onHand += e.Delta;
                    break;
                case StockEvent.Counted e:
                    _onHand += e.Delta;
                    break;
                case StockEvent.Reserved e:
                    Assert.DoesNotContain(e.Hold, _ended);
                    Assert.True(before.Policy == StockPolicy.Backorder || _onHand - _live.Values.Sum() >= e.Quantity, "oversold");
                    _live.Add(e.Hold, e.Quantity);
                    break;
                case StockEvent.Committed e:
                    _onHand -= e.Quantity;
                    End(e.Hold, e.Quantity);
                    break;
                case StockEvent.Released { Quantity: 0 } e:
                    Assert.DoesNotContain(e.Hold, _live.Keys);
                    Assert.True(_ended.Add(e.Hold));
                    break;
                case StockEvent.Released e:
                    End(e.Hold, e.Quantity);
                    break;
                case StockEvent.Expired e:
                    Assert.Equal(HoldStatus.Held, before.Holds[e.Hold].State);
                    End(e.Hold, e.Quantity);
                    break;
                case StockEvent.PolicySet or StockEvent.HoldPinned:
                    break;
                default:
                    Assert.Fail($"the model does not know {happened}");
                    break;
            }
        }

        public void Check(StockState state)
        {
            Assert.Equal((_onHand, _live.Values.Sum(), _live.Count), (state.OnHand, state.Held, state.LiveHolds));
            Assert.Equal(_live.Count, state.Holds.Values.Count(hold => hold.IsLive));
            Assert.Equal(
                state.Holds.Where(hold => hold.Value.State == HoldStatus.Held).Select(hold => new Expiry(hold.Value.ExpiresAt!.Value, hold.Key)).Order().ToList(),
                state.Expiries.ToList());
        }

        private void End(HoldId hold, int quantity)
        {
            Assert.True(_live.Remove(hold, out var held), "what is not live ends");
            Assert.Equal(held, quantity);
            Assert.True(_ended.Add(hold), "a hold ends twice");
        }
    }
}
