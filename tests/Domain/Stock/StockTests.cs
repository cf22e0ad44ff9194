using Pos.Grains;
using static Pos.Tests.Shopkeeper;

namespace Pos.Tests;

/// <summary>The arithmetic of one item.</summary>
public sealed partial class StockTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset NotAfter = Now.AddHours(1);
    private static readonly DateTimeOffset Soon = Now.AddMinutes(5);
    private static readonly HoldId Hold = new("000000000000000000000000000000aa");
    private static readonly HoldId Other = new("000000000000000000000000000000bb");
    private static readonly Sku Mug = new("mug");

    private static readonly StockEvent Ten = new StockEvent.Received(Key("r"), 10, 10, "");
    private static readonly StockEvent Held = new StockEvent.Reserved(Hold, "order:me", 4, false, NotAfter, Soon, "f");
    private static readonly StockEvent HeldForGood = new StockEvent.Reserved(Hold, "order:me", 4, true, NotAfter, null, "f");
    private static readonly StockEvent Pinned = new StockEvent.HoldPinned(Hold);
    private static readonly StockEvent Committed = new StockEvent.Committed(Hold, 4, 6);
    private static readonly StockEvent Released = new StockEvent.Released(Hold, "order:me", 4, NotAfter);
    private static readonly StockEvent Expired = new StockEvent.Expired(Hold, 4);
    private static readonly StockEvent Tombstone = new StockEvent.Released(Hold, "order:me", 0, NotAfter);

    /// <summary>Where a hold may stand, and what got it there.</summary>
    private static readonly Dictionary<string, StockEvent[]> States = new(StringComparer.Ordinal)
    {
        ["unknown"] = [Ten],
        ["held"] = [Ten, Held],
        ["pinned"] = [Ten, Held, Pinned],
        ["held for good"] = [Ten, HeldForGood],
        ["committed"] = [Ten, Held, Committed],
        ["released"] = [Ten, Held, Released],
        ["expired"] = [Ten, Held, Expired],
        ["tombstone"] = [Ten, Tombstone],
    };

    /// <summary>Every state of a hold × every command on it: what happens, or the refusal.</summary>
    public static TheoryData<string, string, string> Cells => new()
    {
        { "unknown", "reserve", "stock.reserved" },
        { "unknown", "pin", nameof(RejectionCode.UnknownHold) },
        { "unknown", "commit", nameof(RejectionCode.UnknownHold) },
        { "unknown", "release", "stock.released" },
        { "held", "reserve", "" },
        { "held", "pin", "stock.pinned" },
        { "held", "commit", "stock.committed" },
        { "held", "release", "stock.released" },
        { "pinned", "reserve", "" },
        { "pinned", "pin", "" },
        { "pinned", "commit", "stock.committed" },
        { "pinned", "release", "stock.released" },
        { "held for good", "reserve", "" },
        { "held for good", "pin", "" },
        { "held for good", "commit", "stock.committed" },
        { "held for good", "release", "stock.released" },
        { "committed", "reserve", "" },
        { "committed", "pin", nameof(RejectionCode.HoldEnded) },
        { "committed", "commit", "" },
        { "committed", "release", nameof(RejectionCode.HoldEnded) },
        { "released", "reserve", "" },
        { "released", "pin", nameof(RejectionCode.HoldEnded) },
        { "released", "commit", nameof(RejectionCode.HoldEnded) },
        { "released", "release", "" },
        { "expired", "reserve", "" },
        { "expired", "pin", nameof(RejectionCode.HoldEnded) },
        { "expired", "commit", nameof(RejectionCode.HoldEnded) },
        { "expired", "release", "" },
        { "tombstone", "reserve", nameof(RejectionCode.HoldEnded) },
        { "tombstone", "pin", nameof(RejectionCode.HoldEnded) },
        { "tombstone", "commit", nameof(RejectionCode.HoldEnded) },
        { "tombstone", "release", "" },
    };

    [Theory, MemberData(nameof(Cells))]
    public void A_hold_in_any_state_meets_any_command(string state, string command, string expected)
    {
        var verdict = Given(States[state]).When(Command(command, Now));
        if (Enum.TryParse<RejectionCode>(expected, out var code))
        {
            verdict.Refused(code);
            return;
        }

        Assert.Equal(expected, string.Join(' ', verdict.Events.Select(happened => StockJournal.Codec.Write(happened).Type)));
        verdict.Then([.. verdict.Events]);
    }

    [Theory]
    [InlineData("pin")]
    [InlineData("commit")]
    [InlineData("release")]
    public void A_hold_is_ended_by_its_owner_alone(string command)
    {
        foreach (var state in States.Keys.Where(state => state != "unknown"))
        {
            Given(States[state]).When(Command(command, Now, "order:you")).Refused(RejectionCode.HoldNotOwned);
        }
    }

    [Theory]
    [InlineData("pin")]
    [InlineData("commit")]
    public void A_hold_that_is_overdue_has_ended_even_if_nobody_has_noticed(string command) =>
        Given(Ten, Held).When(Command(command, Soon)).Refused(RejectionCode.HoldEnded);

    [Theory]
    [InlineData("commit")]
    [InlineData("release")]
    public void A_pinned_hold_is_ended_by_its_owner_however_late(string command)
    {
        var late = NotAfter.AddDays(3);
        var verdict = Given(Ten, HeldForGood).When(Command(command, late));
        Assert.Single(verdict.Events);
        verdict.Then([.. verdict.Events]);
    }

    [Theory]
    [InlineData("reserve")]
    [InlineData("pin")]
    [InlineData("commit")]
    [InlineData("release")]
    public void What_comes_after_its_time_to_a_hold_that_is_unknown_is_refused(string command) =>
        Given(Ten).When(Command(command, NotAfter.AddTicks(1))).Refused(RejectionCode.OperationTooLate);

    [Fact]
    public void A_hold_takes_from_what_is_available_and_a_commit_from_what_is_on_hand()
    {
        var held = Given(Ten, Held).State;
        Assert.Equal((10, 4, 6, 1), (held.OnHand, held.Held, held.Available, held.LiveHolds));
        var committed = Given(Ten, Held, Committed).State;
        Assert.Equal((6, 0, 6, 0), (committed.OnHand, committed.Held, committed.Available, committed.LiveHolds));
        var released = Given(Ten, Held, Released).State;
        Assert.Equal((10, 0, 10, 0), (released.OnHand, released.Held, released.Available, released.LiveHolds));
    }

    [Fact]
    public void More_than_available_is_refused_with_what_there_is()
    {
        var refused = Given(Ten, Held).When(Reserve(Other, 7)).Refused(RejectionCode.InsufficientStock);
        Assert.Equal(new Shortage(0, Mug, 7, 6), Assert.Single(refused.Shortages));
        Given(Ten, Held).When(Reserve(Other, 6)).Then(new StockEvent.Reserved(Other, "order:me", 6, false, NotAfter, Soon, "f"));
    }

    [Fact]
    public void Backorder_allows_holds_beyond_what_is_available() =>
        Given(Ten, new StockEvent.PolicySet(Key("p"), StockPolicy.Backorder), Held)
            .When(Reserve(Other, 7))
            .Then(new StockEvent.Reserved(Other, "order:me", 7, false, NotAfter, Soon, "f"));

    [Fact]
    public void The_same_hold_for_something_else_is_refused()
    {
        Given(Ten, Held).When(Reserve(Hold, 5)).Refused(RejectionCode.OperationReused);
        Given(Ten, Held).When(Reserve(Hold, 4, owner: "order:you")).Refused(RejectionCode.HoldNotOwned);
        Given(Ten, Held).When(Reserve(Hold, 4, fingerprint: "other")).Refused(RejectionCode.OperationReused);
    }

    [Fact]
    public void Facts_are_never_refused_for_their_quantity_and_honour_live_holds()
    {
        var adjusted = Given(Ten, Held).When(state => StockRules.Decide(state, new StockCommand.Adjust(new(Approved("a"), -9, "theft"), Now)))
            .Then(new StockEvent.Adjusted(Key("a"), -9, "theft", 1, "boss"));
        Assert.Equal((1, -3), (adjusted.State.OnHand, adjusted.State.Available));
        var counted = Given(Ten, Held).When(state => StockRules.Decide(state, new StockCommand.Count(new(Approved("c"), 3), Now)))
            .Then(new StockEvent.Counted(Key("c"), 3, -7, 3, "", "boss"));
        Assert.Equal((3, -1, 4), (counted.State.OnHand, counted.State.Available, counted.State.Held));
        Given(Ten).When(state => StockRules.Decide(state, new StockCommand.Restock(new(Op("b"), 2, ReturnNumber(1)), Now)))
            .Then(new StockEvent.Restocked(Key("b"), 2, ReturnNumber(1), 12));
    }

    [Fact]
    public void What_is_only_said_to_be_there_takes_a_managers_word()
    {
        Given(Ten).When(state => StockRules.Decide(state, new StockCommand.Adjust(new(Op("a"), -9, "theft"), Now))).Refused(RejectionCode.ApprovalRequired);
        Given(Ten).When(state => StockRules.Decide(state, new StockCommand.Count(new(Op("c"), 3), Now))).Refused(RejectionCode.ApprovalRequired);
    }

    [Fact]
    public void Goods_come_in_once_per_operation()
    {
        Given(Ten).When(Receive("r2", 5)).Then(new StockEvent.Received(Key("r2"), 5, 15, ""));
        Given(Ten).When(Receive("r", 10)).ThenNothing();
        Given(Ten).When(Receive("r", 10, "other")).Refused(RejectionCode.OperationReused);
        Given(Ten).When(state => StockRules.Decide(state, new StockCommand.Receive(new(Op("r2"), 5), NotAfter.AddTicks(1))))
            .Refused(RejectionCode.OperationTooLate);
    }

    [Fact]
    public void The_policy_is_set_once_per_operation() =>
        Given(Ten).When(state => StockRules.Decide(state, new StockCommand.SetPolicy(new(Op("p"), StockPolicy.Backorder), Now)))
            .Then(new StockEvent.PolicySet(Key("p"), StockPolicy.Backorder));

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(1_000_000_001)]
    [InlineData(int.MinValue)]
    public void Quantities_out_of_bounds_are_refused(int quantity)
    {
        Given(Ten).When(Receive("x", quantity)).Refused(RejectionCode.InvalidQuantity);
        Given(Ten).When(Reserve(Other, quantity)).Refused(RejectionCode.InvalidQuantity);
        Given(Ten).When(state => StockRules.Decide(state, new StockCommand.Restock(new(Op("x"), quantity, ReturnNumber(1)), Now)))
            .Refused(RejectionCode.InvalidQuantity);
        if (quantity is not (0 or -1))
        {
            Given(Ten).When(state => StockRules.Decide(state, new StockCommand.Adjust(new(Approved("x"), quantity, "why"), Now)))
                .Refused(RejectionCode.InvalidQuantity);
        }
    }

    [Fact]
    public void Senseless_values_are_refused_by_name()
    {
        Given(Ten).When(state => StockRules.Decide(state, new StockCommand.Adjust(new(Approved("x"), 0, "why"), Now))).Refused(RejectionCode.InvalidQuantity);
        Given(Ten).When(state => StockRules.Decide(state, new StockCommand.Adjust(new(Approved("x"), 1, " "), Now))).Refused(RejectionCode.InvalidValue);
        Given(Ten).When(state => StockRules.Decide(state, new StockCommand.Adjust(new(Approved("x"), 1, "why", Now.AddMinutes(1)), Now)))
            .Refused(RejectionCode.TimeInFuture);
        Given(Ten).When(state => StockRules.Decide(state, new StockCommand.Count(new(Approved("x"), -1), Now))).Refused(RejectionCode.InvalidQuantity);
        Given(Ten).When(state => StockRules.Decide(state, new StockCommand.SetPolicy(new(Op("x"), 0), Now))).Refused(RejectionCode.InvalidValue);
        Given(Ten).When(Receive("", 1)).Refused(RejectionCode.InvalidValue);
        Given(Ten).When(Reserve(Other, 1, owner: "")).Refused(RejectionCode.InvalidValue);
        Given(Ten).When(state => StockRules.Decide(state, new StockCommand.Reserve(new(Op("x"), Other, "order:me", 1, Now), Mug, Now)))
            .Refused(RejectionCode.InvalidValue);
    }

    [Fact]
    public void What_is_due_expires_and_nothing_else()
    {
        var later = new StockEvent.Reserved(Other, "order:me", 1, false, NotAfter, Soon.AddTicks(1));
        var given = Given(Ten, Held, later);
        Assert.False(StockRules.HasExpired(given.State, Soon.AddTicks(-1)));
        given.When(state => StockRules.Decide(state, new StockCommand.Expire(Soon.AddTicks(-1)))).ThenNothing();
        var after = given.When(state => StockRules.Decide(state, new StockCommand.Expire(Soon))).Then(Expired);
        Assert.Equal((9, Soon.AddTicks(1)), (after.State.Available, after.State.NextExpiry));
    }

    [Fact]
    public void A_pinned_hold_never_expires()
    {
        Assert.Null(Given(Ten, Held, Pinned).State.NextExpiry);
        Given(Ten, Held, Pinned).When(state => StockRules.Decide(state, new StockCommand.Expire(Soon.AddYears(1)))).ThenNothing();
    }

    private static StockEvent.Released Tombstoned(HoldId hold) => new(hold, "order:me", 0, NotAfter);

    private static Scenario<StockState, StockEvent> Given(params ReadOnlySpan<StockEvent> events) => new(StockJournal.Aggregate, events);

    private static Operation Op(string id, string fingerprint = "f") => new(id, fingerprint, NotAfter);

    private static Operation Approved(string id) => Op(id) with { ApprovedBy = "boss" };

    private static OperationKey Key(string id) => new(id, "f", NotAfter);

    private static Func<StockState, Decision<StockEvent>> Receive(string id, int quantity, string fingerprint = "f") =>
        state => StockRules.Decide(state, new StockCommand.Receive(new(Op(id, fingerprint), quantity), Now));

    private static Func<StockState, Decision<StockEvent>> Reserve(HoldId hold, int quantity, string owner = "order:me", string fingerprint = "f") =>
        state => StockRules.Decide(state, new StockCommand.Reserve(new(Op(hold.Value, fingerprint), hold, owner, quantity, Soon), Mug, Now));

    private static Func<StockState, Decision<StockEvent>> Command(string name, DateTimeOffset now, string owner = "order:me")
    {
        var asked = new HoldCommand(Op($"{name} it"), Hold, owner);
        StockCommand command = name switch
        {
            "reserve" => new StockCommand.Reserve(new(Op(Hold.Value), Hold, owner, 4, now.AddMinutes(5)), Mug, now),
            "pin" => new StockCommand.Pin(asked, now),
            "commit" => new StockCommand.Commit(asked, now),
            _ => new StockCommand.Release(asked, now),
        };
        return state => StockRules.Decide(state, command);
    }
}
