using System.Diagnostics.Metrics;

namespace Pos.Streams;

/// <summary>Metrics of the journal's streams and their consumers.</summary>
internal sealed class StreamInstruments : IDisposable
{
    private readonly Meter _meter;
    private readonly Counter<long> _delivered;
    private readonly Counter<long> _rewound;
    private readonly Counter<long> _gaps;
    private readonly Counter<long> _parked;
    private readonly UpDownCounter<long> _parkedNow;

    public StreamInstruments(IMeterFactory meters)
    {
        _meter = meters.Create("Pos.Streams");
        _delivered = _meter.CreateCounter<long>("pos.streams.delivered", "{event}", "Events put into a partition's cache.");
        _rewound = _meter.CreateCounter<long>("pos.streams.rewound", "{event}", "Events read from the journal for a subscriber that was behind the cache.");
        _gaps = _meter.CreateCounter<long>("pos.streams.gaps", "{gap}", "Gaps that a consumer closed by reading the journal.");
        _parked = _meter.CreateCounter<long>("pos.streams.poison", "{event}", "Events that parked their subscription.");
        _parkedNow = _meter.CreateUpDownCounter<long>("pos.streams.parked", "{subscription}", "Subscriptions of active consumers that are parked now.");
    }

    public void OnDelivered(int events) => _delivered.Add(events);

    public void OnRewound(int events) => _rewound.Add(events);

    public void OnGap(string consumer) => _gaps.Add(1, new KeyValuePair<string, object?>("consumer", consumer));

    public void OnPoison(string consumer) => _parked.Add(1, new KeyValuePair<string, object?>("consumer", consumer));

    public void OnParked(string consumer, int change) => _parkedNow.Add(change, new KeyValuePair<string, object?>("consumer", consumer));

    public void Dispose() => _meter.Dispose();
}
