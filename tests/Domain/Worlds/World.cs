using Pos.Journal;
using Pos.Tests.Simulated;
using Pos.Tests.Simulated.Journal;

namespace Pos.Tests;

/// <summary>
/// A shop in one thread: real grains on simulated silos over a simulated journal; the order of turns and of disk writes comes from a
/// seed, and time jumps to the next timer when nothing can run. A silo may die and another start on what the disk has kept.
/// </summary>
internal sealed class World : Ground
{
    private static readonly TimeSpan LongestStory = TimeSpan.FromHours(48);

    private TaskCompletionSource _restarted = new();

    private World(int seed)
        : base(new Machine((ulong)seed, stepTicksMax: 0), new Owner("story"), new Chance((ulong)seed, "story")) => Silo = new(this);

    /// <summary>What strikes the journal. Asked at each step of its writer.</summary>
    public Func<SimulatedPoint, SimulatedFault> Faults { get; set; } = _ => SimulatedFault.None;

    /// <summary>While true the disk does nothing as long as anything else can be done.</summary>
    public bool DiskIsSlow { get; set; }

    /// <summary>Limits of the journal of silos that start from now on.</summary>
    public JournalOptions Limits { get; } = new();

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

    private void Drive(Func<World, Task> story)
    {
        Silo.Start();
        var told = story(this);
        var end = Now + LongestStory;
        while (!told.IsCompleted && Machine.Escape is null)
        {
            Assert.True(Machine.TakeStep(), "nothing can run, no timer is due, and the story has not ended");
            Assert.True(Now < end, "the story takes too long");
        }

        Assert.True(Machine.Escape is null, Machine.Escape);
        Silo.Die();
        told.GetAwaiter().GetResult();
    }
}
