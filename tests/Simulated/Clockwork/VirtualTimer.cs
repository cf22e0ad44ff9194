namespace Pos.Tests.Simulated;

/// <summary>A timer in virtual time. Its callback is a step of its own, chosen like any other: timers may be late.</summary>
internal sealed class VirtualTimer(Machine machine, Owner owner, TimerCallback callback, object? state) : ITimer, IThreadPoolWorkItem
{
    private long _armedAs;
    private TimeSpan _period;

    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        if (!machine.IsHere(this))
        {
            return false;
        }

        _armedAs = machine.NextNumber();
        _period = period;
        if (dueTime >= TimeSpan.Zero)
        {
            machine.Arm(this, machine.Ticks + dueTime.Ticks, _armedAs);
        }

        return true;
    }

    public void Dispose() => _armedAs = 0;

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    public bool IsDueAs(long number) => _armedAs == number && !owner.IsDead;

    public void Fire()
    {
        if (_period > TimeSpan.Zero)
        {
            Change(_period, _period);
        }

        machine.Enqueue(owner, this);
    }

    void IThreadPoolWorkItem.Execute() => callback(state);

    public override string ToString() => $"a timer of {owner.Name} ({callback.Method.DeclaringType?.FullName}.{callback.Method.Name})";
}

/// <summary>The clock of one process. Its wall clock may be set; its timers only know that time passes.</summary>
internal sealed class VirtualTime(Machine machine, Owner owner) : TimeProvider
{
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override long GetTimestamp() => machine.Ticks;

    public override DateTimeOffset GetUtcNow() => machine.UtcNow;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new VirtualTimer(machine, owner, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }
}
