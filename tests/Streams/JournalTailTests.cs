using Pos.Journal;
using Pos.Journal.Tail;

namespace Pos.Tests;

/// <summary>The one reader of the journal's end, without Orleans.</summary>
public sealed class JournalTailTests : WithWorld
{
    [Fact]
    public async Task however_many_follow_each_position_is_read_once()
    {
        using var tail = new JournalTail(World.Journal);
        var followers = Enumerable.Range(0, 8).Select(_ => tail.Follow(0)).ToArray();
        for (var round = 0; round < 10; round++)
        {
            var reads = tail.SharedReads;
            var waiting = followers.Select(follower => follower.Read(CancellationToken.None).AsTask()).ToArray();
            await World.Append("berlin", 5);
            var pages = await Task.WhenAll(waiting);
            Assert.All(pages, page => Assert.Equal(5, page.Events.Count));
            Assert.Equal(reads + 1, tail.SharedReads);
        }

        Assert.Equal(0, tail.WindowEvents);
    }

    [Fact]
    public async Task a_slow_follower_costs_the_window_and_gets_all_the_same()
    {
        using var tail = new JournalTail(World.Journal, new(PageEventsMax: 100, WindowEventsMax: 500));
        using var slow = tail.Follow(0);
        using var fast = tail.Follow(0);
        for (var round = 0; round < 30; round++)
        {
            await World.Append("berlin", 100);
            await ReadTo(fast, World.Journal.Head);
            Assert.InRange(tail.WindowEvents, 0, 600);
        }

        Assert.Equal(Enumerable.Range(1, 3_000).Select(position => (long)position), await ReadTo(slow, World.Journal.Head));
        Assert.Equal(0, tail.WindowEvents);
    }

    [Fact]
    public async Task a_follower_of_everything_gets_everything_though_the_others_follow_little()
    {
        using var tail = new JournalTail(World.Journal);
        using var narrow = tail.Follow(0, ["other"]);
        await World.Append("berlin", 10);
        await ReadTo(narrow, World.Journal.Head);
        var waiting = narrow.Read(CancellationToken.None).AsTask();
        using var wide = tail.Follow(0);
        await World.Append("berlin", 10);
        Assert.Equal(20, (await ReadTo(wide, World.Journal.Head)).Count);
        Assert.Empty((await waiting).Events);
        Assert.Equal(20, narrow.Position);
    }

    [Fact]
    public async Task a_read_that_is_given_up_leaves_the_position_and_the_others()
    {
        using var tail = new JournalTail(World.Journal);
        using var one = tail.Follow(0);
        using var other = tail.Follow(0);
        using var patience = new CancellationTokenSource();
        var given = one.Read(patience.Token).AsTask();
        var kept = other.Read(CancellationToken.None).AsTask();
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given);
        await World.Append("berlin", 3);
        Assert.Equal(3, (await kept).Events.Count);
        Assert.Equal(3, (await one.Read(CancellationToken.None)).Events.Count);
    }

    private static async Task<List<long>> ReadTo(JournalFollower follower, long head)
    {
        var positions = new List<long>();
        while (follower.Position < head)
        {
            positions.AddRange((await follower.Read(CancellationToken.None)).Events.Select(recorded => recorded.Position));
        }

        return positions;
    }
}
