using HdrHistogram;
using Pos.Cli.Output;

namespace Pos.Cli.Load;

/// <summary>
/// Writes histograms in the interval log format of HdrHistogram, which HdrHistogram's tools and plotters read: one line for an interval, times in
/// nanoseconds, maxima in milliseconds.
/// </summary>
/// <param name="stream">The file, which is closed with the log.</param>
internal sealed class LatencyLog(Stream stream) : IDisposable
{
    private readonly HistogramLogWriter _writer = new(stream);
    private DateTimeOffset _began;

    /// <param name="at">The time from which the times of intervals are counted.</param>
    public void Begin(DateTimeOffset at)
    {
        _began = at;
        _writer.Write(at.UtcDateTime);
    }

    /// <param name="start">The interval's beginning, since the log began.</param>
    /// <param name="length">The interval's length.</param>
    /// <param name="interval">The interval's latencies.</param>
    public void Write(TimeSpan start, TimeSpan length, LatencyHistogram interval)
    {
        var histogram = interval.Histogram;
        histogram.StartTimeStamp = (_began + start).ToUnixTimeMilliseconds();
        histogram.EndTimeStamp = (_began + start + length).ToUnixTimeMilliseconds();
        _writer.Append(histogram);
    }

    public void Dispose()
    {
        _writer.Dispose();
        stream.Dispose();
    }
}
