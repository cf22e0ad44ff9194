using Orleans;
using Orleans.Runtime;

namespace Pos.Tests;

public sealed class TurnTests
{
    [Fact]
    public async Task A_request_starts_only_when_the_one_before_has_finished()
    {
        await using var silo = await TestSilo.StartScriptedAsync();
        var gate = new Gate();
        silo.Script["first"] = async (grain, _) =>
        {
            grain.Script.Note("first begins");
            await gate.PassAsync();
            grain.Script.Note("first ends");
            return "1";
        };
        silo.Script["second"] = (grain, _) =>
        {
            grain.Script.Note("second");
            return Task.FromResult("2");
        };
        var grain = silo.Plain();
        var first = grain.Do("first");
        var second = grain.Do("second");
        await gate.Reached;
        gate.Open();
        Assert.Equal(["1", "2"], await Task.WhenAll(first, second));
        Assert.Equal(["first begins", "first ends", "second"], silo.Script.Log);
    }

    [Fact]
    public async Task Requests_of_a_reentrant_grain_interleave_at_awaits()
    {
        await using var silo = await TestSilo.StartScriptedAsync();
        var gate = new Gate();
        silo.Script["wait"] = async (_, _) =>
        {
            await gate.PassAsync();
            return "waited";
        };
        silo.Script["open"] = (_, _) =>
        {
            gate.Open();
            return Task.FromResult("opened");
        };
        var grain = silo.Reentrant();
        var waiting = grain.Do("wait");
        await gate.Reached;
        Assert.Equal("opened", await grain.Do("open"));
        Assert.Equal("waited", await waiting);
    }

    [Fact]
    public async Task A_method_that_always_interleaves_passes_a_running_request()
    {
        await using var silo = await TestSilo.StartScriptedAsync();
        var gate = new Gate();
        silo.Script["wait"] = async (_, _) =>
        {
            await gate.PassAsync();
            return "waited";
        };
        silo.Script["pass"] = (_, _) => Task.FromResult("passed");
        var grain = silo.Plain();
        var waiting = grain.Do("wait");
        await gate.Reached;
        Assert.Equal("passed", await grain.Interleave("pass"));
        Assert.False(waiting.IsCompleted);
        gate.Open();
        await waiting;
    }

    [Fact]
    public async Task Readers_interleave_with_readers_and_a_writer_waits_for_all_of_them()
    {
        await using var silo = await TestSilo.StartScriptedAsync();
        var (one, two) = (new Gate(), new Gate());
        silo.Script["read 1"] = async (_, _) =>
        {
            await one.PassAsync();
            return "1";
        };
        silo.Script["read 2"] = async (_, _) =>
        {
            await two.PassAsync();
            return "2";
        };
        silo.Script["write"] = (_, _) => Task.FromResult("written");
        silo.Script["read 3"] = (_, _) => Task.FromResult("3");
        var grain = silo.Plain();
        var first = grain.Read("read 1");
        var second = grain.Read("read 2");
        await one.Reached;
        await two.Reached;
        var write = grain.Do("write");
        Assert.Equal("3", await grain.Read("read 3"));
        one.Open();
        await first;
        Assert.Equal("3", await grain.Read("read 3"));
        Assert.False(write.IsCompleted);
        two.Open();
        Assert.Equal("written", await write);
        await second;
    }

    [Fact]
    public async Task Every_continuation_comes_back_to_the_activation_and_no_two_run_at_once()
    {
        await using var silo = await TestSilo.StartScriptedAsync();
        var running = 0;
        var unguarded = 0;
        silo.Script["work"] = async (grain, _) =>
        {
            var scheduler = TaskScheduler.Current;
            Assert.Same(grain.GrainContext, scheduler);
            for (var i = 0; i < 100; i++)
            {
                Assert.Equal(1, Interlocked.Increment(ref running));
                unguarded++;
                Interlocked.Decrement(ref running);
                await (i % 3 == 0 ? Task.Run(() => { }, CancellationToken.None) : Task.WhenAll(YieldAsync(), YieldAsync()));
                Assert.Same(scheduler, TaskScheduler.Current);
            }

            return "";
        };
        var grain = silo.Reentrant();
        await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => grain.Do("work")));
        Assert.Equal(50 * 100, unguarded);

        static async Task YieldAsync() => await Task.Yield();
    }

    [Fact]
    public void A_call_chain_back_into_a_waiting_grain_is_not_let_in() => World.Run(async silo =>
    {
        silo.Script["call b"] = (grain, _) => grain.Factory.GetGrain<IReentrantScripted>("b").Do("call a");
        silo.Script["call a"] = (grain, _) => grain.Factory.GetGrain<IScripted>("a", typeof(PlainScriptedGrain).FullName).Do("enter");
        silo.Script["enter"] = (grain, _) =>
        {
            grain.Script.Note("entered");
            return Task.FromResult("");
        };
        await Assert.ThrowsAsync<TimeoutException>(() => silo.Plain("a").Do("call b"));
        Assert.Empty(silo.Script.Log);
    });

    [Fact]
    public async Task Every_kind_of_return_type_brings_results_and_exceptions()
    {
        await using var silo = await TestSilo.StartScriptedAsync();
        silo.Script["fine"] = (_, _) => Task.FromResult("result");
        silo.Script["thrown at once"] = (_, _) => throw new InvalidTimeZoneException("at once");
        silo.Script["thrown later"] = async (_, _) =>
        {
            await Task.Yield();
            throw new InvalidTimeZoneException("later");
        };
        silo.Script["cancelled"] = (_, _) => throw new OperationCanceledException();
        var grain = silo.Plain();
        Assert.Equal("result", await grain.Do("fine"));
        Assert.Equal("result", await grain.DoValue("fine"));
        await grain.DoVoid("fine");
        await grain.DoVoidValue("fine");
        foreach (var how in new[] { "thrown at once", "thrown later" })
        {
            await Assert.ThrowsAsync<InvalidTimeZoneException>(() => grain.Do(how));
            await Assert.ThrowsAsync<InvalidTimeZoneException>(() => grain.DoVoid(how));
            await Assert.ThrowsAsync<InvalidTimeZoneException>(async () => await grain.DoValue(how));
            await Assert.ThrowsAsync<InvalidTimeZoneException>(async () => await grain.DoVoidValue(how));
        }

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => grain.Do("cancelled"));
        Assert.Equal("result", await grain.Do("fine"));
    }

    [Fact]
    public async Task Too_many_calls_for_one_activation_are_refused_and_the_others_run()
    {
        await using var silo = await TestSilo.StartScriptedAsync(options => options.QueuedCallsMax = 3);
        var gate = new Gate();
        silo.Script["wait"] = async (_, _) =>
        {
            await gate.PassAsync();
            return "ran";
        };
        var grain = silo.Plain();
        var calls = Enumerable.Range(0, 5).Select(_ => grain.Do("wait")).ToList();
        await Assert.ThrowsAsync<LimitExceededException>(() => calls[3]);
        await Assert.ThrowsAsync<LimitExceededException>(() => calls[4]);
        gate.Open();
        Assert.Equal(["ran", "ran", "ran"], await Task.WhenAll(calls[..3]));
        Assert.Equal("ran", await grain.Do("wait"));
    }

    [Fact]
    public async Task Keys_and_references_are_what_Orleans_makes_of_them()
    {
        await using var silo = await TestSilo.StartScriptedAsync();
        silo.Script["who"] = (grain, _) =>
            Task.FromResult($"{grain.GetPrimaryKeyString()} {grain.IdentityString} {grain.AsReference<IScripted>().GetGrainId()}");
        Assert.Equal("k plain/k plain/k", await silo.Plain("k").Do("who"));
        Assert.Equal("k reentrantscripted/k reentrantscripted/k", await silo.Reentrant("k").Do("who"));
        Assert.Equal(silo.Plain("k"), silo.Plain("k"));
        Assert.NotEqual<object>(silo.Plain("k"), silo.Reentrant("k"));
        Assert.Equal("k plain/k plain/k", await silo.Client.GetGrain<IScripted>(GrainId.Create("plain", "k")).Do("who"));
        Assert.Equal("k reentrantscripted/k reentrantscripted/k", await ((IScripted)silo.Client.GetGrain(typeof(IReentrantScripted), "k")).Do("who"));
        Assert.Throws<ArgumentException>(() => silo.Client.GetGrain<IScripted>("k"));
        Assert.Throws<InvalidCastException>(() => silo.Client.GetGrain<IReentrantScripted>(GrainId.Create("plain", "k")));
        Assert.Throws<ArgumentException>(() => silo.Client.GetGrain<IReentrantScripted>(" "));
    }
}
