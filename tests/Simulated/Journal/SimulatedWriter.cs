using Pos.Journal;
using Pos.Journal.Writing;

namespace Pos.Tests.Simulated.Journal;

/// <summary>
/// Drives the pipeline without threads: each step is handed to a scheduler, or runs at once when there is none. Retries wait on the
/// injected clock.
/// </summary>
internal sealed class SimulatedWriter
{
    private readonly JournalWriter pipeline;
    private readonly Action<Action>? schedule;
    private readonly Action onCrash;
    private readonly Committer commits;
    private readonly Confirmer confirms;
    private readonly object gate = new();
    private Batch? committed;
    private bool writeArmed;
    private bool confirmArmed;

    public SimulatedWriter(JournalWriter pipeline, Action<Action>? schedule, Action onCrash)
    {
        this.pipeline = pipeline;
        this.schedule = schedule;
        this.onCrash = onCrash;
        commits = new Committer(pipeline);
        confirms = new Confirmer(pipeline);
        pipeline.OnEntered = Arm;
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
                if (commits.IsUncertain)
                    commits.GiveUp();
                if (!confirms.IsBusy)
                    continue;
                confirms.GiveUp(TakeCommitted);
                return;
            }
        }
    }

    private bool CanWrite => commits.IsUncertain || (committed is null && pipeline.Queue.Events > 0);

    private bool CanConfirm => confirms.IsBusy || committed is not null;

    private void Arm()
    {
        lock (gate)
        {
            if (IsStopped)
                return;
            if (CanWrite && !writeArmed)
            {
                writeArmed = true;
                Later(commits.IsUncertain, WriteStep);
            }

            if (CanConfirm && !confirmArmed)
            {
                confirmArmed = true;
                Later(confirms.IsBusy, ConfirmStep);
            }
        }
    }

    private void Later(bool retry, Action step)
    {
        if (retry)
        {
            var timer = new Retry();
            timer.Start(pipeline.Time, pipeline.Options.RetryEvery, step);
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
        if (commits.IsUncertain)
            committed = commits.Retry();
        else if (committed is null && pipeline.Queue.TryTake() is { } batch)
            committed = commits.Start(batch);
        pipeline.Maintain();
    }

    private void Confirm()
    {
        if (!confirms.IsBusy)
        {
            if (TakeCommitted() is not { } batch)
                return;
            confirms.Start(batch);
        }

        confirms.Try(TakeCommitted);
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
