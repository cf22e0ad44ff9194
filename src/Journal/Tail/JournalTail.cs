namespace Pos.Journal.Tail;

/// <summary>
/// The one reader of the journal's end in a process. However many follow the journal, each new position is read once, and only when a
/// follower asks for it.
/// </summary>
/// <remarks>
/// <para>The follower that is furthest leads: it waits for the journal and its page is kept for the others. A page that all have passed is
/// dropped, so that one follower alone costs no memory.</para>
/// <para>A slow follower costs at most the window. Once the window has left it behind, it reads the journal page by page, together with others that
/// are behind, until it is back in the window. Nobody waits for it.</para>
/// <para>The tail reads through the journal's own readers and takes no lock that the writer takes.</para>
/// </remarks>
public sealed class JournalTail(
    IJournal journal, JournalTailLimits? limits = null, JournalPages? pages = null, TimeProvider? clock = null) : IDisposable
{
    private readonly JournalTailLimits _limits = limits ?? new();
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly List<JournalFollower> _followers = [];
    private readonly LinkedList<JournalPage> _window = [];
    private HashSet<string>? _categories = [];
    private Task? _reading;
    private long _end;
    private int _generation;
    private int _events;
    private long _bytes;
    private long _reads;

    /// <summary>Events that are kept now.</summary>
    public int WindowEvents => Volatile.Read(ref _events);

    /// <summary>Pages read at the journal's end so far, for all followers together.</summary>
    public long SharedReads => Interlocked.Read(ref _reads);

    /// <summary>Begins to follow.</summary>
    /// <param name="after">Exclusive lower bound of what the follower gets.</param>
    /// <param name="categories">What it follows; null for all. The tail reads what its followers follow together, and no more.</param>
    public JournalFollower Follow(long after, IReadOnlyCollection<string>? categories = null)
    {
        var follower = new JournalFollower(this, after, categories is null ? null : new HashSet<string>(categories, StringComparer.Ordinal));
        lock (_gate)
        {
            _followers.Add(follower);
            Gather();
        }

        return follower;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stop.Cancel();
        _stop.Dispose();
    }

    internal void Leave(JournalFollower follower)
    {
        lock (_gate)
        {
            if (_followers.Remove(follower))
            {
                Gather();
                Trim();
            }
        }
    }

    internal async ValueTask<JournalPage> Read(JournalFollower follower, CancellationToken cancellationToken)
    {
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Task? shared;
            lock (_gate)
            {
                if (Kept(follower.Position) is { } kept)
                {
                    var page = kept.For(follower.Position, follower.Categories);
                    follower.Position = page.UpTo;
                    Trim();
                    return page;
                }

                shared = Shared(follower.Position);
            }

            if (shared is null)
            {
                var own = follower.Categories is null && pages is not null
                    ? await pages.Read(follower.Position, null, cancellationToken).ConfigureAwait(false)
                    : await JournalPage.Read(journal, follower.Position, follower.Categories, _limits, cancellationToken).ConfigureAwait(false);
                follower.Position = own.UpTo;
                return own;
            }

            await shared.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    // The page that holds what comes next for a position.
    private JournalPage? Kept(long position)
    {
        for (var node = _window.Last; node is not null && node.Value.UpTo > position; node = node.Previous)
        {
            if (node.Value.After <= position)
            {
                return node.Value;
            }
        }

        return null;
    }

    /// <summary>The read at the journal's end, for a follower that is there; null for one that is behind.</summary>
    private Task? Shared(long position)
    {
        if (position < _end)
        {
            return null;
        }

        if (position > _end || _reading is null)
        {
            if (position > _end)
            {
                // Whoever is further leads. The others read what lies between themselves.
                Forget();
                _end = position;
            }

            _reading = ReadOn(position, _generation, _categories);
            // Whoever waits for the read sees its failure; with nobody left, the failure concerns nobody.
            _ = _reading.ContinueWith(static read => _ = read.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        }

        return _reading;
    }

    private async Task ReadOn(long after, int generation, HashSet<string>? categories)
    {
        // The caller holds the gate.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            await journal.WaitBeyond(after, _stop.Token).ConfigureAwait(false);
            if (_limits.Linger > TimeSpan.Zero && journal.Head - after < _limits.PageEventsMax)
            {
                // Each read wakes every follower. Under load one read for many commits costs the sales a tenth of what one read for each costs.
                await Task.Delay(_limits.Linger, clock ?? TimeProvider.System, _stop.Token).ConfigureAwait(false);
            }

            var page = await JournalPage.Read(journal, after, categories, _limits, _stop.Token).ConfigureAwait(false);
            Interlocked.Increment(ref _reads);
            lock (_gate)
            {
                if (generation == _generation)
                {
                    _window.AddLast(page);
                    _end = page.UpTo;
                    _events += page.Events.Count;
                    _bytes += page.Bytes;
                    Trim();
                }
            }
        }
        finally
        {
            lock (_gate)
            {
                if (generation == _generation)
                {
                    _reading = null;
                }
            }
        }
    }

    // What is followed has changed: pages that were read without it would hide it.
    private void Gather()
    {
        var all = _followers.Exists(static follower => follower.Categories is null)
            ? null
            : _followers.SelectMany(static follower => follower.Categories!).ToHashSet(StringComparer.Ordinal);
        var covered = _categories is null || (all is not null && all.IsSubsetOf(_categories));
        _categories = all;
        if (!covered)
        {
            Forget();
        }
    }

    private void Forget()
    {
        _window.Clear();
        (_events, _bytes) = (0, 0);
        _generation++;
        _reading = null;
    }

    private void Trim()
    {
        var slowest = long.MaxValue;
        foreach (var follower in _followers)
        {
            slowest = Math.Min(slowest, follower.Position);
        }

        while (_window.First is { } oldest
            && (oldest.Value.UpTo <= slowest || ((_events > _limits.WindowEventsMax || _bytes > _limits.WindowBytesMax) && oldest != _window.Last)))
        {
            _events -= oldest.Value.Events.Count;
            _bytes -= oldest.Value.Bytes;
            _window.RemoveFirst();
        }
    }
}
