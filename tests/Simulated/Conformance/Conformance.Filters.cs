namespace Pos.Tests.Simulated;

public abstract partial class Conformance
{
    [Fact]
    public Task filters_see_a_call_in_order_and_the_grains_own_comes_last() => On(async stage =>
    {
        Func<IIncomingGrainCallContext, Task> Around(string who) => async context =>
        {
            stage.Script.Note($"{who} sees {context.MethodName} of {context.TargetId}");
            await context.Invoke();
            stage.Script.Note($"{who} has seen {context.Result}");
        };
        (stage.Script.OnArrived, stage.Script.OnArrivedSecond, stage.Script.Own) = (Around("first"), Around("second"), Around("own"));
        stage.Script.Does("works", _ => "worked");
        Assert.Equal("worked", await stage.Plain.Do("works"));
        var id = $"plain-scripted/{stage.Script.Key}";
        Assert.Equal(
            [
                $"first sees Do of {id}", $"second sees Do of {id}", $"own sees Do of {id}",
                "own has seen worked", "second has seen worked", "first has seen worked",
            ],
            stage.Script.Log);
    });

    [Fact]
    public Task a_filter_answers_in_place_of_the_grain() => On(async stage =>
    {
        stage.Script.OnArrived = context =>
        {
            context.Result = "filtered";
            return Task.CompletedTask;
        };
        stage.Script.Notes("never");
        Assert.Equal("filtered", await stage.Plain.Do("never"));
        Assert.Empty(stage.Script.Log);
    });

    [Fact]
    public Task a_filter_that_neither_goes_on_nor_answers_is_an_error() => On(async stage =>
    {
        stage.Script.OnArrived = static _ => Task.CompletedTask;
        stage.Script.Notes("never");
        await Assert.ThrowsAsync<InvalidOperationException>(() => stage.Plain.Do("never"));
        Assert.Empty(stage.Script.Log);
    });

    [Fact]
    public Task a_filter_sees_what_a_grain_throws_and_may_throw_itself() => On(async stage =>
    {
        stage.Script["throws"] = (_, _) => throw new ScriptedException("by the grain");
        stage.Script.OnArrived = async context =>
        {
            try
            {
                await context.Invoke();
            }
            catch (ScriptedException seen)
            {
                throw new ScriptedException($"{seen.Message}, seen by a filter");
            }
        };
        Assert.Equal("by the grain, seen by a filter", (await Assert.ThrowsAsync<ScriptedException>(() => stage.Plain.Do("throws"))).Message);
    });

    [Fact]
    public Task a_filter_may_go_on_again() => On(async stage =>
    {
        stage.Script["works at last"] = (grain, _) => ++grain.Memory < 3 ? throw new ScriptedException("not yet") : Task.FromResult($"{grain.Memory}");
        stage.Script.OnArrived = async context =>
        {
            while (true)
            {
                try
                {
                    await context.Invoke();
                    return;
                }
                catch (ScriptedException)
                {
                }
            }
        };
        Assert.Equal("3", await stage.Plain.Do("works at last"));
    });

    [Fact]
    public Task a_filter_knows_who_calls() => On(async stage =>
    {
        stage.Script.OnArrived = async context =>
        {
            stage.Script.Note($"{context.SourceId?.Key} {context.ImplementationMethod.DeclaringType!.Name}.{context.InterfaceMethod.Name} {context.InterfaceName} {context.InterfaceType}");
            await context.Invoke();
        };
        stage.Script.Does("works", _ => "");
        await stage.Caller((grain, _) => grain.Factory.GetGrain<IPlainScripted>(stage.Script.Key).Do("works")).Do("call");
        Assert.Equal(
            [$"{stage.Script.Key}-caller ScriptedGrain.Do {typeof(IScripted).FullName} pos.tests.IPlainScripted"], stage.Script.Log);
    });

    [Fact]
    public Task a_call_does_not_leave_twice_at_once() => On(async stage =>
    {
        stage.Script.Does("counts", grain => $"{++grain.Memory}");
        stage.Script.OnLeaving = async context =>
        {
            var first = context.Invoke();
            await Assert.ThrowsAsync<InvalidOperationException>(context.Invoke);
            await first;
            stage.Script.Note($"{context.MethodName} by {context.SourceId?.Key}: {context.Result}");
        };
        var caller = stage.Caller((grain, _) => grain.Factory.GetGrain<IPlainScripted>(stage.Script.Key).Do("counts"));
        Assert.Equal("1", await caller.Do("call"));
        Assert.Equal([$"Do by {stage.Script.Key}-caller: 1"], stage.Script.Log);
    });

    [Fact]
    public Task what_leaves_sees_what_the_callee_throws() => On(async stage =>
    {
        stage.Script["throws"] = (_, _) => throw new ScriptedException("there");
        stage.Script.OnLeaving = async context =>
        {
            try
            {
                await context.Invoke();
            }
            catch (ScriptedException failure)
            {
                context.Result = $"{failure.Message}, made good";
            }
        };
        var caller = stage.Caller((grain, _) => grain.Factory.GetGrain<IPlainScripted>(stage.Script.Key).Do("throws"));
        Assert.Equal("there, made good", await caller.Do("call"));
    });
}
