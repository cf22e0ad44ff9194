using Pos.Journal;

namespace Pos.Tests.Simulated;

/// <summary>Appends whose fate is not known yet. Looked at after each step, so that watching changes nothing.</summary>
internal sealed class AppendsUnderWay(StepsUnderWay underWay, Timeline timeline)
{
    private readonly List<Append> _open = [];

    public void Begin(string stream, long version, SagaSteps steps, Task<AppendResult> result)
    {
        _open.Add(new Append(stream, version, steps, result));
        underWay.Begin(steps);
    }

    /// <summary>The steps under way in one stream.</summary>
    public SagaSteps In(string stream)
    {
        var steps = SagaSteps.None;
        foreach (var append in _open)
        {
            if (append.Stream == stream)
            {
                steps |= append.Steps;
            }
        }

        return steps;
    }

    /// <summary>Forgets those that have ended.</summary>
    public void Look()
    {
        for (var i = _open.Count - 1; i >= 0; i--)
        {
            if (_open[i].Result is { IsCompleted: true } ended)
            {
                timeline.Say(_open[i], ended.Result);
                End(i);
            }
        }
    }

    /// <summary>The process died: nobody will ever know.</summary>
    public void Clear()
    {
        for (var i = _open.Count - 1; i >= 0; i--)
        {
            End(i);
        }
    }

    private void End(int index)
    {
        underWay.End(_open[index].Steps);
        _open[index] = _open[^1];
        _open.RemoveAt(_open.Count - 1);
    }

    public readonly record struct Append(string Stream, long Version, SagaSteps Steps, Task<AppendResult> Result);
}
