namespace Pos.Tests.Rigs;

/// <summary>A clock that moves when told. Its timers fire, in order, on the thread that moves it.</summary>
public sealed class ManualClock : TimeProvider
{
    private readonly Lock gate = new();
    private readonly List<Timer> timers = [];
    private DateTimeOffset now = new(2026, 1, 5, 9, 0, 0, TimeSpan.Zero);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow()
    {
        lock (gate)
        {
            return now;
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

        lock (gate)
        {
            now = until;
        }
    }

    /// <summary>Moves to the next timer up to an instant and fires it; false when there is none.</summary>
    public bool JumpToNextTimer(DateTimeOffset until)
    {
        Timer next;
        lock (gate)
        {
            var due = timers.Where(t => t.Due <= until).OrderBy(t => t.Due).FirstOrDefault();
            if (due is null)
                return false;
            timers.Remove(due);
            now = due.Due > now ? due.Due : now;
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
            lock (clock.gate)
            {
                clock.timers.Remove(this);
                if (dueTime != Timeout.InfiniteTimeSpan)
                {
                    Due = clock.now + dueTime;
                    clock.timers.Add(this);
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
