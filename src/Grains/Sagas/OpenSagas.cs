using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Pos.Grains.Sagas;

/// <summary>A saga that its activation works on.</summary>
internal interface IOpenSaga
{
    /// <summary>The kind: <c>order</c>.</summary>
    string Kind { get; }

    /// <summary>The step that is owed, for a label.</summary>
    string Step { get; }

    /// <summary>How long the activation has worked on it.</summary>
    TimeSpan Age { get; }
}

/// <summary>
/// The sagas that this process works on, counted when somebody looks. A saga whose activation has died is not among them until its wake-up comes, which is
/// <c>Pos:Grains:SagaWakeUp</c> later at most.
/// </summary>
internal sealed class OpenSagas
{
    private readonly ConcurrentDictionary<IOpenSaga, byte> _open = new(ReferenceEqualityComparer.Instance);

    public void Enter(IOpenSaga saga) => _open.TryAdd(saga, 0);

    public void Leave(IOpenSaga saga) => _open.TryRemove(saga, out _);

    public void Observe(Meter meter)
    {
        meter.CreateObservableGauge("pos.saga.open", Count, "{saga}", "Sagas that owe something, by the step that is owed.");
        meter.CreateObservableGauge("pos.saga.oldest", FindOldest, "s", "How long the oldest open saga has owed something without a pause.");
    }

    // A kind that was seen once is told for ever, as 0: a gauge whose last value stays would show a saga that ended long ago.
    private readonly ConcurrentDictionary<(string Kind, string Step), byte> _known = new();

    private IEnumerable<Measurement<long>> Count()
    {
        var counts = new Dictionary<(string Kind, string Step), long>();
        foreach (var (saga, _) in _open)
        {
            var key = (saga.Kind, saga.Step);
            counts[key] = counts.GetValueOrDefault(key) + 1;
            _known.TryAdd(key, 0);
        }

        return _known.Keys.Select(key => new Measurement<long>(counts.GetValueOrDefault(key), new("saga", key.Kind), new KeyValuePair<string, object?>("step", key.Step)));
    }

    private IEnumerable<Measurement<double>> FindOldest()
    {
        var oldest = new Dictionary<string, double>(StringComparer.Ordinal) { ["order"] = 0, ["payment"] = 0, ["return"] = 0, ["cart"] = 0 };
        foreach (var (saga, _) in _open)
        {
            oldest[saga.Kind] = Math.Max(oldest.GetValueOrDefault(saga.Kind), saga.Age.TotalSeconds);
        }

        return oldest.Select(one => new Measurement<double>(one.Value, new KeyValuePair<string, object?>("saga", one.Key)));
    }
}
