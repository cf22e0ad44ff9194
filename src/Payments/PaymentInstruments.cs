using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Pos.Payments;

/// <summary>Metrics of the talk with the provider: meter <c>Pos.Payments</c>.</summary>
internal sealed class PaymentInstruments
{
    private static readonly ActivitySource Source = new("Pos.Payments");
    private static readonly InstrumentAdvice<double> Remote = new() { HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] };

    private readonly Histogram<double> _calls;
    private readonly Counter<long> _retries;
    private readonly Counter<long> _breaker;

    /// <summary>Creates the instruments.</summary>
    public PaymentInstruments(IMeterFactory meters)
    {
        ArgumentNullException.ThrowIfNull(meters);
        var meter = meters.Create("Pos.Payments");
        _calls = meter.CreateHistogram("pos.payments.call.duration", "s", "Calls of the provider, repetitions included, by their answers.", advice: Remote);
        _retries = meter.CreateCounter<long>("pos.payments.retries", "{call}", "Calls repeated at once because they did nothing.");
        _breaker = meter.CreateCounter<long>("pos.payments.breaker", "{change}", "Changes of the circuit breaker, by its new state.");
    }

    /// <summary>Begins the span of a call; null when nobody listens.</summary>
    public static Activity? StartCall(string operation) => Source.HasListeners() ? Source.StartActivity($"provider {operation}", ActivityKind.Client) : null;

    /// <summary>A call was answered, or given up.</summary>
    public void OnCalled(string operation, string answer, TimeSpan elapsed, Activity? span)
    {
        _calls.Record(elapsed.TotalSeconds, Tag("operation", operation), Tag("answer", answer));
        span?.SetTag("pos.outcome", answer);
        if (answer is nameof(PaymentAnswer.Unknown) or nameof(PaymentAnswer.NotSent) or "Failed" or "TimedOut")
        {
            span?.SetStatus(ActivityStatusCode.Error, answer);
        }
    }

    /// <summary>A call is repeated.</summary>
    public void OnRetried(string operation) => _retries.Add(1, Tag("operation", operation));

    /// <summary>The circuit breaker changed its state.</summary>
    public void OnBreaker(string state) => _breaker.Add(1, Tag("state", state));

    private static KeyValuePair<string, object?> Tag(string name, object value) => new(name, value);
}
