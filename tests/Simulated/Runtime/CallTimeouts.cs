namespace Pos.Tests.Simulated;

/// <summary>All calls without an answer, looked through about once a second, as in Orleans. No timer is due while there is none.</summary>
internal sealed class CallTimeouts(SimulatedSilo silo)
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    private readonly LinkedList<SimulatedCall> _open = [];
    private bool _isArmed;

    public void Add(SimulatedCall call)
    {
        call.Node = _open.AddLast(call);
        if (!_isArmed)
        {
            _isArmed = true;
            silo.After(call.Timeout < LookEvery ? call.Timeout : LookEvery, Look);
        }
    }

    public void Remove(SimulatedCall call)
    {
        _open.Remove(call.Node!);
        call.Node = null;
    }

    private void Look()
    {
        var now = silo.Time.GetTimestamp();
        foreach (var late in _open.Where(call => call.Deadline <= now).ToList())
        {
            late.OnTimeout();
        }

        _isArmed = _open.Count > 0;
        if (_isArmed)
        {
            silo.After(LookEvery, Look);
        }
    }
}
