using Pos.Journal;
using Pos.Tests.Simulated.Journal;

namespace Pos.Tests;

/// <summary>The hashed encoding is a storage format: these values never change.</summary>
public class ChainHashTests
{
    private static readonly RecordedEvent Event = new(
        7, new StreamName("stock", "london/85123A"), 3, "stock.reserved", 2, new DateTimeOffset(2026, 1, 5, 9, 0, 0, TimeSpan.Zero),
        new EventContext(new DateTimeOffset(2026, 1, 5, 8, 0, 0, TimeSpan.Zero), "london", "till-7", "ánna", "order-1", "cmd-1", "00-t"),
        "{\"quantity\":2}"u8.ToArray(), default);

    /// <summary>Computed apart from our code, from the documentation of <see cref="ChainHash"/> alone.</summary>
    [Fact]
    public void the_hash_of_a_known_event_is_pinned() => Assert.Equal(
        "cfcc2b2a03757a2e601c7ac0e46a13180d7dee5a52a043ea3b8160f86a12f470",
        Convert.ToHexStringLower(ChainHash.Compute(ChainHash.Start, Event)));

    [Fact]
    public void every_part_of_the_envelope_but_the_position_is_covered()
    {
        var known = Convert.ToHexString(ChainHash.Compute(ChainHash.Start, Event));
        Assert.Equal(known, Convert.ToHexString(ChainHash.Compute(ChainHash.Start, Event with { Position = 8 })));
        var context = Event.Context;
        RecordedEvent[] others =
        [
            Event with { Stream = new StreamName("stock", "london/85123B") },
            Event with { Version = 4 },
            Event with { Type = "stock.released" },
            Event with { TypeVersion = 3 },
            Event with { RecordedAt = Event.RecordedAt.AddTicks(1) },
            Event with { Payload = "{\"quantity\":3}"u8.ToArray() },
            Event with { Context = context with { OccurredAt = context.OccurredAt.AddTicks(1) } },
            Event with { Context = context with { Store = "paris" } },
            Event with { Context = context with { Till = "" } },
            Event with { Context = context with { Actor = "bob" } },
            Event with { Context = context with { Correlation = "order-2" } },
            Event with { Context = context with { Causation = "cmd-2" } },
            Event with { Context = context with { TraceParent = "00-u" } },
            // The same characters, differently cut.
            Event with { Context = context with { Store = "londont", Till = "ill-7" } },
        ];
        var hashes = others.Select(e => Convert.ToHexString(ChainHash.Compute(ChainHash.Start, e))).Append(known).ToList();
        Assert.Equal(hashes.Count, hashes.Distinct().Count());
        Assert.NotEqual(known, Convert.ToHexString(ChainHash.Compute(ChainHash.Compute(ChainHash.Start, Event), Event)));
    }

    [Fact]
    public async Task a_simulated_journal_with_nothing_but_a_clock_is_durable_before_the_append_returns()
    {
        using var journal = new SimulatedJournal(TimeProvider.System);
        var session = await journal.Open(Event.Stream, new Recorder(), CancellationToken.None);
        session.TryAppend([new NewEvent("x", 1, default)], Event.Context, WakeUpChange.Keep, out var result);
        Assert.True(result.IsCompletedSuccessfully);
        Assert.Equal((AppendResult.Durable, 1L), (await result, journal.Head));
    }
}
