using Pos.Journal;
using Pos.Journal.Writing;

namespace Pos.Tests.Simulated.Journal;

/// <summary>
/// Drives a journal's writer without threads: each step is handed to a scheduler, or runs at once when there is none. Retries wait on
/// the injected clock.
/// </summary>
internal sealed class SimulatedDriver
{
    private readonly JournalWriter _writer;
    private readonly Action<Action>? _schedule;
    private readonly Action _onCrash;
    private readonly Committer _committer;
    private readonly Confirmer _confirmer;
    private readonly object _gate = new();
    private Batch? _committed;
    private bool _writeArmed;
    private bool _confirmArmed;

    public SimulatedDriver(JournalWriter writer, Action<Action>? schedule, Action onCrash)
    {
        _writer = writer;
        _schedule = schedule;
        _onCrash = onCrash;
        _committer = writer.Committer;
        _confirmer = writer.Confirmer;
        writer.OnEntered = Arm;
    }

    public bool IsStopped { get; private set; }

    /// <summary>Nothing moves any more, and nobody who waits is ever told.</summary>
    public void Stop() => IsStopped = true;

    /// <summary>Runs whatever is under way to its end without the scheduler; gives up at once on what fails.</summary>
    public void Drain()
    {
        lock (_gate)
        {
            while (!IsStopped && (CanWrite || CanConfirm))
            {
                if (CanConfirm)
                {
                    Guard(Confirm);
                }
                else
                {
                    Guard(Write);
                }

                if (_committer.IsUncertain)
                {
                    _committer.GiveUp();
                }

                if (!_confirmer.IsBusy)
                {
                    continue;
                }

                _confirmer.GiveUp(TakeCommitted);
                return;
            }
        }
    }

    private bool CanWrite => _committer.IsUncertain || (_committed is null && _writer.Queue.Events > 0);

    private bool CanConfirm => _confirmer.IsBusy || _committed is not null;

    private void Arm()
    {
        lock (_gate)
        {
            if (IsStopped)
            {
                return;
            }

            if (CanWrite && !_writeArmed)
            {
                _writeArmed = true;
                Later(_committer.IsUncertain, WriteStep);
            }

            if (CanConfirm && !_confirmArmed)
            {
                _confirmArmed = true;
                Later(_confirmer.IsBusy, ConfirmStep);
            }
        }
    }

    private void Later(bool retry, Action step)
    {
        if (retry)
        {
            var timer = new Retry();
            timer.Start(_writer.Time, _writer.Options.RetryEvery, step);
        }
        else if (_schedule is null)
        {
            step();
        }
        else
        {
            _schedule(step);
        }
    }

    private void WriteStep()
    {
        lock (_gate)
        {
            _writeArmed = false;
            Guard(Write);
            Arm();
        }
    }

    private void ConfirmStep()
    {
        lock (_gate)
        {
            _confirmArmed = false;
            Guard(Confirm);
            Arm();
        }
    }

    private void Write()
    {
        if (_committer.IsUncertain)
        {
            _committed = _committer.LookUp();
        }
        else if (_committed is null && _writer.Queue.TryTake() is { } batch)
        {
            _committed = _committer.Commit(batch);
        }

        _committer.Maintain();
    }

    private void Confirm()
    {
        if (!_confirmer.IsBusy)
        {
            if (TakeCommitted() is not { } batch)
            {
                return;
            }

            _confirmer.Start(batch);
        }

        _confirmer.Try(TakeCommitted);
    }

    private Batch? TakeCommitted()
    {
        var batch = _committed;
        _committed = null;
        return batch;
    }

    private void Guard(Action step)
    {
        if (IsStopped)
        {
            return;
        }

        try
        {
            step();
        }
        catch (SimulatedCrashException)
        {
            IsStopped = true;
            _onCrash();
        }
    }

    /// <summary>A timer that keeps itself until it has fired.</summary>
    private sealed class Retry
    {
        private ITimer? _timer;

        public void Start(TimeProvider time, TimeSpan after, Action step) => _timer = time.CreateTimer(
            _ =>
            {
                _timer?.Dispose();
                step();
            },
            null, after, Timeout.InfiniteTimeSpan);
    }
}
