using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Pos.Grains;
using Pos.Journal;
using Pos.Journal.Tail;
using Pos.Tests.Simulated.Journal;

namespace Pos.Tests;

/// <summary>The feed on the simulated journal: whatever fails while it reads, nothing is passed over and nothing counts twice.</summary>
public sealed class JournalFeedTests : IDisposable
{
    private readonly ManualTime _time = new();
    private readonly SimulatedDisk _disk = new();
    private readonly ReadFaults _faults = new();
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly List<JournalFeed> _feeds = [];
    private readonly Dictionary<string, JournalSession> _sessions = [];
    private SimulatedJournal _journal;

    public JournalFeedTests() => _journal = new SimulatedJournal(_time, _disk, _faults);

    public void Dispose()
    {
        _feeds.ForEach(feed => feed.Dispose());
        _journal.Dispose();
        _services.Dispose();
    }

    [Fact]
    public async Task it_is_ready_once_it_has_caught_up_and_not_before()
    {
        await Append("product/a", 3);
        await Append("stock/london/a", 5);
        var view = new Seen();
        var feed = Follow(view);
        await feed.StartAsync(CancellationToken.None);
        Assert.False(feed.IsCaughtUp);
        await Until(() => feed.IsCaughtUp);
        Assert.Equal(["product/a 1", "product/a 2", "product/a 3"], view.Once);
    }

    [Fact]
    public async Task what_is_written_later_is_seen_once_and_in_order()
    {
        var view = new Seen();
        await Start(view);
        await Append("product/a", 2);
        await Append("order/1", 2);
        await Append("product/b", 1);
        await Append("product/a", 1);
        await Until(() => view.Count == 4);
        Assert.Equal(["product/a 1", "product/a 2", "product/b 1", "product/a 3"], view.Once);
    }

    [Fact]
    public async Task a_read_that_fails_anywhere_goes_on_where_it_stopped()
    {
        // More than one page, so that it can fail in the middle.
        for (var failing = 1; failing <= 8; failing++)
        {
            await Append("product/a", 700);
        }

        for (var failing = 0; failing < 14; failing++)
        {
            var view = new Seen();
            _faults.FailAt(failing, times: 2);
            await Start(view);
            await Append($"product/f{failing}", 600);
            await Until(() => view.Versions.GetValueOrDefault($"product/f{failing}") == 600);
            Assert.Equal(5_600, view.Versions["product/a"]);
            Assert.False(view.IsBroken);
        }
    }

    [Fact]
    public async Task a_tail_that_cannot_be_read_for_a_while_is_read_later()
    {
        var view = new Seen();
        await Start(view);
        await Append("product/a", 1);
        await Until(() => view.Count == 1);
        // The stream is open: only the feed reads from now on.
        _faults.FailAt(1, times: 3);
        await Append("product/a", 1_400);
        await Until(() => view.Count == 1_401);
        Assert.False(view.IsBroken);
        Assert.True(_faults.AreSpent);
    }

    [Fact]
    public async Task what_comes_while_the_views_begin_is_not_lost_between()
    {
        await Append("product/a", 10);
        var view = new Seen();
        view.Tenth = () => Append("product/a", 10).Wait();
        await Start(view);
        await Until(() => view.Versions.GetValueOrDefault("product/a") == 20);
        Assert.False(view.IsBroken);
    }

    [Fact]
    public async Task a_view_that_fails_gets_the_same_event_again()
    {
        var view = new Seen();
        await Start(view);
        view.FailsNext = 3;
        await Append("product/a", 4);
        await Until(() => view.Count == 4);
        Assert.Equal(0, view.FailsNext);
        Assert.False(view.IsBroken);
    }

    [Fact]
    public async Task another_life_of_the_silo_sees_the_same()
    {
        await Append("product/a", 4);
        await Append("product/b", 2);
        var first = new Seen();
        await Start(first);
        _journal.Crash();
        _sessions.Clear();
        _journal = new SimulatedJournal(_time, _disk, _faults);
        await Append("product/b", 1);
        var second = new Seen();
        await Start(second);
        await Until(() => second.Count == 7);
        Assert.Equal([("product/a", 4L), ("product/b", 3L)], second.Versions.OrderBy(seen => seen.Key).Select(seen => (seen.Key, seen.Value)));
    }

    [Fact]
    public async Task it_ends_when_it_is_asked_to_whatever_it_waits_for()
    {
        var waiting = await Start(new Seen());
        await waiting.StopAsync(CancellationToken.None);
        _faults.FailAt(0, times: int.MaxValue);
        var failing = Follow(new Seen());
        await failing.StartAsync(CancellationToken.None);
        Assert.True(_time.FireNext());
        await failing.StopAsync(CancellationToken.None);
        Assert.False(failing.IsCaughtUp);
    }

    private JournalFeed Follow(IFeedView view)
    {
        var feed = new JournalFeed(
            _journal, new JournalTail(_journal), [view], _time, Options.Create(new FeedOptions()), _services.GetRequiredService<IMeterFactory>(), NullLogger<JournalFeed>.Instance);
        _feeds.Add(feed);
        return feed;
    }

    private async Task<JournalFeed> Start(IFeedView view)
    {
        var feed = Follow(view);
        await feed.StartAsync(CancellationToken.None);
        await Until(() => feed.IsCaughtUp);
        return feed;
    }

    private async Task Append(string stream, int count)
    {
        if (!_sessions.TryGetValue(stream, out var session))
        {
            _sessions[stream] = session = await _journal.Open(StreamName.Parse(stream), new Ignored(), CancellationToken.None);
        }

        for (var i = 0; i < count; i++)
        {
            Assert.True(session.TryAppend([new NewEvent("x", 1, default)], new EventContext(_time.GetUtcNow()), WakeUpChange.Keep, out var result));
            Assert.Equal(AppendResult.Durable, await result);
        }
    }

    // Continuations may be on the pool: whoever is there first goes on.
    private async Task Until(Func<bool> done)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!done())
        {
            _time.FireNext();
            await Task.Yield();
            Assert.True(TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromSeconds(30), "nothing came of it");
        }
    }

    private sealed class Seen : IFeedView
    {
        private readonly List<string> _once = [];

        public string Category => "product";

        public Dictionary<string, long> Versions { get; } = [];

        public bool IsBroken { get; private set; }

        public int FailsNext { get; set; }

        /// <summary>Happens at the tenth event, once.</summary>
        public Action? Tenth { get; set; }

        public int Count => Volatile.Read(ref _count);

        public IEnumerable<string> Once => _once;

        private int _count;

        public void Apply(in RecordedEvent recorded)
        {
            if (FailsNext > 0)
            {
                FailsNext--;
                throw new InvalidOperationException("planned");
            }

            Assert.Equal(Category, recorded.Stream.Category);
            var known = Versions.GetValueOrDefault(recorded.Stream.Value);
            if (recorded.Version > known)
            {
                IsBroken |= recorded.Version != known + 1;
                Versions[recorded.Stream.Value] = recorded.Version;
                _once.Add($"{recorded.Stream} {recorded.Version}");
                Volatile.Write(ref _count, _once.Count);
                if (_once.Count == 10)
                {
                    Tenth?.Invoke();
                }
            }
        }
    }

    /// <summary>Lets some reads pass, then fails some.</summary>
    private sealed class ReadFaults : ISimulatedFaults
    {
        private int _passing = int.MaxValue;
        private int _failing;

        public bool AreSpent => _failing == 0;

        public void FailAt(int read, int times) => (_passing, _failing) = (read, times);

        public SimulatedFault At(SimulatedPoint point)
        {
            if (point != SimulatedPoint.Read || _passing-- > 0 || _failing == 0)
            {
                return SimulatedFault.None;
            }

            _failing--;
            return SimulatedFault.Fail;
        }
    }

    private sealed class Ignored : IStreamFold
    {
        public int StateVersion => 1;

        public void Restore(ReadOnlyMemory<byte> state, long version)
        {
            // Only appended to.
        }

        public void Apply(in RecordedEvent recorded)
        {
            // Only appended to.
        }
    }
}
