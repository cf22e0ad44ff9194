namespace Pos.Tests.Simulated;

/// <summary>
/// The turns of one activation. It is the task scheduler of everything that runs in it, so that every <c>await</c> in grain code comes
/// back here, as in Orleans. Each turn is a step of the machine.
/// </summary>
internal sealed partial class SimulatedActivation : TaskScheduler, IThreadPoolWorkItem, IWorkItemScheduler
{
    private readonly Queue<Task> _turns = new();
    private bool _isScheduled;

    /// <summary>The activation whose turn this is, if it is one's.</summary>
    public static new SimulatedActivation? Current => TaskScheduler.Current as SimulatedActivation;

    public override int MaximumConcurrencyLevel => 1;

    void IThreadPoolWorkItem.Execute()
    {
        // A synchronization context of whoever drives the machine must not catch the grain's continuations.
        var outer = SynchronizationContext.Current;
        if (outer is not null)
        {
            SynchronizationContext.SetSynchronizationContext(null);
        }

        if (_turns.TryDequeue(out var turn))
        {
            TryExecuteTask(turn);
        }

        _isScheduled = _turns.Count > 0;
        if (_isScheduled)
        {
            Silo.Schedule(this);
        }

        if (outer is not null)
        {
            SynchronizationContext.SetSynchronizationContext(outer);
        }
    }

    void IWorkItemScheduler.QueueAction(Action action) => RunSoon(static action => ((Action)action!)(), action);

    void IWorkItemScheduler.QueueTask(Task task) => task.Start(this);

    void IWorkItemScheduler.QueueAction(Action<object> action, object state) =>
        RunSoon(static work => ((Action)work!)(), (Action)(() => action(state)));

    protected override void QueueTask(Task task)
    {
        _turns.Enqueue(task);
        if (!_isScheduled)
        {
            _isScheduled = true;
            Silo.Schedule(this);
        }
    }

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) =>
        !taskWasPreviouslyQueued && ReferenceEquals(Current, this) && TryExecuteTask(task);

    protected override IEnumerable<Task> GetScheduledTasks() => _turns;

    /// <summary>Runs something that does not throw in a turn of its own, in which nothing ambient is set.</summary>
    private void RunSoon(ContextCallback work, object state) => new Task(
        static work =>
        {
            var (callback, state) = ((ContextCallback, object))work!;
            CleanContext.Run(callback, state);
        },
        (work, state)).Start(this);

    /// <summary>Begins something in a turn of its own. A failure of it would be one of the simulator, and is never passed over.</summary>
    private void BeginSoon(Func<SimulatedActivation, Task> work) => RunSoon(
        static state =>
        {
            var (activation, work) = ((SimulatedActivation, Func<SimulatedActivation, Task>))state!;
            _ = activation.Loudly(work(activation));
        },
        (this, work));

    private async Task Loudly(Task work)
    {
        try
        {
            await work;
        }
#pragma warning disable CA1031 // It is told, and fails the run.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            Silo.Escaped($"{this}: {failure}");
        }
    }
}
