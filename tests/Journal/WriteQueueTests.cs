using Pos.Journal;
using Pos.Journal.Writing;

namespace Pos.Tests;

/// <summary>How the committer gathers a batch under load.</summary>
public sealed class WriteQueueTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly WriteQueue _queue = new(new JournalOptions());

    public void Dispose() => _queue.Dispose();

    [Fact]
    public void gathering_ends_when_as_many_wait_as_were_asked_for()
    {
        var gathering = Gather(3, TimeSpan.FromHours(1));
        Enter(3);
        Assert.True(gathering.Join(Patience));
        Assert.Equal(3, _queue.WaitAndTake()!.Operations.Count);
    }

    [Fact]
    public void gathering_ends_at_once_when_enough_wait_already()
    {
        Enter(3);
        Assert.True(Gather(3, TimeSpan.FromHours(1)).Join(Patience));
    }

    [Fact]
    public void gathering_ends_after_its_time_with_what_there_is()
    {
        Enter(1);
        Assert.True(Gather(3, TimeSpan.FromMilliseconds(1)).Join(Patience));
        Assert.Single(_queue.WaitAndTake()!.Operations);
    }

    [Fact]
    public void a_queue_that_closes_ends_the_gathering()
    {
        var gathering = Gather(3, TimeSpan.FromHours(1));
        _queue.Close();
        Assert.True(gathering.Join(Patience));
        Assert.Null(_queue.WaitAndTake());
    }

    [Fact]
    public void an_operation_after_a_gathering_still_wakes_the_committer()
    {
        Assert.True(Gather(3, TimeSpan.FromMilliseconds(1)).Join(Patience));
        Batch? taken = null;
        var taking = new Thread(() => taken = _queue.WaitAndTake());
        taking.Start();
        Enter(1);
        Assert.True(taking.Join(Patience));
        Assert.Single(taken!.Operations);
    }

    private Thread Gather(int operations, TimeSpan max)
    {
        var gathering = new Thread(() => _queue.Gather(operations, max));
        gathering.Start();
        return gathering;
    }

    private void Enter(int operations)
    {
        for (var i = 0; i < operations; i++)
        {
            Assert.True(_queue.TryEnter(new WakeUpClaim("silo", DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch, 1, asynchronous: true)));
        }
    }
}
