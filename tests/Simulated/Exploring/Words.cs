using System.Globalization;
using System.Runtime.CompilerServices;

namespace Pos.Tests.Simulated;

/// <summary>A text that is put together only when somebody will read it: most conditions hold, and most timelines are off.</summary>
[InterpolatedStringHandler]
internal ref struct Words
{
    private readonly string? _text;
    private DefaultInterpolatedStringHandler _parts;

    /// <summary>Said unless a condition holds.</summary>
    public Words(int literals, int values, bool holds, out bool isRead)
    {
        isRead = !holds;
        _parts = isRead ? new(literals, values, CultureInfo.InvariantCulture) : default;
    }

    /// <summary>Said on a timeline that is on.</summary>
    public Words(int literals, int values, Timeline timeline, out bool isRead)
        : this(literals, values, !timeline.IsOn, out isRead)
    {
    }

    /// <summary>Said of the reports on a timeline that is on.</summary>
    public Words(int literals, int values, Reporting reporting, out bool isRead)
        : this(literals, values, !reporting.IsOn, out isRead)
    {
    }

    private Words(string text) => _text = text;

    public static implicit operator Words(string text) => new(text);

    public void AppendLiteral(string text) => _parts.AppendLiteral(text);

    public void AppendFormatted<T>(T value, string? format = null) => _parts.AppendFormatted(value, format);

    public override string ToString() => _text ?? _parts.ToStringAndClear();
}
