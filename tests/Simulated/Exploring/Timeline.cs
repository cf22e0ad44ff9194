using System.Globalization;
using System.Runtime.CompilerServices;
using Pos.Journal;

namespace Pos.Tests.Simulated;

/// <summary>What happened, for people; only kept when somebody will read it.</summary>
internal sealed class Timeline(Machine machine, bool isOn)
{
    private readonly List<string> _lines = [];

    public bool IsOn => isOn;

    public IReadOnlyList<string> Lines => _lines;

    public void Say([InterpolatedStringHandlerArgument("")] Words what)
    {
        if (isOn)
        {
            _lines.Add(string.Create(CultureInfo.InvariantCulture, $"{machine.Elapsed.TotalSeconds,11:F6} #{machine.Steps,-6} {what.ToString()}"));
        }
    }

    public void Say(in RecordedEvent recorded)
    {
        if (isOn)
        {
            Say($"    disk: {recorded.Position} {recorded.Stream}@{recorded.Version} {recorded.Type} {System.Text.Encoding.UTF8.GetString(recorded.Payload.Span)}");
        }
    }

    public void Say(AppendsUnderWay.Append append, AppendResult fate)
    {
        if (isOn && fate != AppendResult.Durable)
        {
            Say($"    {append.Stream} version {append.Version}: {fate}");
        }
    }
}
