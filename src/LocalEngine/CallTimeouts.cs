namespace Pos.LocalEngine;

/// <summary>
/// All unanswered calls, in lists that are looked through about once a second: a timer for each call would cost more than the call.
/// The lists are several only so that threads seldom meet at one lock.
/// </summary>
internal sealed class CallTimeouts : IDisposable
{
    private const int StripesCount = 8;

    private readonly Stripe[] _stripes = [.. Enumerable.Range(0, StripesCount).Select(_ => new Stripe())];
    private readonly TimeProvider _time;
    private readonly TimeSpan _timeout;
    private readonly long _timeoutTicks;
    private readonly Sweep _sweep;

    internal CallTimeouts(TimeProvider time, ITurnScheduler turns, TimeSpan timeout)
    {
        _time = time;
        _timeout = timeout;
        _timeoutTicks = Ticks(timeout);
        var period = timeout < TimeSpan.FromSeconds(1) ? timeout : TimeSpan.FromSeconds(1);
        _sweep = new Sweep(time, turns, period < TimeSpan.FromMilliseconds(1) ? TimeSpan.FromMilliseconds(1) : period, Look);
    }

    public void Dispose() => _sweep.Dispose();

    internal void Add(GrainCall call)
    {
        call.Deadline = _time.GetTimestamp() + Wait(call);
        call.Stripe = Environment.CurrentManagedThreadId % StripesCount;
        var stripe = _stripes[call.Stripe];
        lock (stripe)
        {
            call.Older = stripe.Newest;
            if (stripe.Newest is null)
            {
                stripe.Oldest = call;
            }
            else
            {
                stripe.Newest.Newer = call;
            }

            stripe.Newest = call;
        }

        _sweep.Arm();
    }

    /// <summary>When a call was added.</summary>
    internal long SentAt(GrainCall call) => call.Deadline - Wait(call);

    /// <summary>Called once for each call added.</summary>
    internal void Remove(GrainCall call)
    {
        var stripe = _stripes[call.Stripe];
        lock (stripe)
        {
            if (call.Older is null)
            {
                stripe.Oldest = call.Newer;
            }
            else
            {
                call.Older.Newer = call.Newer;
            }

            if (call.Newer is null)
            {
                stripe.Newest = call.Older;
            }
            else
            {
                call.Newer.Older = call.Older;
            }

            call.Older = null;
            call.Newer = null;
        }
    }

    private bool Look()
    {
        var now = _time.GetTimestamp();
        var isAnyLeft = false;
        List<GrainCall> late = [];
        foreach (var stripe in _stripes)
        {
            lock (stripe)
            {
                for (var call = stripe.Oldest; call is not null; call = call.Newer)
                {
                    isAnyLeft = true;
                    if (call.Deadline <= now)
                    {
                        late.Add(call);
                    }
                }
            }
        }

        foreach (var call in late)
        {
            call.OnTimeout(call.Shape.Timeout ?? _timeout);
        }

        return isAnyLeft;
    }

    private long Wait(GrainCall call) => call.Shape.Timeout is { } timeout ? Ticks(timeout) : _timeoutTicks;

    private long Ticks(TimeSpan timeout) => (long)(timeout.TotalSeconds * _time.TimestampFrequency);

    private sealed class Stripe
    {
        internal GrainCall? Oldest { get; set; }

        internal GrainCall? Newest { get; set; }
    }
}
