using Orleans.Runtime;

namespace Pos.LocalEngine;

/// <summary>
/// The turns of one grain, of which never two run at the same time. It is the task scheduler of everything that runs in it, so that every
/// <c>await</c> in grain code comes back here.
/// </summary>
internal sealed partial class Activation : TaskScheduler, IGrainContext, IThreadPoolWorkItem
{
    private readonly Queue<Task> _turns = new();
    private bool _isScheduled;

    /// <summary>The activation whose turn runs on this thread, if any.</summary>
    internal static new Activation? Current => TaskScheduler.Current as Activation;

    public override int MaximumConcurrencyLevel => 1;

    /// <summary>Runs a short action that does not throw in a turn, beside whatever requests run.</summary>
    internal void RunSoon<TState>(Action<TState> action, TState state)
        where TState : class =>
        new Task(
            static work =>
            {
                var (action, state) = ((Action<TState>, TState))work!;
                ExecutionContext.Run(CleanContext.Value, _ => action(state), null);
            },
            (action, state)).Start(this);

    void IThreadPoolWorkItem.Execute()
    {
        // A synchronization context of whoever drives the turns must not catch the grain's continuations.
        var outer = SynchronizationContext.Current;
        if (outer is not null)
        {
            SynchronizationContext.SetSynchronizationContext(null);
        }

        if (RunTurns(Silo.Turns.StepsMax))
        {
            Silo.Turns.ScheduleLast(this);
        }

        if (outer is not null)
        {
            SynchronizationContext.SetSynchronizationContext(outer);
        }
    }

    protected override void QueueTask(Task task)
    {
        lock (_turns)
        {
            _turns.Enqueue(task);
            if (_isScheduled)
            {
                return;
            }

            _isScheduled = true;
        }

        Silo.Turns.Schedule(this);
    }

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) =>
        !taskWasPreviouslyQueued && ReferenceEquals(Current, this) && TryExecuteTask(task);

    protected override IEnumerable<Task> GetScheduledTasks()
    {
        lock (_turns)
        {
            return _turns.ToArray();
        }
    }

    /// <returns>True if turns are left.</returns>
    private bool RunTurns(int stepsMax)
    {
        for (var steps = 0; ; steps++)
        {
            Task? turn;
            lock (_turns)
            {
                if (_turns.Count == 0)
                {
                    _isScheduled = false;
                    return false;
                }

                if (steps == stepsMax)
                {
                    return true;
                }

                turn = _turns.Dequeue();
            }

            TryExecuteTask(turn);
        }
    }
}
