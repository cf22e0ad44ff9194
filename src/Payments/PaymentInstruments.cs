using System.Diagnostics.Metrics;

namespace Pos.Payments;

/// <summary>Metrics of the talk with the provider: meter <c>Pos.Payments</c>.</summary>
internal sealed class PaymentInstruments
{
    private readonly Histogram<double> _calls;
    private readonly Counter<long> _retries;
    private readonly Counter<long> _breaker;

    /// <summary>Creates the instruments.</summary>
    public PaymentInstruments(IMeterFactory meters)
    {
        ArgumentNullException.ThrowIfNull(meters);
        var meter = meters.Create("Pos.Payments");
        _calls = meter.CreateHistogram<double>("pos.payments.calls", "s", "Calls of the provider, repetitions included, by their answers.");
        _retries = meter.CreateCounter<long>("pos.payments.retries", "{call}", "Calls repeated at once because they did nothing.");
        _breaker = meter.CreateCounter<long>("pos.payments.breaker", "{change}", "Changes of the circuit breaker, by its new state.");
    }

    /// <summary>A call was answered, or given up.</summary>
    public void OnCalled(string operation, string answer, TimeSpan elapsed) =>
        _calls.Record(elapsed.TotalSeconds, Tag("operation", operation), Tag("answer", answer));

    /// <summary>A call is repeated.</summary>
    public void OnRetried(string operation) => _retries.Add(1, Tag("operation", operation));

    /// <summary>The circuit breaker changed its state.</summary>
    public void OnBreaker(string state) => _breaker.Add(1, Tag("state", state));

    private static KeyValuePair<string, object?> Tag(string name, object value) => new(name, value);
}
