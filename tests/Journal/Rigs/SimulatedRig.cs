
using Pos.Journal;
using Pos.Tests.Simulated.Journal;

namespace Pos.Tests.Rigs;

/// <summary>The simulated journal, its steps run by the test.</summary>
public sealed class SimulatedRig : JournalRig
{
    private readonly SimulatedDisk disk = new();
    private readonly Queue<Action> steps = new();
    private SimulatedJournal? journal;
    private bool held;

    public override IJournal Start()
    {
        steps.Clear();
        return journal = new SimulatedJournal(Clock, disk, Faults, Limits, steps.Enqueue);
    }

    public override void Stop() => journal?.Dispose();

    public override void Crash() => journal?.Crash();

    public override void Hold() => held = true;

    public override void Release() => held = false;

    public override async Task<T> Settle<T>(Task<T> task)
    {
        await Until(() => task.IsCompleted);
        return await task;
    }

    public override async Task Until(Func<Task<bool>> condition)
    {
        while (!await condition())
        {
            if (!held && steps.TryDequeue(out var step))
                step();
            else if (!Clock.JumpToNextTimer(DateTimeOffset.MaxValue))
                throw new InvalidOperationException("Nothing moves any more.");
        }
    }

    public override void LoseTail(int events) => disk.LoseTail(events);

    public override void FlipBit(long position) => disk.FlipBit(position);

    public override void PretendNewerSchema() => disk.SchemaVersion = 99;

    public override void Dispose() => Stop();
}
