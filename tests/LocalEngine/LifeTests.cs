using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Orleans.Runtime;

namespace Pos.Tests;

public sealed class LifeTests
{
    [Fact]
    public async Task A_failed_activation_fails_the_waiting_calls_and_the_next_call_tries_anew()
    {
        await using var silo = await TestSilo.StartScriptedAsync();
        var gate = new Gate();
        silo.Script.OnActivate = async (_, _) =>
        {
            await gate.PassAsync();
            throw new InvalidTimeZoneException("no luck");
        };
        silo.Script["fine"] = (grain, _) => Task.FromResult("fine");
        var grain = silo.Plain();
        var calls = new[] { grain.Do("fine"), grain.Do("fine") };
        await gate.Reached;
        gate.Open();
        foreach (var call in calls)
        {
            await Assert.ThrowsAsync<InvalidTimeZoneException>(() => call);
        }

        silo.Script.OnActivate = (_, _) => Task.CompletedTask;
        Assert.Equal("fine", await grain.Do("fine"));
    }

    [Fact]
    public async Task A_grain_that_cannot_be_constructed_fails_the_call()
    {
        await using var silo = await TestSilo.StartAsync([typeof(NeedyGrain)]);
        await Assert.ThrowsAsync<InvalidOperationException>(() => silo.Client.GetGrain<INeedyGrain>(1).Ask());
    }

    [Fact]
    public void An_activation_that_takes_too_long_fails() => World.Run(
        async silo =>
        {
            silo.Script.OnActivate = (_, token) => new TaskCompletionSource().Task;
            silo.Script["fine"] = (_, _) => Task.FromResult("fine");
            var exception = await Assert.ThrowsAsync<TimeoutException>(() => silo.Plain().Do("fine"));
            Assert.Contains("00:00:05", exception.Message, StringComparison.Ordinal);
        },
        options => options.ActivationTimeout = TimeSpan.FromSeconds(5));

    [Fact]
    public async Task Deactivation_waits_for_running_requests_and_later_calls_wait_for_the_next_activation()
    {
        await using var silo = await TestSilo.StartScriptedAsync();
        var gate = new Gate();
        silo.Script.OnDeactivate = (grain, reason, _) =>
        {
            grain.Script.Note($"gone: {reason.ReasonCode}");
            return Task.CompletedTask;
        };
        silo.Script["go"] = async (grain, _) =>
        {
            grain.GoWhenIdle();
            await gate.PassAsync();
            grain.Script.Note("request ends");
            return $"{grain.Number}";
        };
        silo.Script["number"] = (grain, _) =>
        {
            grain.Script.Note("next");
            return Task.FromResult($"{grain.Number}");
        };
        var grain = silo.Reentrant();
        var going = grain.Do("go");
        await gate.Reached;
        var later = new[] { grain.Do("number"), grain.Interleave("number"), grain.Read("number") };
        gate.Open();
        var numbers = await Task.WhenAll(later);
        Assert.Equal(["request ends", "gone: ApplicationRequested", "next", "next", "next"], silo.Script.Log);
        Assert.Single(numbers.Distinct());
        Assert.NotEqual(await going, numbers[0]);
    }

    [Fact]
    public void A_deactivation_that_fails_or_hangs_does_not_keep_the_next_activation_away() => World.Run(
        async silo =>
        {
            silo.Script["go"] = (grain, _) =>
            {
                grain.GoWhenIdle();
                return Task.FromResult($"{grain.Number}");
            };
            silo.Script.OnDeactivate = (_, _, _) => throw new InvalidTimeZoneException();
            var grain = silo.Plain();
            var first = await grain.Do("go");
            silo.Script.OnDeactivate = (grain, _, _) => new TaskCompletionSource().Task;
            var second = await grain.Do("go");
            var start = silo.Time.GetTimestamp();
            var third = await grain.Do("go");
            Assert.Equal(TimeSpan.FromSeconds(3), silo.Time.GetElapsedTime(start));
            Assert.Equal(3, new[] { first, second, third }.Distinct().Count());
        },
        options => options.DeactivationTimeout = TimeSpan.FromSeconds(3));

    [Fact]
    public async Task A_grain_that_leaves_while_it_activates_refuses_its_calls_instead_of_going_round_for_ever()
    {
        await using var silo = await TestSilo.StartScriptedAsync();
        silo.Script.OnActivate = (grain, _) =>
        {
            grain.GoWhenIdle();
            return Task.CompletedTask;
        };
        silo.Script["fine"] = (_, _) => Task.FromResult("fine");
        await Assert.ThrowsAsync<OrleansMessageRejectionException>(() => silo.Plain().Do("fine"));
    }

    [Fact]
    public void Idle_activations_are_collected_by_the_age_of_their_class() => World.Run(
        async silo =>
        {
            var gone = new List<string>();
            silo.Script.OnDeactivate = (grain, reason, _) =>
            {
                gone.Add($"{grain.IdentityString} {reason.ReasonCode}");
                return Task.CompletedTask;
            };
            silo.Script["fine"] = (_, _) => Task.FromResult("fine");
            silo.Script["stay"] = (grain, _) =>
            {
                grain.Stay(TimeSpan.FromMinutes(30));
                return Task.FromResult("");
            };
            await silo.Plain("plain").Do("fine");
            await silo.Plain("stays").Do("stay");
            await silo.Reentrant().Do("fine");
            await silo.Client.GetGrain<IShortLivedScripted>("a").Do("fine");
            List<string> expected = [];
            foreach (var (minutes, who) in new[] { (3, "shortlivedscripted/a"), (3, "reentrantscripted/a"), (5, "plain/plain"), (20, "plain/stays") })
            {
                await silo.PassAsync(TimeSpan.FromMinutes(minutes - 1.5));
                Assert.Equal(expected, gone);
                await silo.PassAsync(TimeSpan.FromMinutes(1.5));
                expected.Add($"{who} ActivationIdle");
                Assert.Equal(expected, gone);
            }
        },
        options =>
        {
            options.CollectionAge = TimeSpan.FromMinutes(10);
            options.CollectionAges[typeof(ReentrantScriptedGrain)] = TimeSpan.FromMinutes(5);
        });

    [Fact]
    public void A_grain_in_use_or_busy_is_not_collected() => World.Run(
        async silo =>
        {
            silo.Script.OnDeactivate = (grain, _, _) => throw new InvalidOperationException($"{grain.IdentityString} went");
            silo.Script["fine"] = (grain, _) => Task.FromResult($"{grain.Number}");
            silo.Script["long"] = async (grain, _) =>
            {
                await silo.PassAsync(TimeSpan.FromMinutes(20));
                return $"{grain.Number}";
            };
            var busy = silo.Plain("busy").DoVoid("long");
            var first = await silo.Plain().Do("fine");
            for (var minute = 0; minute < 20; minute++)
            {
                await silo.PassAsync(TimeSpan.FromMinutes(1));
                Assert.Equal(first, await silo.Plain().Do("fine"));
            }

            await Assert.ThrowsAsync<TimeoutException>(() => busy);
            silo.Script.OnDeactivate = (_, _, _) => Task.CompletedTask;
        },
        options => options.CollectionAge = TimeSpan.FromMinutes(2));

    [Fact]
    public async Task Stop_deactivates_every_grain_once_and_refuses_later_calls()
    {
        var silo = await TestSilo.StartScriptedAsync();
        var gone = new ConcurrentQueue<string>();
        silo.Script.OnDeactivate = (grain, reason, _) =>
        {
            gone.Enqueue($"{grain.GetPrimaryKeyString()} {reason.ReasonCode}");
            return Task.CompletedTask;
        };
        silo.Script["fine"] = (_, _) => Task.FromResult("fine");
        await Task.WhenAll(Enumerable.Range(0, 100).Select(key => silo.Plain($"{key}").Do("fine")));
        await silo.StopAsync();
        Assert.Equal(Enumerable.Range(0, 100).Select(key => $"{key} ShuttingDown").Order(), gone.Order());
        await Assert.ThrowsAsync<SiloUnavailableException>(() => silo.Plain().Do("fine"));
    }

    [Fact]
    public void Stop_does_not_wait_for_ever_for_a_request_that_never_ends() => World.Run(
        async silo =>
        {
            silo.Script["hang"] = (_, _) => new TaskCompletionSource<string>().Task;
            _ = silo.Plain().Do("hang");
            await silo.PassAsync(TimeSpan.FromSeconds(1));
            var start = silo.Time.GetTimestamp();
            await silo.StopAsync();
            Assert.Equal(TimeSpan.FromSeconds(5), silo.Time.GetElapsedTime(start));
        },
        options => options.ShutdownTimeout = TimeSpan.FromSeconds(5));

    [Fact]
    public async Task Services_of_an_activation_live_as_long_as_it_does()
    {
        var disposed = 0;
        await using var silo = await TestSilo.StartAsync(
            [typeof(ScopedGrain)], services: services => services.AddScoped(_ => new Scoped(() => disposed++)));
        var grain = silo.Client.GetGrain<IScopedGrain>(Guid.Empty);
        var first = await grain.Ask();
        Assert.Equal(first, await grain.Ask());
        Assert.Equal(0, disposed);
        await grain.Leave();
        Assert.NotEqual(first, await grain.Ask());
        Assert.Equal(2, disposed);
    }

    [Fact]
    public void Others_can_wait_until_an_activation_is_gone() => World.Run(async silo =>
    {
        IGrainContext? context = null;
        silo.Script["go"] = (grain, _) =>
        {
            context = grain.GrainContext;
            grain.GoWhenIdle();
            return Task.FromResult("");
        };
        silo.Script.OnDeactivate = (_, _, _) => silo.PassAsync(TimeSpan.FromSeconds(5));
        await silo.Plain().Do("go");
        var start = silo.Time.GetTimestamp();
        await context!.Deactivated;
        Assert.Equal(TimeSpan.FromSeconds(5), silo.Time.GetElapsedTime(start));
        await context.Deactivated;
    });

    [Fact]
    public async Task A_grain_need_not_derive_from_Grain()
    {
        await using var silo = await TestSilo.StartAsync([typeof(FreeGrain)]);
        Assert.Equal("free/7", await silo.Client.GetGrain<IFreeGrain>(7).Ask());
        Assert.Equal("free/7 again", await silo.Client.GetGrain<IFreeGrain>(7).Ask());
    }

    public interface IFreeGrain : IGrainWithIntegerKey
    {
        Task<string> Ask();
    }

    public sealed class FreeGrain(IGrainContext context) : IGrainBase, IFreeGrain
    {
        private string _answer = "not activated";

        public IGrainContext GrainContext => context;

        public Task OnActivateAsync(CancellationToken token)
        {
            _answer = this.GetGrainId().ToString();
            return Task.CompletedTask;
        }

        public Task<string> Ask()
        {
            var answer = _answer;
            _answer = $"{GrainContext.GrainId} again";
            return Task.FromResult(answer);
        }
    }

    public interface INeedyGrain : IGrainWithIntegerKey
    {
        Task<string> Ask();
    }

    public sealed class NeedyGrain(Uri nobodyRegistersThis) : Grain, INeedyGrain
    {
        public Task<string> Ask() => Task.FromResult(nobodyRegistersThis.ToString());
    }

    public interface IScopedGrain : IGrainWithGuidKey
    {
        Task<int> Ask();

        Task Leave();
    }

    public sealed class Scoped(Action onDispose) : IDisposable
    {
        public void Dispose() => onDispose();
    }

    public sealed class ScopedGrain(Scoped scoped, Action? onDispose = null) : Grain, IScopedGrain, IDisposable
    {
        public Task<int> Ask() => Task.FromResult(System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(ServiceProvider.GetRequiredService<Scoped>()));

        public Task Leave()
        {
            DeactivateOnIdle();
            return Task.CompletedTask;
        }

        public void Dispose()
        {
            // Disposed once by the engine, then once more with its scope: the count shows both.
            scoped.Dispose();
            onDispose?.Invoke();
        }
    }
}
