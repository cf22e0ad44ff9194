using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Orleans.Runtime;
using Pos.LocalEngine;

namespace Pos.Tests;

/// <summary>What an operator can ask the engine.</summary>
public sealed class ManagementTests
{
    [Fact]
    public void The_management_grain_names_every_activation_and_the_one_silo()
    {
        World.Run(async silo =>
        {
            silo.Script["work"] = (_, _) => Task.FromResult("done");
            await silo.Plain("a").Do("work");
            await silo.Plain("b").Do("work");
            await silo.Reentrant("a").Do("work");
            var management = silo.Client.GetGrain<IManagementGrain>(0);
            var (address, status) = Assert.Single(await management.GetHosts(onlyActive: true));
            Assert.Equal(SiloStatus.Active, status);

            var counts = (await management.GetSimpleGrainStatistics()).ToDictionary(type => type.GrainType, type => type.ActivationCount);
            Assert.Equal(2, counts[typeof(PlainScriptedGrain).FullName!]);
            Assert.Equal(1, counts[typeof(ReentrantScriptedGrain).FullName!]);
            Assert.Equal(counts.Values.Sum(), await management.GetTotalActivationCount());

            var plain = await management.GetDetailedGrainStatistics([typeof(PlainScriptedGrain).FullName!], [address]);
            Assert.Equal(["plain/a", "plain/b"], plain.Select(grain => grain.GrainId.ToString()));
            Assert.Equal(["plain/a", "plain/b"], (await management.GetActiveGrains(GrainType.Create("plain"))).Select(id => id.ToString()));
            Assert.Equal(address, await management.GetActivationAddress(silo.Plain("b")));
            Assert.Null(await management.GetActivationAddress(silo.Plain("c")));
            Assert.Equal(1, await management.GetGrainActivationCount((GrainReference)silo.Plain("b")));

            // What is called an activation is loaded: nothing that was collected is.
            await silo.PassAsync(TimeSpan.FromHours(1));
            Assert.Empty(await management.GetActiveGrains(GrainType.Create("plain")));
        });
    }

    [Fact]
    public void Another_silo_is_not_this_one()
    {
        World.Run(async silo =>
        {
            var management = silo.Client.GetGrain<IManagementGrain>(0);
            SiloAddress[] other = [SiloAddress.New(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 1), 1)];
            Assert.Empty(await management.GetSimpleGrainStatistics(other));
            Assert.Empty(await management.GetDetailedGrainStatistics(null, other));
            Assert.NotEmpty(await management.GetSimpleGrainStatistics([]));
        });
    }

    [Fact]
    public void A_look_tells_what_was_called_since_the_look_before()
    {
        World.Run(async silo =>
        {
            silo.Script["work"] = (_, _) => Task.FromResult("done");
            var statistics = silo.Statistics;
            await silo.Plain("a").Do("work");
            statistics.Look(10);
            for (var call = 0; call < 5; call++)
            {
                await silo.Plain("a").Do("work");
            }

            await silo.Plain("b").Do("work");
            await silo.PassAsync(TimeSpan.FromSeconds(3));
            var look = statistics.Look(1);
            var plain = look.Types.Single(type => type.Class == typeof(PlainScriptedGrain).FullName);
            Assert.Equal((6, 7, 2, 0), (plain.Calls, plain.CallsEver, plain.Activations, plain.Errors));
            Assert.Equal(TimeSpan.FromSeconds(3), look.Elapsed);
            Assert.Equal(new GrainLook(GrainId.Create("plain", "a"), 5), Assert.Single(look.Busiest));
            Assert.Empty(statistics.Look(10).Busiest);
        });
    }

    [Fact]
    public void The_calls_of_a_grain_that_has_gone_are_not_forgotten()
    {
        World.Run(async silo =>
        {
            silo.Script["work"] = (grain, _) =>
            {
                grain.GoWhenIdle();
                return Task.FromResult("done");
            };
            await silo.Plain("a").Do("work");
            await silo.Plain("a").Do("work");
            await silo.PassAsync(TimeSpan.FromSeconds(1));
            var plain = silo.Statistics.Look(10).Types.Single(type => type.Class == typeof(PlainScriptedGrain).FullName);
            Assert.Equal((2, 2, 0), (plain.Calls, plain.CallsEver, plain.Activations));
        });
    }

    [Fact]
    public void A_call_takes_from_its_sending_to_its_end()
    {
        World.Run(async silo =>
        {
            silo.Script["wait"] = async (_, _) =>
            {
                await silo.PassAsync(TimeSpan.FromMilliseconds(100));
                return "done";
            };

            // They wait for each other: the tenth takes a second.
            await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => silo.Plain().Do("wait")));
            var plain = silo.Statistics.Look(10).Types.Single(type => type.Class == typeof(PlainScriptedGrain).FullName);
            Assert.InRange(plain.Mean.TotalMilliseconds, 550 * 0.93, 550 * 1.07);
            Assert.InRange(plain.P99.TotalMilliseconds, 1000 * 0.93, 1000 * 1.07);
        });
    }

    [Fact]
    public void Every_caller_who_gets_an_exception_counts_as_one_error()
    {
        World.Run(
            async silo =>
            {
                silo.Script["fail"] = (_, _) => throw new InvalidOperationException("no");
                silo.Script["wait"] = async (_, token) =>
                {
                    await silo.PassAsync(TimeSpan.FromMinutes(2));
                    return "late";
                };
                await Assert.ThrowsAsync<InvalidOperationException>(() => silo.Plain("a").Do("fail"));
                Assert.Equal(1, Errors());

                // A time-out is the caller's error once, and the answer that comes too late is none.
                await Assert.ThrowsAsync<TimeoutException>(() => silo.Plain("b").Do("wait"));
                await silo.PassAsync(TimeSpan.FromMinutes(3));
                Assert.Equal(1, Errors());

                // Refused, as the queue is full.
                var waiting = silo.Plain("c").DoCancellable("wait", CancellationToken.None);
                await Assert.ThrowsAsync<LimitExceededException>(() => silo.Plain("c").Do("fail"));
                await Assert.ThrowsAsync<TimeoutException>(() => waiting);
                Assert.Equal(2, Errors());

                // Who cancels has no error to complain of.
                using var cancellation = new CancellationTokenSource(TimeSpan.FromSeconds(1), silo.Time);
                await Assert.ThrowsAnyAsync<OperationCanceledException>(() => silo.Plain("d").DoCancellable("wait", cancellation.Token));
                Assert.Equal(0, Errors());

                long Errors() => silo.Statistics.Look(1).Types.Single(type => type.Class == typeof(PlainScriptedGrain).FullName).Errors;
            },
            options => options.QueuedCallsMax = 1);
    }

    [Fact]
    public async Task Nothing_is_lost_between_threads_that_call_and_one_that_looks()
    {
        await using var silo = await TestSilo.StartScriptedAsync();
        silo.Script["work"] = (grain, _) =>
        {
            if (grain.Number % 7 == 0)
            {
                grain.GoWhenIdle();
            }

            return Task.FromResult("done");
        };
        const int CallersCount = 20;
        const int CallsCount = 500;
        var calling = Task.WhenAll(Enumerable.Range(0, CallersCount).Select(caller => Task.Run(async () =>
        {
            for (var call = 0; call < CallsCount; call++)
            {
                await silo.Plain($"{(caller + call) % 15}").Do("work");
            }
        })));
        var (seen, busiest) = (0L, 0L);
        while (!calling.IsCompleted)
        {
            Add();
            await Task.Yield();
        }

        await calling;

        // The caller may have its answer a moment before the callee has counted it.
        await Wait.Until(() => Add() == CallersCount * CallsCount);
        Assert.InRange(busiest, 1, seen);

        long Add()
        {
            var look = silo.Statistics.Look(100);
            seen += look.Types.Single(type => type.Class == typeof(PlainScriptedGrain).FullName).Calls;
            busiest += look.Busiest.Sum(grain => grain.Calls);
            return seen;
        }
    }

    [Fact]
    public void Every_duration_is_known_within_six_per_cent()
    {
        World.Run(async silo =>
        {
            for (var ticks = 1L; ticks < TimeSpan.FromSeconds(25).Ticks; ticks += 1 + (ticks / 30))
            {
                silo.Script["wait"] = async (_, _) =>
                {
                    await silo.PassAsync(TimeSpan.FromTicks(ticks));
                    return "done";
                };
                silo.Statistics.Look(0);
                var start = silo.Time.GetTimestamp();
                await silo.Plain().Do("wait");
                var took = silo.Time.GetTimestamp() - start;
                var plain = silo.Statistics.Look(0).Types.Single(type => type.Class == typeof(PlainScriptedGrain).FullName);
                Assert.InRange(plain.Mean.Ticks, (took * 0.93) - 1, (took * 1.07) + 1);
                Assert.InRange(plain.P99.Ticks, (took * 0.93) - 1, (took * 1.07) + 1);
            }
        });
    }
}
