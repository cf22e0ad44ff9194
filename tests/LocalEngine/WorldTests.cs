using System.Text;
using Orleans;
using Orleans.Concurrency;

namespace Pos.Tests;

/// <summary>The engine owned by a simulator: one thread, a seed, a clock that jumps.</summary>
public sealed class WorldTests
{
    [Fact]
    public void The_same_seed_gives_the_same_trace_and_other_seeds_give_others()
    {
        List<string> traces = [];
        for (var seed = 1; seed <= 20; seed++)
        {
            var trace = TraceOf(seed);
            Assert.Equal(trace, TraceOf(seed));
            traces.Add(trace);
        }

        Assert.True(traces.Distinct().Count() >= 19, $"{traces.Distinct().Count()} of 20 seeds differ");
    }

    /// <summary>Calls, reentrancy, timers, time-outs, deactivations and idle collection, all noted with thread and time.</summary>
    private static string TraceOf(int seed)
    {
        var trace = new StringBuilder();
        World.Run(
            seed,
            [typeof(TracedPlainGrain), typeof(TracedReentrantGrain)],
            async silo =>
            {
                var thread = Environment.CurrentManagedThreadId;
                Tracer.Note = what =>
                {
                    Assert.Equal(thread, Environment.CurrentManagedThreadId);
                    trace.Append(silo.Time.GetTimestamp()).Append(' ').AppendLine(what);
                };
                await Task.WhenAll(Enumerable.Range(0, 10).Select(client => ClientAsync(silo, client)));
                await silo.PassAsync(TimeSpan.FromMinutes(20));
            });
        Tracer.Note = null;
        Assert.Contains("timed out", trace.ToString(), StringComparison.Ordinal);
        Assert.Contains("tick", trace.ToString(), StringComparison.Ordinal);
        Assert.Contains("ActivationIdle", trace.ToString(), StringComparison.Ordinal);
        return trace.ToString();
    }

    private static async Task ClientAsync(TestSilo silo, int client)
    {
        for (var call = 0; call < 20; call++)
        {
            try
            {
                var answer = await (call % 2 == 0
                    ? silo.Client.GetGrain<ITracedPlainGrain>(client * call % 7).Work(client, call)
                    : silo.Client.GetGrain<ITracedReentrantGrain>((client + call) % 5).Work(client, call));
                Tracer.Note!($"client {client} call {call} got {answer}");
            }
            catch (TimeoutException)
            {
                Tracer.Note!($"client {client} call {call} timed out");
            }
        }
    }

    private static class Tracer
    {
        [ThreadStatic]
        private static Action<string>? _note;

        internal static Action<string>? Note
        {
            get => _note;
            set => _note = value;
        }
    }

    public interface ITracedGrain : IGrainWithIntegerKey
    {
        Task<int> Work(int client, int call);
    }

    public interface ITracedPlainGrain : ITracedGrain;

    public interface ITracedReentrantGrain : ITracedGrain;

    public abstract class TracedGrain(TimeProvider time, Random random) : Grain, ITracedGrain
    {
        private int _state;

        public override Task OnActivateAsync(CancellationToken cancellationToken)
        {
            Note("activates");
            this.RegisterGrainTimer(
                async () =>
                {
                    Note("tick");
                    await GrainFactory.GetGrain<ITracedReentrantGrain>(_state % 5).Work(-1, _state);
                    Note("tick ends");
                },
                TimeSpan.FromSeconds(random.Next(1, 20)),
                TimeSpan.FromSeconds(7));
            return Task.CompletedTask;
        }

        public override Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
        {
            Note($"goes: {reason.ReasonCode}");
            return Task.CompletedTask;
        }

        public async Task<int> Work(int client, int call)
        {
            Note($"works for {client} on {call}");
            switch (random.Next(10))
            {
                case 0:
                    await Task.Delay(TimeSpan.FromSeconds(random.Next(60)), time, CancellationToken.None);
                    break;
                case 1:
                    DeactivateOnIdle();
                    break;
                case 2:
                    await Task.WhenAll(Enumerable.Range(0, 3).Select(async _ => await Task.Yield()));
                    break;
                case 3 when client >= 0:
                    _state += await GrainFactory.GetGrain<ITracedReentrantGrain>(random.Next(5)).Work(-1, call);
                    break;
            }

            Note($"answers {client} on {call}");
            return ++_state;
        }

        private void Note(string what) => Tracer.Note?.Invoke($"{IdentityString} {what}");
    }

    public sealed class TracedPlainGrain(TimeProvider time, Random random) : TracedGrain(time, random), ITracedPlainGrain;

    [Reentrant]
    public sealed class TracedReentrantGrain(TimeProvider time, Random random) : TracedGrain(time, random), ITracedReentrantGrain;
}
