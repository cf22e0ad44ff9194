using System.Collections.Concurrent;
using Orleans;
using Orleans.Concurrency;
using Orleans.Runtime;
using Xunit.Abstractions;

namespace Pos.Tests;

/// <summary>Many threads, real order: what a seed cannot show. The seed printed only repeats the workload.</summary>
public sealed class StressTests(ITestOutputHelper output)
{
    [Fact]
    public async Task No_call_is_lost_doubled_or_run_beside_another_while_activations_come_and_go()
    {
        var seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        await using var silo = await TestSilo.StartAsync([typeof(LedgerGrain)]);
        LedgerGrain.Reset();
        const int CallersCount = 64;
        const int CallsCount = 2_000;
        const int GrainsCount = 16;
        var callers = Enumerable.Range(0, CallersCount).Select(async caller =>
        {
            await Task.Yield();
#pragma warning disable RS0030 // The seed is printed.
            var random = new Random(seed + caller);
#pragma warning restore RS0030
            for (var call = 0; call < CallsCount; call++)
            {
                var grain = silo.Client.GetGrain<ILedgerGrain>(random.Next(GrainsCount));
                var id = (caller * CallsCount) + call;
                Assert.Equal(id, await grain.Add(id, (Behaviour)random.Next(6)));
            }
        });
        await Task.WhenAll(callers).WaitAsync(TimeSpan.FromMinutes(2));
        Assert.Equal(CallersCount * CallsCount, LedgerGrain.Seen.Count);
        Assert.True(LedgerGrain.Activations > GrainsCount, "no activation ever went");
        Assert.Equal(0, LedgerGrain.Overlaps);
        Assert.Equal(0, LedgerGrain.Twins);
        output.WriteLine($"{LedgerGrain.Activations} activations");
    }

    [Fact]
    public async Task Calls_of_one_caller_stay_in_order_across_activations()
    {
        await using var silo = await TestSilo.StartScriptedAsync();
        var calls = 0;
        silo.Script["next"] = (grain, _) =>
        {
            if (calls % 10 == 0)
            {
                grain.GoWhenIdle();
            }

            return Task.FromResult($"{calls++}");
        };
        var grain = silo.Plain();
        for (var round = 0; round < 50; round++)
        {
            calls = 0;
            var answers = await Task.WhenAll(Enumerable.Range(0, 500).Select(_ => grain.Do("next")));
            Assert.Equal(Enumerable.Range(0, 500).Select(call => $"{call}"), answers);
        }
    }

    [Fact]
    public async Task A_stop_in_the_middle_of_traffic_ends_every_call_and_every_activation()
    {
        var silo = await TestSilo.StartAsync([typeof(LedgerGrain)]);
        LedgerGrain.Reset();
        var answered = 0;
        var callers = Enumerable.Range(0, 32).Select(async caller =>
        {
            await Task.Yield();
            try
            {
                for (var call = 0; ; call++)
                {
                    await silo.Client.GetGrain<ILedgerGrain>(call % 50).Add((caller * 1_000_000) + call, (Behaviour)((caller + call) % 6));
                    Interlocked.Increment(ref answered);
                }
            }
            catch (Exception exception) when (exception is SiloUnavailableException or OrleansMessageRejectionException)
            {
                // What the stop tells callers.
            }
        }).ToList();
        await Wait.Until(() => answered > 10_000);

        // The clock stands still, so a stop that waits for its time-out would never end.
        await silo.StopAsync().WaitAsync(TimeSpan.FromSeconds(60));
        await Task.WhenAll(callers).WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(0, LedgerGrain.Overlaps);
        Assert.Equal(0, LedgerGrain.Alive);
    }

    [Fact]
    public async Task Cancellation_at_any_moment_ends_the_call_and_leaves_the_grain_well()
    {
        var seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        await using var silo = await TestSilo.StartScriptedAsync();
        var (started, ended) = (0, 0);
        silo.Script["work"] = async (_, token) =>
        {
            Interlocked.Increment(ref started);
            try
            {
                for (var i = 0; i < 20; i++)
                {
                    await Task.Yield();
                    token.ThrowIfCancellationRequested();
                }
            }
            finally
            {
                Interlocked.Increment(ref ended);
            }

            return "done";
        };
        var outcomes = new ConcurrentDictionary<string, int>();
        await Task.WhenAll(Enumerable.Range(0, 32).Select(async caller =>
        {
            await Task.Yield();
#pragma warning disable RS0030 // The seed is printed.
            var random = new Random(seed + caller);
#pragma warning restore RS0030
            for (var call = 0; call < 500; call++)
            {
                using var cancellation = new CancellationTokenSource();
                var answer = silo.Plain($"{call % 4}").DoCancellable("work", cancellation.Token);
                for (var wait = random.Next(50); wait > 0; wait--)
                {
                    await Task.Yield();
                }

                await cancellation.CancelAsync();
                await answer.ContinueWith(
                    task => outcomes.AddOrUpdate($"{task.Status}", 1, (_, count) => count + 1),
                    CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            }
        })).WaitAsync(TimeSpan.FromMinutes(2));
        output.WriteLine(string.Join(", ", outcomes));
        Assert.Equal(32 * 500, outcomes.Values.Sum());
        Assert.Empty(outcomes.Keys.Except(["RanToCompletion", "Canceled"]));
        foreach (var key in Enumerable.Range(0, 4))
        {
            Assert.Equal("done", await silo.Plain($"{key}").Do("work"));
        }

        Assert.Equal(started, ended);
    }

    public enum Behaviour
    {
        AnswerAtOnce,
        Yield,
        LeaveThePool,
        GoWhenIdle,
        CallAnother,
        GoAndYield,
    }

    public interface ILedgerGrain : IGrainWithIntegerKey
    {
        Task<int> Add(int id, Behaviour behaviour);

        [AlwaysInterleave]
        Task<int> Peek();
    }

    public sealed class LedgerGrain : Grain, ILedgerGrain
    {
        internal static readonly ConcurrentDictionary<int, bool> Seen = new();
        internal static int Overlaps;
        internal static int Twins;
        internal static int Activations;

        internal static int Alive => Live.Values.Sum();

        private static readonly ConcurrentDictionary<string, int> Live = new();
        private int _running;

        public static void Reset()
        {
            Seen.Clear();
            Live.Clear();
            Overlaps = Twins = Activations = 0;
        }

        public override async Task OnActivateAsync(CancellationToken cancellationToken)
        {
            await Task.Yield();
            Interlocked.Increment(ref Activations);
            if (Live.AddOrUpdate(IdentityString, 1, (_, count) => count + 1) != 1)
            {
                Interlocked.Increment(ref Twins);
            }
        }

        public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
        {
            await Task.Yield();
            Live.AddOrUpdate(IdentityString, 0, (_, count) => count - 1);
        }

        public Task<int> Peek() => Task.FromResult(_running);

        public async Task<int> Add(int id, Behaviour behaviour)
        {
            if (Interlocked.Increment(ref _running) != 1)
            {
                Interlocked.Increment(ref Overlaps);
            }

            try
            {
                await ActAsync(id, behaviour);
            }
            finally
            {
                Interlocked.Decrement(ref _running);
            }

            return id;
        }

        private async Task ActAsync(int id, Behaviour behaviour)
        {
            if (behaviour is Behaviour.GoWhenIdle or Behaviour.GoAndYield)
            {
                DeactivateOnIdle();
            }

            if (behaviour is Behaviour.Yield or Behaviour.GoAndYield)
            {
                await Task.Yield();
            }
            else if (behaviour == Behaviour.LeaveThePool)
            {
                await Task.Run(() => { }, CancellationToken.None);
            }
            else if (behaviour == Behaviour.CallAnother)
            {
                await GrainFactory.GetGrain<ILedgerGrain>(id % 16).Peek();
            }

            if (!Seen.TryAdd(id, true))
            {
                throw new InvalidOperationException($"{id} ran twice");
            }
        }
    }
}
