namespace Pos.Cli.Load;

/// <summary>
/// The times at which sessions begin. With a rate the times are fixed beforehand, whatever the server does. A session that waits for a free client
/// counts from its fixed time, so a stall of the server shows in the latency of every session that came during it.
/// </summary>
internal sealed class Arrivals(LoadPlan plan)
{
    private long _taken = -1;

    /// <summary>Takes the next session.</summary>
    /// <param name="now">The time since the start of the run.</param>
    /// <param name="arrival">The session.</param>
    /// <returns>False when no more sessions begin.</returns>
    public bool TryTake(TimeSpan now, out Arrival arrival)
    {
        var number = Interlocked.Increment(ref _taken);
        arrival = new(number, plan.Rate is { } rate ? Time(number, rate) : now);
        return number < (plan.Buyers ?? long.MaxValue) && arrival.Intended < plan.End;
    }

    // The rate grows evenly from zero during the ramp, so the number of sessions grows with the square of the time.
    private TimeSpan Time(long number, double rate)
    {
        var ramp = plan.Ramp.TotalSeconds;
        var inRamp = rate * ramp / 2;
        return TimeSpan.FromSeconds(number < inRamp ? Math.Sqrt(2 * number * ramp / rate) : ramp + ((number - inRamp) / rate));
    }
}

/// <summary>A session that is to begin.</summary>
/// <param name="Number">The session's number, from 0.</param>
/// <param name="Intended">The time since the start of the run at which it is to begin.</param>
internal readonly record struct Arrival(long Number, TimeSpan Intended);
