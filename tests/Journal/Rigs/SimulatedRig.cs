
using Pos.Journal;
using Pos.Tests.Simulated.Journal;

namespace Pos.Tests.Rigs;

/// <summary>The simulated journal, its steps run by the test.</summary>
public sealed class SimulatedRig : JournalRig
{
    private readonly SimulatedDisk _disk = new();
    private readonly Queue<Action> _steps = new();
    private SimulatedJournal? _journal;
    private bool _held;

    public override IJournal Start()
    {
        _steps.Clear();
        return _journal = new SimulatedJournal(Clock, _disk, Faults, Limits, _steps.Enqueue);
    }

    public override void Stop() => _journal?.Dispose();

    public override void Crash() => _journal?.Crash();

    public override void Hold() => _held = true;

    public override void Release() => _held = false;

    public override async Task<T> Settle<T>(Task<T> task)
    {
        await Until(() => task.IsCompleted);
        return await task;
    }

    public override async Task Until(Func<Task<bool>> condition)
    {
        while (!await condition())
        {
            if (!_held && _steps.TryDequeue(out var step))
            {
                step();
            }
            else if (!Clock.JumpToNextTimer(DateTimeOffset.MaxValue))
            {
                throw new InvalidOperationException("Nothing moves any more.");
            }
        }
    }

    public override void LoseTail(int events) => _disk.LoseTail(events);

    public override void FlipBit(long position) => _disk.FlipBit(position);

    public override void PretendNewerSchema() => _disk.SchemaVersion = 99;

    public override void Dispose() => Stop();
}
