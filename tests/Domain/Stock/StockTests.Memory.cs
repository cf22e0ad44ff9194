using Pos.Grains;

namespace Pos.Tests;

/// <summary>What an item remembers, for how long, and how much of it.</summary>
public sealed partial class StockTests
{
    [Fact]
    public void No_item_keeps_holds_or_memories_without_bound()
    {
        var crowded = new Scenario<StockState, StockEvent>(
            StockJournal.Aggregate, Given(Ten, Held).State with { LiveHolds = Limits.LiveHoldsPerItemMax });
        crowded.When(Reserve(Other, 1)).Refused(RejectionCode.TooManyPending);
        crowded.When(Reserve(Hold, 4)).ThenNothing();
        Assert.Single(crowded.When(Command("commit", Now)).Events);
        Assert.Single(crowded.When(Receive("r2", 1)).Events);

        // As if so many of the holds it knows had ended.
        var burdened = new Scenario<StockState, StockEvent>(
            StockJournal.Aggregate, Given(Ten, Held).State with { LiveHolds = -Limits.RememberedPerItemMax });
        burdened.When(Reserve(Other, 1)).Refused(RejectionCode.TooManyPending);
        burdened.When(Receive("r2", 1)).Refused(RejectionCode.TooManyPending);
        burdened.When(Receive("r", 10)).ThenNothing();
        Assert.Single(burdened.When(Command("release", Now)).Events);
    }

    [Fact]
    public void Ended_holds_and_operations_are_forgotten_after_their_time_and_still_refused()
    {
        var later = NotAfter.AddMinutes(3);
        var tidy = StockRules.Tidy(Given(Ten, Held, Committed, Tombstoned(Other)).State, later, int.MaxValue);
        Assert.Equal((0, 0, 0), (tidy.Remembered, tidy.Holds.Count, tidy.Operations.Count));
        var forgotten = new Scenario<StockState, StockEvent>(StockJournal.Aggregate, tidy);
        forgotten.When(Command("reserve", later)).Refused(RejectionCode.OperationTooLate);
        forgotten.When(Command("commit", later)).Refused(RejectionCode.OperationTooLate);
        // Not even a clock that is set back makes them new again.
        forgotten.When(Command("reserve", Now)).Refused(RejectionCode.OperationTooLate);
        forgotten.When(Receive("r", 10)).Refused(RejectionCode.OperationTooLate);
    }

    /// <summary>A pinned hold may live for days; whoever ends it then may lose the answer as anybody may.</summary>
    [Theory]
    [InlineData("commit")]
    [InlineData("release")]
    public void Whoever_ends_a_hold_days_later_can_repeat_that_for_as_long_as_their_key_is_kept(string end)
    {
        var later = NotAfter.AddDays(3);
        var asked = new HoldCommand(Op("end it") with { NotAfter = later.AddHours(24) }, Hold, "order:me");
        Decision<StockEvent> End(StockState state, DateTimeOffset now) => StockRules.Decide(
            state, end == "commit" ? new StockCommand.Commit(asked, now) : new StockCommand.Release(asked, now));
        var ended = Given(Ten, HeldForGood).When(state => End(state, later)).Then(
            end == "commit" ? new StockEvent.Committed(Hold, 4, 6, later.AddHours(24)) : new StockEvent.Released(Hold, "order:me", 4, later.AddHours(24)));
        var next = new Scenario<StockState, StockEvent>(StockJournal.Aggregate, StockRules.Tidy(ended.State, later.AddHours(23), int.MaxValue));
        next.When(state => End(state, later.AddHours(23))).ThenNothing();
        Assert.Contains(Hold, next.State.Holds.Keys);
        var after = StockRules.Tidy(ended.State, later.AddHours(25), int.MaxValue);
        Assert.Empty(after.Holds);
    }

    [Fact]
    public void Live_holds_and_what_is_still_remembered_are_not_forgotten()
    {
        var state = Given(Ten, Held, Pinned, Tombstoned(Other)).State;
        Assert.Same(state, StockRules.Tidy(state, NotAfter, int.MaxValue));
        var tidy = StockRules.Tidy(state, NotAfter.AddMinutes(3), int.MaxValue);
        Assert.Equal((1, 4), (tidy.Holds.Count, tidy.Held));
    }

    [Fact]
    public void Forgetting_costs_each_decision_only_a_little()
    {
        var state = Given(Ten, Held, Committed, Tombstoned(Other)).State;
        Assert.Equal(2, StockRules.Tidy(state, NotAfter.AddMinutes(3), 1).Remembered);
        Assert.Equal(1, StockRules.Tidy(state, NotAfter.AddMinutes(3), 2).Remembered);
    }

    [Fact]
    public void A_snapshot_gives_the_state_back()
    {
        var state = StockRules.Tidy(Given(Ten, Held, Pinned, Tombstoned(Other)).State, NotAfter, int.MaxValue);
        var format = StockJournal.Aggregate.Snapshots!;
        var restored = format.Read(format.Write(state));
        Assert.Equal(format.Write(state), format.Write(restored));
        Assert.Equivalent(state with { Holds = restored.Holds }, restored);
        Assert.Equal(state.Holds.OrderBy(hold => hold.Key.Value), restored.Holds.OrderBy(hold => hold.Key.Value));
    }
}
