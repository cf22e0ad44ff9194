using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Orleans.Runtime;

namespace Pos.Tests;

public sealed class FilterTests
{
    [Fact]
    public async Task Filters_see_calls_in_order_from_the_caller_to_the_grain()
    {
        await using var silo = await TestSilo.StartAsync([typeof(AdderGrain), typeof(CallerGrain)], services: services => services
            .AddSingleton<IOutgoingGrainCallFilter>(provider => new Outgoing(provider.GetRequiredService<Script>(), "out 1"))
            .AddSingleton<IOutgoingGrainCallFilter>(provider => new Outgoing(provider.GetRequiredService<Script>(), "out 2"))
            .AddSingleton<IIncomingGrainCallFilter>(provider => new Incoming(provider.GetRequiredService<Script>(), "in 1"))
            .AddSingleton<IIncomingGrainCallFilter>(provider => new Incoming(provider.GetRequiredService<Script>(), "in 2")));
        Assert.Equal(5, await silo.Client.GetGrain<IAdderGrain>(7).Add(2, 3));
        Assert.Equal(
            ["out 1 Add(2, 3) adder/7 from nobody", "out 2 Add(2, 3) adder/7 from nobody", "in 1 Add AdderGrain.Add", "in 2 Add AdderGrain.Add",
                "own Add", "run", "own got 5", "in 2 got 5", "in 1 got 5", "out 2 got 5", "out 1 got 5"],
            silo.Script.Log);
        Assert.Equal(5, await silo.Client.GetGrain<ICallerGrain>(1).Call());
        Assert.Contains("out 1 Add(2, 3) adder/8 from caller/1", silo.Script.Log);
    }

    [Fact]
    public async Task Filters_may_replace_arguments_and_results_answer_themselves_and_repeat_a_call()
    {
        await using var silo = await TestSilo.StartAsync([typeof(AdderGrain)], services: services => services
            .AddSingleton<IOutgoingGrainCallFilter>(new Retrying())
            .AddSingleton<IIncomingGrainCallFilter>(new Changing()));
        var grain = silo.Client.GetGrain<IAdderGrain>(1);
        Assert.Equal(1_005, await grain.Add(2, 3));
        Assert.Equal(-1, await grain.Add(0, 3));
        Assert.Equal(1_007, await grain.Add(100, 3));
        Assert.Equal(3, await grain.Fail(2));
        await grain.Nothing();
        await Assert.ThrowsAsync<InvalidTimeZoneException>(async () => await grain.Fail(50));
    }

    [Fact]
    public async Task The_request_context_flows_to_the_callee_and_never_back()
    {
        await using var silo = await TestSilo.StartScriptedAsync();
        silo.Script["inner"] = (_, _) =>
        {
            var seen = $"{RequestContext.Get("outer")} {RequestContext.Get("inner")}";
            RequestContext.Set("inner", "changed");
            RequestContext.Remove("outer");
            return Task.FromResult(seen);
        };
        silo.Script["outer"] = async (grain, _) =>
        {
            Assert.Null(Ambient.Value);
            await Task.Yield();
            Assert.Equal(["outer"], RequestContext.Keys);
            RequestContext.Set("inner", "set by grain");
            var seen = await grain.Factory.GetGrain<IReentrantScripted>("b").Do("inner");
            return $"{seen} | {RequestContext.Get("outer")} {RequestContext.Get("inner")}";
        };
        silo.Script["keys"] = (_, _) => Task.FromResult(string.Join(',', RequestContext.Keys));
        Ambient.Value = "must not reach a grain";
        RequestContext.Set("outer", "set by client");
        Assert.Equal("set by client set by grain | set by client set by grain", await silo.Plain().Do("outer"));
        Assert.Equal(["outer"], RequestContext.Entries.Select(entry => entry.Key));
        RequestContext.Clear();
        Assert.Equal("", await silo.Plain().Do("keys"));
    }

    private static readonly AsyncLocal<string?> Ambient = new();

    public interface IAdderGrain : IGrainWithIntegerKey
    {
        Task<int> Add(int left, int right);

        ValueTask<int> Fail(int times);

        Task Nothing();
    }

    public interface ICallerGrain : IGrainWithIntegerKey
    {
        Task<int> Call();
    }

    public sealed class CallerGrain : Grain, ICallerGrain
    {
        public Task<int> Call() => GrainFactory.GetGrain<IAdderGrain>(8).Add(2, 3);
    }

    public sealed class AdderGrain(Script script) : Grain, IAdderGrain, IIncomingGrainCallFilter
    {
        private int _failures;

        public Task<int> Add(int left, int right)
        {
            script.Note("run");
            return Task.FromResult(left + right);
        }

        public ValueTask<int> Fail(int times) => _failures++ < times ? throw new InvalidTimeZoneException() : new ValueTask<int>(_failures);

        public Task Nothing() => Task.CompletedTask;

        public async Task Invoke(IIncomingGrainCallContext context)
        {
            script.Note($"own {context.MethodName}");
            await context.Invoke();
            script.Note($"own got {context.Result}");
        }
    }

    private sealed class Outgoing(Script script, string name) : IOutgoingGrainCallFilter
    {
        public async Task Invoke(IOutgoingGrainCallContext context)
        {
            var arguments = string.Join(", ", Enumerable.Range(0, context.Request.GetArgumentCount()).Select(context.Request.GetArgument));
            script.Note($"{name} {context.MethodName}({arguments}) {context.TargetId} from {context.SourceId?.ToString() ?? "nobody"}");
            Assert.Equal(context.SourceId, context.SourceContext?.GrainId);
            await context.Invoke();
            script.Note($"{name} got {context.Result}");
        }
    }

    private sealed class Incoming(Script script, string name) : IIncomingGrainCallFilter
    {
        public async Task Invoke(IIncomingGrainCallContext context)
        {
            Assert.Same(context.TargetContext, TaskScheduler.Current);
            var method = context.ImplementationMethod;
            script.Note($"{name} {context.InterfaceMethod.Name} {method.DeclaringType!.Name}.{method.Name}");
            await context.Invoke();
            script.Note($"{name} got {context.Result}");
        }
    }

    private sealed class Retrying : IOutgoingGrainCallFilter
    {
        public async Task Invoke(IOutgoingGrainCallContext context)
        {
            for (var attempt = 1; ; attempt++)
            {
                try
                {
                    await context.Invoke();
                    return;
                }
                catch (InvalidTimeZoneException) when (attempt < 3)
                {
                    continue;
                }
            }
        }
    }

    private sealed class Changing : IIncomingGrainCallFilter
    {
        public async Task Invoke(IIncomingGrainCallContext context)
        {
            if (context.MethodName != nameof(IAdderGrain.Add))
            {
                await context.Invoke();
                return;
            }

            if (context.Request.GetArgument(0) is 0)
            {
                context.Result = -1;
                return;
            }

            if (context.Request.GetArgument(0) is 100)
            {
                context.Request.SetArgument(0, 4);
            }

            Assert.Throws<ArgumentOutOfRangeException>(() => context.Request.GetArgument(2));
            await context.Invoke();
            context.Result = (int)context.Result! + 1_000;
        }
    }
}
