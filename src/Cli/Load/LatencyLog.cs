using HdrHistogram;
using Pos.Cli.Output;

namespace Pos.Cli.Load;

/// <summary>
/// Writes histograms in the interval log format of HdrHistogram, which its own tools and plotters read: one line an interval, times in
/// nanoseconds, maxima in milliseconds.
/// </summary>
/// <param name="stream">Closed with the log.</param>
internal sealed class LatencyLog(Stream stream) : IDisposable
{
    private readonly HistogramLogWriter writer = new(stream);
    private DateTimeOffset began;

    /// <param name="at">When the intervals' times begin.</param>
    public void Begin(DateTimeOffset at)
    {
        began = at;
        writer.Write(at.UtcDateTime);
    }

    /// <param name="start">Since the log began.</param>
    /// <param name="length">Of the interval.</param>
    /// <param name="interval">What was recorded in it.</param>
    public void Write(TimeSpan start, TimeSpan length, LatencyHistogram interval)
    {
        var histogram = interval.Histogram;
        histogram.StartTimeStamp = (began + start).ToUnixTimeMilliseconds();
        histogram.EndTimeStamp = (began + start + length).ToUnixTimeMilliseconds();
        writer.Append(histogram);
    }

    public void Dispose()
    {
        writer.Dispose();
        stream.Dispose();
    }
}
