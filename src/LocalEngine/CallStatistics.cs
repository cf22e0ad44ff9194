using Orleans.Runtime;

namespace Pos.LocalEngine;

/// <summary>
/// What calls of grains cost, for one who looks from time to time: each look covers the time since the look before it. The calls themselves
/// pay for a counter or two, and no timer runs.
/// </summary>
/// <remarks>A look visits every activation once: some 50 ms for a million.</remarks>
public sealed class CallStatistics
{
    private readonly LocalSilo _silo;
    private readonly Lock _looking = new();
    private long _lastLook;

    internal CallStatistics(LocalSilo silo)
    {
        _silo = silo;
        _lastLook = silo.Time.GetTimestamp();
    }

    /// <summary>Takes what was counted since this was last called, or since the start.</summary>
    /// <param name="busiestMax">How many of the busiest grains are named.</param>
    public CallLook Look(int busiestMax)
    {
        lock (_looking)
        {
            var busiest = new PriorityQueue<GrainId, long>();
            var activations = _silo.TakeCalls((grainId, calls) =>
            {
                busiest.Enqueue(grainId, calls);
                if (busiest.Count > busiestMax)
                {
                    busiest.Dequeue();
                }
            });

            var now = _silo.Time.GetTimestamp();
            var elapsed = _silo.Time.GetElapsedTime(_lastLook, now);
            _lastLook = now;
            List<TypeLook> types = [.. _silo.Classes.Select(grainClass => grainClass.Calls.Look(grainClass, activations.GetValueOrDefault(grainClass), _silo.Time))];
            List<GrainLook> grains = [];
            while (busiest.TryDequeue(out var grainId, out var calls))
            {
                grains.Add(new GrainLook(grainId, calls));
            }

            grains.Reverse();
            return new CallLook(elapsed, types, grains);
        }
    }
}

/// <summary>What happened between two looks.</summary>
/// <param name="Elapsed">The time between them.</param>
/// <param name="Types">Every grain class, also those of which there is nothing to say; by type.</param>
/// <param name="Busiest">Grains that were called, the busiest first.</param>
public sealed record CallLook(TimeSpan Elapsed, IReadOnlyList<TypeLook> Types, IReadOnlyList<GrainLook> Busiest);

/// <summary>Calls of the grains of one class.</summary>
/// <param name="Type">The first part of their addresses.</param>
/// <param name="Class">The full name of the class.</param>
/// <param name="Activations">How many are in memory now.</param>
/// <param name="Calls">Calls that came to their end between the looks. A call that nobody let in is among the errors only.</param>
/// <param name="Errors">Callers who got an exception: the grain's, a time-out, a refusal. Not those who cancelled.</param>
/// <param name="CallsEver">Calls since the start.</param>
/// <param name="ErrorsEver">Errors since the start.</param>
/// <param name="Mean">From the sending of a call to its end, the wait for its turn included; zero without calls. Within 6 %.</param>
/// <param name="P99">As long or less took 99 % of them.</param>
public sealed record TypeLook(
    GrainType Type, string Class, int Activations, long Calls, long Errors, long CallsEver, long ErrorsEver, TimeSpan Mean, TimeSpan P99);

/// <summary>Calls of one grain between two looks.</summary>
public sealed record GrainLook(GrainId GrainId, long Calls);

/// <summary>What is counted for one grain class.</summary>
internal sealed class ClassCalls
{
    private readonly Durations _durations = new();
    private long _calls;
    private long _errors;
    private long _callsSeen;
    private long _errorsSeen;

    internal void OnEnded(long ticks) => _durations.Add(ticks);

    internal void OnError() => Interlocked.Increment(ref _errors);

    /// <summary>Takes over what an activation has counted.</summary>
    internal void Add(long calls) => Interlocked.Add(ref _calls, calls);

    internal TypeLook Look(GrainClass grainClass, int activations, TimeProvider time)
    {
        var taken = _durations.Take();
        var (calls, errors) = (Interlocked.Read(ref _calls), Interlocked.Read(ref _errors));
        var look = new TypeLook(
            grainClass.GrainType, grainClass.Type.FullName!, activations, calls - _callsSeen, errors - _errorsSeen, calls, errors,
            TimeSpan.FromSeconds(taken.Mean / time.TimestampFrequency), TimeSpan.FromSeconds(taken.Percentile(0.99) / time.TimestampFrequency));
        (_callsSeen, _errorsSeen) = (calls, errors);
        return look;
    }
}
