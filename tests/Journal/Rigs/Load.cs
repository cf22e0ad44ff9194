using System.Collections.Concurrent;
using System.Text;
using Pos.Journal;

namespace Pos.Tests.Rigs;

/// <summary>Appenders that go on whatever happens, each on a stream of its own, and remember what they were told of every payload.</summary>
internal sealed class Load : IAsyncDisposable
{
    private readonly IJournal _journal;
    private readonly CancellationTokenSource _enough = new();
    private readonly ConcurrentDictionary<string, AppendResult> _told = new();
    private readonly Task[] _appenders;
    private long _durable;
    private int _refused;

    public Load(IJournal journal, int count)
    {
        _journal = journal;
        _appenders = [.. Enumerable.Range(0, count).Select(Run)];
    }

    /// <summary>Appends acknowledged so far.</summary>
    public long Durable => Interlocked.Read(ref _durable);

    /// <summary>Appends that a full queue refused.</summary>
    public int Refused => Volatile.Read(ref _refused);

    public IEnumerable<AppendResult> Results => _told.Values;

    /// <summary>Ends when so many more have been acknowledged.</summary>
    public async Task More(int count, TimeSpan patience)
    {
        var wanted = Durable + count;
        await Until(() => Durable >= wanted, patience);
    }

    public async Task Until(Func<bool> condition, TimeSpan patience)
    {
        using var timeout = new CancellationTokenSource(patience);
        while (!condition())
        {
            if (_appenders.FirstOrDefault(static a => a.IsCompleted) is { } ended)
            {
                await ended;
            }

            if (timeout.IsCancellationRequested)
            {
                throw new TimeoutException($"Waited for {patience}; so far {string.Join(", ", _told.Values.CountBy(static r => r))}, refused {Refused}.");
            }

            await Pause();
        }
    }

    public async Task Stop()
    {
        await _enough.CancelAsync();
        await Task.WhenAll(_appenders).WaitAsync(TimeSpan.FromSeconds(60));
    }

    /// <summary>What was acknowledged is there once, what was refused or failed is not, and what nobody knows is there once or not at all.</summary>
    public void AssertHonest(IReadOnlyCollection<RecordedEvent> all)
    {
        var stored = all.Select(e => Encoding.UTF8.GetString(e.Payload.Span)).ToList();
        Assert.Equal(stored.Count, stored.Distinct().Count());
        var there = stored.ToHashSet();
        foreach (var (payload, result) in _told)
        {
            if (result == AppendResult.Durable)
            {
                Assert.Contains(payload, there);
            }
            else if (result != AppendResult.Unknown)
            {
                Assert.DoesNotContain(payload, there);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _enough.CancelAsync();
        _enough.Dispose();
    }

    // As a client waits before it asks again; forty that did not would take the machine from the server they wait for.
    private static Task Pause() => Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);

    private async Task Run(int appender)
    {
        await Task.Yield();
        var stream = new StreamName("stock", $"london/{appender}");
        JournalSession? session = null;
        for (var i = 0; !_enough.IsCancellationRequested; i++)
        {
            try
            {
                session ??= await _journal.Open(stream, new Recorder(), CancellationToken.None);
            }
            catch (JournalUnavailableException)
            {
                await Pause();
                continue;
            }

            var payload = $"{appender}.{i}";
            if (!session.TryAppend(
                [new NewEvent("x", 1, Encoding.UTF8.GetBytes(payload))], new EventContext(DateTimeOffset.UnixEpoch), WakeUpChange.Keep, out var result))
            {
                Interlocked.Increment(ref _refused);
                await Pause();
                continue;
            }

            if ((_told[payload] = await result) == AppendResult.Durable)
            {
                Interlocked.Increment(ref _durable);
            }
            else
            {
                session = null;
            }
        }
    }
}
