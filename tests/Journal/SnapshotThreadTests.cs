using Pos.Journal.Writing;

namespace Pos.Tests;

public sealed class SnapshotThreadTests
{
    [Fact]
    public void what_waits_is_done_before_it_ends()
    {
        var done = 0;
        using (var aside = new SnapshotThread("test", TimeSpan.FromSeconds(30)))
        {
            for (var i = 0; i < 100; i++)
            {
                aside.Put(() => done++);
            }
        }

        Assert.Equal(100, done);
    }

    [Fact]
    public void when_its_time_is_up_what_is_under_way_is_done_and_what_waits_is_dropped()
    {
        // A thousand works of 10 ms: nobody waits ten seconds for what only saves time.
        using var never = new ManualResetEventSlim(false);
        var (begun, done) = (0, 0);
        using (var aside = new SnapshotThread("test", TimeSpan.Zero))
        {
            for (var i = 0; i < 1_000; i++)
            {
                aside.Put(() =>
                {
                    begun++;
                    never.Wait(10);
                    done++;
                });
            }
        }

        Assert.Equal(begun, done);
        Assert.InRange(done, 0, 999);
    }
}
