namespace Pos.LocalEngine;

/// <summary>
/// Looks at something from time to time as long as there is something to look at, so that an idle engine has no timer due
/// and a simulator that jumps to the next timer comes to rest.
/// </summary>
internal sealed class Sweep : IThreadPoolWorkItem, IDisposable
{
    private readonly ITurnScheduler _turns;
    private readonly TimeSpan _period;
    private readonly Func<bool> _look;
    private readonly ITimer _timer;
    private int _isArmed;

    /// <param name="time">The clock.</param>
    /// <param name="turns">Where the look runs: a timer's callback only asks for it.</param>
    /// <param name="period">From being armed to the look.</param>
    /// <param name="look">Returns true if there is still something to look at.</param>
    internal Sweep(TimeProvider time, ITurnScheduler turns, TimeSpan period, Func<bool> look)
    {
        _turns = turns;
        _period = period;
        _look = look;
        _timer = CleanContext.CreateTimer(time, static sweep => ((Sweep)sweep!).Schedule(), this);
    }

    /// <summary>Called after there is something new to look at.</summary>
    internal void Arm()
    {
        if (Volatile.Read(ref _isArmed) == 0 && Interlocked.Exchange(ref _isArmed, 1) == 0)
        {
            _timer.Change(_period, Timeout.InfiniteTimeSpan);
        }
    }

    public void Execute()
    {
        // Disarmed before the look: whatever the look misses was added later and arms anew.
        Interlocked.Exchange(ref _isArmed, 0);
        if (_look())
        {
            Arm();
        }
    }

    public void Dispose() => _timer.Dispose();

    private void Schedule() => _turns.Schedule(this);
}
