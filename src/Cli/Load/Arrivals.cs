namespace Pos.Cli.Load;

/// <summary>
/// When sessions are to begin. With a rate the times are fixed beforehand, whatever the server does meanwhile: a session that must
/// wait for a free client has begun nevertheless, so that a stall costs all who came during it, as it does in a shop.
/// </summary>
internal sealed class Arrivals(LoadPlan plan)
{
    private long taken = -1;

    /// <summary>Takes the next session.</summary>
    /// <param name="now">Since the start of the run.</param>
    /// <param name="arrival">Which session, and when it was to begin.</param>
    /// <returns>False when no more begin.</returns>
    public bool TryTake(TimeSpan now, out Arrival arrival)
    {
        var number = Interlocked.Increment(ref taken);
        arrival = new(number, plan.Rate is { } rate ? Time(number, rate) : now);
        return number < (plan.Buyers ?? long.MaxValue) && arrival.Intended < plan.End;
    }

    // While the rate grows evenly from zero, the number of sessions grows with the square of the time.
    private TimeSpan Time(long number, double rate)
    {
        var ramp = plan.Ramp.TotalSeconds;
        var inRamp = rate * ramp / 2;
        return TimeSpan.FromSeconds(number < inRamp ? Math.Sqrt(2 * number * ramp / rate) : ramp + ((number - inRamp) / rate));
    }
}

/// <param name="Number">From 0.</param>
/// <param name="Intended">When it was to begin, since the start of the run.</param>
internal readonly record struct Arrival(long Number, TimeSpan Intended);
