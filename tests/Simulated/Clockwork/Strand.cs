namespace Pos.Tests.Simulated;

/// <summary>Continuations of everything that is no grain: clients, the wake-up dispatcher.</summary>
internal sealed class Strand(Machine machine, Owner owner) : SynchronizationContext
{
    public override void Post(SendOrPostCallback d, object? state) => machine.Enqueue(owner, new Posted(this, d, state));

    public override void Send(SendOrPostCallback d, object? state) => throw new NotSupportedException("Nothing here waits for another strand.");

    public override SynchronizationContext CreateCopy() => this;

    /// <summary>Runs something whose continuations belong to this strand.</summary>
    public void Run(Action work)
    {
        var outer = Current;
        SetSynchronizationContext(this);
        try
        {
            work();
        }
        finally
        {
            SetSynchronizationContext(outer);
        }
    }

    private sealed class Posted(Strand strand, SendOrPostCallback callback, object? state) : IThreadPoolWorkItem
    {
        public void Execute() => strand.Run(() => callback(state));

        public override string ToString() => $"{callback.Method.DeclaringType?.FullName}.{callback.Method.Name} ({state})";
    }
}
