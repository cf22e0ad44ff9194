using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Pos.Grains.Stock;

/// <summary>
/// The stock items that many callers wait for at once. An item gets a label of its own when <see cref="CallersMin"/> decisions on it wait for the disk
/// together; <see cref="ItemsMax"/> items of a process do, so that the number of time series is bounded. Later ones share the label <c>other</c>.
/// </summary>
internal sealed class HotItems
{
    public const int CallersMin = 8;
    public const int ItemsMax = 50;
    private const string Other = "other";

    private readonly ConcurrentDictionary<string, int> _peaks = new(StringComparer.Ordinal) { [Other] = 0 };
    private ObservableGauge<long>? _gauge;

    public void Observe(Meter meter) => _gauge = meter.CreateObservableGauge(
        "pos.stock.waiting", TakePeaks, "{decision}", "The most decisions on one item that waited for the disk at once since the last look.");

    /// <summary>So many decisions on an item wait.</summary>
    public void See(string item, int waiting)
    {
        if (waiting >= CallersMin && _gauge is { Enabled: true })
        {
            var label = _peaks.ContainsKey(item) || _peaks.Count <= ItemsMax ? item : Other;
            _peaks.AddOrUpdate(label, static (_, seen) => seen, static (_, known, seen) => Math.Max(known, seen), waiting);
        }
    }

    private List<Measurement<long>> TakePeaks()
    {
        var peaks = new List<Measurement<long>>(_peaks.Count);
        foreach (var (item, peak) in _peaks)
        {
            peaks.Add(new(peak, new KeyValuePair<string, object?>("item", item)));
            _peaks[item] = 0;
        }

        return peaks;
    }
}
