using Pos.Journal;
using Pos.Journal.Writing;

namespace Pos.Tests.Simulated.Journal;

/// <summary>
/// Drives a journal's writer without threads: each step is handed to a scheduler, or runs at once when there is none. Retries wait on
/// the injected clock.
/// </summary>
internal sealed class SimulatedDriver
{
    private readonly JournalWriter writer;
    private readonly Action<Action>? schedule;
    private readonly Action onCrash;
    private readonly Committer committer;
    private readonly Confirmer confirmer;
    private readonly object gate = new();
    private Batch? committed;
    private bool writeArmed;
    private bool confirmArmed;

    public SimulatedDriver(JournalWriter writer, Action<Action>? schedule, Action onCrash)
    {
        this.writer = writer;
        this.schedule = schedule;
        this.onCrash = onCrash;
        committer = writer.Committer;
        confirmer = writer.Confirmer;
        writer.OnEntered = Arm;
    }

    public bool IsStopped { get; private set; }

    /// <summary>Nothing moves any more, and nobody who waits is ever told.</summary>
    public void Stop() => IsStopped = true;

    /// <summary>Runs whatever is under way to its end without the scheduler; gives up at once on what fails.</summary>
    public void Drain()
    {
        lock (gate)
        {
            while (!IsStopped && (CanWrite || CanConfirm))
            {
                if (CanConfirm)
                    Guard(Confirm);
                else
                    Guard(Write);
                if (committer.IsUncertain)
                    committer.GiveUp();
                if (!confirmer.IsBusy)
                    continue;
                confirmer.GiveUp(TakeCommitted);
                return;
            }
        }
    }

    private bool CanWrite => committer.IsUncertain || (committed is null && writer.Queue.Events > 0);

    private bool CanConfirm => confirmer.IsBusy || committed is not null;

    private void Arm()
    {
        lock (gate)
        {
            if (IsStopped)
                return;
            if (CanWrite && !writeArmed)
            {
                writeArmed = true;
                Later(committer.IsUncertain, WriteStep);
            }

            if (CanConfirm && !confirmArmed)
            {
                confirmArmed = true;
                Later(confirmer.IsBusy, ConfirmStep);
            }
        }
    }

    private void Later(bool retry, Action step)
    {
        if (retry)
        {
            var timer = new Retry();
            timer.Start(writer.Time, writer.Options.RetryEvery, step);
        }
        else if (schedule is null)
        {
            step();
        }
        else
        {
            schedule(step);
        }
    }

    private void WriteStep()
    {
        lock (gate)
        {
            writeArmed = false;
            Guard(Write);
            Arm();
        }
    }

    private void ConfirmStep()
    {
        lock (gate)
        {
            confirmArmed = false;
            Guard(Confirm);
            Arm();
        }
    }

    private void Write()
    {
        if (committer.IsUncertain)
            committed = committer.LookUp();
        else if (committed is null && writer.Queue.TryTake() is { } batch)
            committed = committer.Commit(batch);
        committer.Maintain();
    }

    private void Confirm()
    {
        if (!confirmer.IsBusy)
        {
            if (TakeCommitted() is not { } batch)
                return;
            confirmer.Start(batch);
        }

        confirmer.Try(TakeCommitted);
    }

    private Batch? TakeCommitted()
    {
        var batch = committed;
        committed = null;
        return batch;
    }

    private void Guard(Action step)
    {
        if (IsStopped)
            return;
        try
        {
            step();
        }
        catch (SimulatedCrashException)
        {
            IsStopped = true;
            onCrash();
        }
    }

    /// <summary>A timer that keeps itself until it has fired.</summary>
    private sealed class Retry
    {
        private ITimer? timer;

        public void Start(TimeProvider time, TimeSpan after, Action step) => timer = time.CreateTimer(
            _ =>
            {
                timer?.Dispose();
                step();
            },
            null, after, Timeout.InfiniteTimeSpan);
    }
}
