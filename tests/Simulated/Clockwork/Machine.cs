using System.Diagnostics;

namespace Pos.Tests.Simulated;

/// <summary>
/// One thread runs the whole world: every turn of a grain, every step of the journal, every timer and every client. Which of the
/// runnable ones is next is drawn from the seed; when none is, time jumps to the next timer.
/// </summary>
internal sealed class Machine
{
    private static readonly DateTimeOffset Beginning = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly List<Runnable> _runnable = [];
    private readonly Queue<Runnable> _last = new();
    private readonly PriorityQueue<VirtualTimer, (long Due, long Number)> _timers = new();
    private readonly HashSet<object> _crashed = new(ReferenceEqualityComparer.Instance);
    private readonly Chance _order;
    private readonly int _stepTicksMax;
    private readonly int _thread = Environment.CurrentManagedThreadId;
    private long _numbers;
    private long _begun;
    private volatile IThreadPoolWorkItem? _doing;
    private volatile string? _escape;

    /// <param name="seed">Decides about the order.</param>
    /// <param name="stepTicksMax">How long a step takes at most. With 0, time passes only while nothing can run.</param>
    public Machine(ulong seed, int stepTicksMax = 2_000) => (Seed, _stepTicksMax, _order) = (seed, stepTicksMax, new Chance(seed, "order"));

    public ulong Seed { get; }

    /// <summary>Steps taken.</summary>
    public long Steps { get; private set; }

    /// <summary>Of everything that happened: the order of turns, the times, the events, the replies.</summary>
    public ulong Hash { get; private set; } = 14695981039346656037;

    /// <summary>100 ns since the beginning, never backwards.</summary>
    public long Ticks { get; private set; }

    /// <summary>How far the wall clock was set forward or back.</summary>
    public TimeSpan Skew { get; set; }

    public DateTimeOffset UtcNow => Beginning.AddTicks(Ticks) + Skew;

    public TimeSpan Elapsed => TimeSpan.FromTicks(Ticks);

    /// <summary>Grows with every step that is begun, for whoever looks from another thread.</summary>
    public long StepsBegun => Volatile.Read(ref _begun);

    /// <summary>Whose turn it is, for people.</summary>
    public string Doing => _doing?.ToString() ?? "between two turns";

    /// <summary>What ran on another thread, or null.</summary>
    public string? Escape => _escape;

    /// <summary>Takes part in the trace.</summary>
    public void Note(ulong what) => Hash = (ulong.RotateLeft(Hash, 5) ^ what) * 1099511628211;

    public void Note(ReadOnlySpan<byte> what)
    {
        var hash = 14695981039346656037;
        foreach (var b in what)
        {
            hash = (hash ^ b) * 1099511628211;
        }

        Note(hash);
    }

    public void Note(string what)
    {
        var hash = 14695981039346656037;
        foreach (var letter in what)
        {
            hash = (hash ^ letter) * 1099511628211;
        }

        Note(hash);
    }

    public void Enqueue(Owner owner, IThreadPoolWorkItem work)
    {
        if (IsHere(work) && !owner.IsDead && (_crashed.Count == 0 || !_crashed.Contains(work)))
        {
            _runnable.Add(new Runnable(owner, work));
        }
    }

    public void Enqueue(Owner owner, Action work) => Enqueue(owner, new Step(work));

    /// <summary>Runs something once nothing else can run.</summary>
    public void EnqueueLast(Owner owner, Action work)
    {
        if (IsHere(work) && !owner.IsDead)
        {
            _last.Enqueue(new Runnable(owner, new Step(work)));
        }
    }

    /// <summary>Runs something later.</summary>
    public void After(Owner owner, TimeSpan delay, Action work) =>
        new VirtualTimer(this, owner, _ => work(), null).Change(delay, Timeout.InfiniteTimeSpan);

    /// <summary>Nothing of this ever runs again.</summary>
    public void Crash(object work) => _crashed.Add(work);

    /// <summary>One step.</summary>
    /// <returns>False if nothing can run and no timer is due, ever.</returns>
    public bool TakeStep()
    {
        Volatile.Write(ref _begun, _begun + 1);
        Ticks += _order.Next(_stepTicksMax);
        FireDue();
        while (_runnable.Count == 0)
        {
            if (_last.TryDequeue(out var last))
            {
                _runnable.Add(last);
                break;
            }

            if (!JumpToNextTimer())
            {
                return false;
            }

            FireDue();
        }

        var chosen = _order.Next(_runnable.Count);
        var (owner, work) = _runnable[chosen];
        _runnable[chosen] = _runnable[^1];
        _runnable.RemoveAt(_runnable.Count - 1);
        if (owner.IsDead || (_crashed.Count > 0 && _crashed.Contains(work)))
        {
            return true;
        }

        Steps++;
        Note(((ulong)chosen << 32) ^ (ulong)_runnable.Count ^ ((ulong)Ticks << 8));
        _doing = work;
        work.Execute();
        _doing = null;
        return true;
    }

    internal long NextNumber() => ++_numbers;

    /// <summary>Whoever comes from another thread has escaped; it is told by name and takes no part any more.</summary>
    internal bool IsHere(object what)
    {
        if (Environment.CurrentManagedThreadId == _thread)
        {
            return true;
        }

        Escaped($"{what} on thread {Environment.CurrentManagedThreadId} ({Thread.CurrentThread.Name ?? "unnamed"}){Environment.NewLine}{new StackTrace(1)}");
        return false;
    }

    internal void Escaped(string what) => _escape ??= what;

    internal void Arm(VirtualTimer timer, long due, long number) => _timers.Enqueue(timer, (due, number));

    private bool JumpToNextTimer()
    {
        while (_timers.TryPeek(out var timer, out var at))
        {
            if (timer.IsDueAs(at.Number))
            {
                Ticks = Math.Max(Ticks, at.Due);
                return true;
            }

            _timers.Dequeue();
        }

        return false;
    }

    private void FireDue()
    {
        while (_timers.TryPeek(out var timer, out var at) && at.Due <= Ticks)
        {
            _timers.Dequeue();
            if (timer.IsDueAs(at.Number))
            {
                timer.Fire();
            }
        }
    }

    private readonly record struct Runnable(Owner Owner, IThreadPoolWorkItem Work);

    private sealed class Step(Action work) : IThreadPoolWorkItem
    {
        public void Execute() => work();

        public override string ToString() => $"{work.Method.DeclaringType?.FullName}.{work.Method.Name}";
    }
}
