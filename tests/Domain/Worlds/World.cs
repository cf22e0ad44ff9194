using System.Diagnostics;
using Pos.Journal;
using Pos.Journal.Simulated;
using Pos.Payments;

namespace Pos.Tests;

/// <summary>
/// A shop in one thread: real grains on the local engine over a simulated journal; the order of turns and of disk writes comes from a
/// seed, and time jumps to the next timer when nothing can run. A silo may die and another start on what the disk has kept.
/// </summary>
internal sealed class World
{
    private static readonly TimeSpan LongestStory = TimeSpan.FromHours(48);

    private readonly List<(WorldSilo Of, Action Do)> _runnable = [];
    private readonly Queue<(WorldSilo Of, Action Do)> _atTheDisk = new();
    private readonly int _thread = Environment.CurrentManagedThreadId;
    private TaskCompletionSource _restarted = new();

    private World(int seed)
    {
#pragma warning disable RS0030 // The seed is the point.
        Random = new Random(seed);
#pragma warning restore RS0030
        Provider = new(Ledger, Cards, Time, Random);
        Silo = new(this);
    }

    public ManualTime Time { get; } = new();

    public Random Random { get; }

    public SimulatedDisk Disk { get; } = new();

    /// <summary>Moves the money of cards, out of reach of whatever happens to silos.</summary>
    public PaymentSimulator Provider { get; }

    /// <summary>The provider's own book.</summary>
    public MemoryLedger Ledger { get; } = new();

    /// <summary>How the provider behaves, from now on.</summary>
    public SimulatorOptions Cards { get; } = new();

    /// <summary>What strikes the journal. Asked at each step of its writer.</summary>
    public Func<SimulatedPoint, SimulatedFault> Faults { get; set; } = _ => SimulatedFault.None;

    /// <summary>While true the disk does nothing as long as anything else can be done.</summary>
    public bool DiskIsSlow { get; set; }

    /// <summary>Limits of the journal of silos that start from now on.</summary>
    public GroupCommitOptions Limits { get; } = new();

    /// <summary>So many silos have lived.</summary>
    public int Lives { get; set; }

    /// <summary>The silo that lives now.</summary>
    public WorldSilo Silo { get; private set; }

    public DateTimeOffset Now => Time.GetUtcNow();

    /// <summary>Tells a story to its end, by the order that a seed gives.</summary>
    public static void Run(int seed, Func<World, Task> story)
    {
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                new World(seed).Drive(story);
            }
            catch (Exception exception)
            {
                failure = exception;
            }
        });
        thread.UnsafeStart();
        thread.Join();
        if (failure is not null)
        {
            throw new InvalidOperationException($"Seed {seed} failed: {failure.Message}", failure);
        }
    }

    /// <summary>Lets time pass.</summary>
    public Task Pass(TimeSpan time) => Task.Delay(time, Time, CancellationToken.None);

    /// <summary>The silo dies with all that was not on the disk, and another one starts.</summary>
    public void Restart()
    {
        Silo.Die();
        Silo = new(this);
        Silo.Start();
        var before = _restarted;
        _restarted = new();
        before.SetResult();
    }

    /// <summary>A client that repeats the same call until it is answered, as a till does, whatever dies meanwhile.</summary>
    public async Task<T> Persist<T>(Func<Shopkeeper, Task<T>> call)
    {
        var giveUp = Now + TimeSpan.FromMinutes(30);
        while (true)
        {
            using var enough = new CancellationTokenSource();
            var asked = call(new Shopkeeper(Silo.Grains, Time));
            if (await Task.WhenAny(asked, _restarted.Task, Task.Delay(TimeSpan.FromSeconds(40), Time, enough.Token)) == asked)
            {
                enough.Cancel();
                try
                {
                    return await asked;
                }
                catch (Exception exception) when (exception is NotDurableException or TimeoutException)
                {
                    // Unknown: the same again.
                }
            }

            enough.Cancel();
            Assert.True(Now < giveUp, "the call was never answered");
            await Pass(TimeSpan.FromMilliseconds(100));
        }
    }

    public void Schedule(WorldSilo of, Action item)
    {
        Assert.Equal(_thread, Environment.CurrentManagedThreadId);
        _runnable.Add((of, item));
    }

    public void ScheduleAtTheDisk(WorldSilo of, Action step)
    {
        Assert.Equal(_thread, Environment.CurrentManagedThreadId);
        _atTheDisk.Enqueue((of, step));
    }

    public void Forget(WorldSilo of)
    {
        _runnable.RemoveAll(item => item.Of == of);
        _atTheDisk.Clear();
    }

    private void Drive(Func<World, Task> story)
    {
        Silo.Start();
        var told = story(this);
        var end = Now + LongestStory;
        while (!told.IsCompleted)
        {
            // The disk is one of those who can go on; its own steps keep their order.
            var chosen = Random.Next(_runnable.Count + (_atTheDisk.Count > 0 && (!DiskIsSlow || _runnable.Count == 0) ? 1 : 0));
            if (chosen < _runnable.Count)
            {
                var next = _runnable[chosen].Do;
                _runnable.RemoveAt(chosen);
                next();
            }
            else if (_atTheDisk.TryDequeue(out var step))
            {
                step.Do();
            }
            else
            {
                Assert.True(Time.FireNext(), "nothing can run, no timer is due, and the story has not ended");
                Assert.True(Now < end, "the story takes too long");
            }
        }

        Silo.Die();
        told.GetAwaiter().GetResult();
    }
}
