namespace Pos.Tests.Rigs;

/// <summary>A clock that moves when told. Its timers fire, in order, on the thread that moves it.</summary>
public sealed class ManualClock : TimeProvider
{
    private readonly Lock _gate = new();
    private readonly List<Timer> _timers = [];
    private DateTimeOffset _now = new(2026, 1, 5, 9, 0, 0, TimeSpan.Zero);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
        {
            return _now;
        }
    }

    public override long GetTimestamp() => GetUtcNow().UtcTicks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    public void Advance(TimeSpan by)
    {
        var until = GetUtcNow() + by;
        while (JumpToNextTimer(until))
        {
        }

        lock (_gate)
        {
            _now = until;
        }
    }

    /// <summary>Moves to the next timer up to an instant and fires it; false when there is none.</summary>
    public bool JumpToNextTimer(DateTimeOffset until)
    {
        Timer next;
        lock (_gate)
        {
            var due = _timers.Where(t => t.Due <= until).OrderBy(t => t.Due).FirstOrDefault();
            if (due is null)
            {
                return false;
            }

            _timers.Remove(due);
            _now = due.Due > _now ? due.Due : _now;
            next = due;
        }

        next.Fire();
        return true;
    }

    private sealed class Timer(ManualClock clock, TimerCallback callback, object? state) : ITimer
    {
        public DateTimeOffset Due { get; private set; }

        public void Fire() => callback(state);

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock._gate)
            {
                clock._timers.Remove(this);
                if (dueTime != Timeout.InfiniteTimeSpan)
                {
                    Due = clock._now + dueTime;
                    clock._timers.Add(this);
                }

                return true;
            }
        }

        public void Dispose() => Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}

/// <summary>Business time that moves when told, over the machine's own timers: for a journal with threads.</summary>
public sealed class ManualDate(ManualClock date) : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => date.GetUtcNow();
}
