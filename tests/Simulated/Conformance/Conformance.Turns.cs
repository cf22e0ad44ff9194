namespace Pos.Tests.Simulated;

public abstract partial class Conformance
{
    [Fact]
    public Task a_call_begins_only_when_the_one_before_has_ended() => On(async stage =>
    {
        var first = stage.Script.Waits("first");
        stage.Script.Notes("second");
        stage.Script.Notes("between");
        var one = stage.Plain.Do("first");
        await first.Reached;
        var two = stage.Plain.Do("second");
        // Whoever is let in at all has been let in by now.
        await stage.Plain.Interleave("between");
        first.Open();
        Assert.Equal(["first", "second"], await Task.WhenAll(one, two));
        Assert.Equal(["first begins", "between", "first ends", "second"], stage.Script.Log);
    });

    [Fact]
    public Task calls_of_a_reentrant_grain_interleave_at_awaits() => On(async stage =>
    {
        var waits = stage.Script.Waits("waits");
        stage.Script.Does("opens", _ =>
        {
            waits.Open();
            return "opened";
        });
        var waiting = stage.Reentrant.Do("waits");
        await waits.Reached;
        Assert.Equal("opened", await stage.Reentrant.Do("opens"));
        Assert.Equal("waits", await waiting);
    });

    [Fact]
    public Task a_method_that_always_interleaves_passes_a_running_call_and_lets_others_pass() => On(async stage =>
    {
        var inner = stage.Script.Waits("interleaved");
        stage.Script.Notes("usual");
        var interleaved = stage.Plain.Interleave("interleaved");
        await inner.Reached;
        await stage.Plain.Do("usual");
        inner.Open();
        await interleaved;
        Assert.Equal(["interleaved begins", "usual", "interleaved ends"], stage.Script.Log);
    });

    [Fact]
    public Task readers_run_together_and_a_writer_waits() => On(async stage =>
    {
        var (one, two) = (stage.Script.Waits("one"), stage.Script.Waits("two"));
        stage.Script.Notes("writer");
        stage.Script.Notes("between");
        var first = stage.Plain.Read("one");
        await one.Reached;
        var second = stage.Plain.Read("two");
        await two.Reached;
        var writing = stage.Plain.Do("writer");
        await stage.Plain.Interleave("between");
        two.Open();
        await second;
        await stage.Plain.Interleave("between");
        one.Open();
        await Task.WhenAll(first, writing);
        Assert.Equal(["one begins", "two begins", "between", "two ends", "between", "one ends", "writer"], stage.Script.Log);
    });

    [Fact]
    public Task a_writer_waits_for_the_reader_that_came_last_as_well() => On(async stage =>
    {
        var (one, two) = (stage.Script.Waits("one"), stage.Script.Waits("two"));
        stage.Script.Notes("writer");
        stage.Script.Notes("between");
        var first = stage.Plain.Read("one");
        await one.Reached;
        var second = stage.Plain.Read("two");
        await two.Reached;
        var writing = stage.Plain.Do("writer");
        one.Open();
        await first;
        await stage.Plain.Interleave("between");
        two.Open();
        await Task.WhenAll(second, writing);
        Assert.Equal(["one begins", "two begins", "one ends", "between", "two ends", "writer"], stage.Script.Log);
    });

    [Fact]
    public Task a_reader_passes_a_writer_that_waits_for_readers() => On(async stage =>
    {
        var (one, two) = (stage.Script.Waits("one"), stage.Script.Waits("two"));
        stage.Script.Notes("writer");
        stage.Script.Notes("between");
        var first = stage.Plain.Read("one");
        await one.Reached;
        var writing = stage.Plain.Do("writer");
        await stage.Plain.Interleave("between");
        var second = stage.Plain.Read("two");
        await two.Reached;
        two.Open();
        await second;
        one.Open();
        await Task.WhenAll(first, writing);
        Assert.Equal(["one begins", "between", "two begins", "two ends", "one ends", "writer"], stage.Script.Log);
    });

    [Fact]
    public Task a_reader_does_not_pass_a_running_writer() => On(async stage =>
    {
        var writer = stage.Script.Waits("writer");
        stage.Script.Notes("reader");
        stage.Script.Notes("between");
        var writing = stage.Plain.Do("writer");
        await writer.Reached;
        var reading = stage.Plain.Read("reader");
        await stage.Plain.Interleave("between");
        writer.Open();
        await Task.WhenAll(writing, reading);
        Assert.Equal(["writer begins", "between", "writer ends", "reader"], stage.Script.Log);
    });

    [Fact]
    public Task turns_of_one_activation_never_overlap_and_stay_in_its_scheduler() => On(async stage =>
    {
        var (inside, overlapped, strayed) = (0, false, false);
        stage.Script["turns"] = async (_, _) =>
        {
            var mine = TaskScheduler.Current;
            for (var i = 0; i < 20; i++)
            {
                overlapped |= Interlocked.Increment(ref inside) != 1;
                Interlocked.Decrement(ref inside);
                await Task.Yield();
                strayed |= TaskScheduler.Current != mine || TaskScheduler.Current == TaskScheduler.Default;
            }

            return "done";
        };
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => stage.Reentrant.Do("turns")));
        Assert.False(overlapped);
        Assert.False(strayed);
    });

    [Fact]
    public Task calls_of_one_grain_arrive_in_the_order_in_which_they_were_made() => On(async stage =>
    {
        stage.Script.Does("ready", _ => "");
        foreach (var number in Enumerable.Range(0, 20))
        {
            stage.Script.Notes($"{number}");
        }

        await stage.Caller(async (grain, _) =>
        {
            var called = grain.Factory.GetGrain<IPlainScripted>(stage.Script.Key);
            await called.Do("ready");
            await Task.WhenAll(Enumerable.Range(0, 20).Select(number => called.Do($"{number}")));
            return "";
        }).Do("call");
        Assert.Equal(Enumerable.Range(0, 20).Select(number => $"{number}"), stage.Script.Log);
    });

    [Fact]
    public Task a_call_to_itself_waits_in_vain_unless_the_grain_is_reentrant() => On(async stage =>
    {
        stage.Script.Does("inner", _ => "inner");
        stage.Script["outer"] = (grain, _) => grain is IReentrantScripted
            ? grain.Factory.GetGrain<IReentrantScripted>(stage.Script.Key).DoShort("inner")
            : grain.Factory.GetGrain<IPlainScripted>(stage.Script.Key).DoShort("inner");
        Assert.Equal("inner", await stage.Reentrant.Do("outer"));
        await Assert.ThrowsAsync<TimeoutException>(() => stage.Plain.Do("outer"));
    });

    [Fact]
    public Task all_kinds_of_return_values_come_back() => On(async stage =>
    {
        stage.Script["later"] = async (grain, _) =>
        {
            await Task.Yield();
            grain.Script.Note("done");
            return "value";
        };
        Assert.Equal("value", await stage.Plain.Do("later"));
        await stage.Plain.DoVoid("later");
        Assert.Equal("value", await stage.Plain.DoValue("later"));
        Assert.Equal(3, stage.Script.Log.Count);
    });

    [Fact]
    public Task what_a_grain_throws_reaches_its_caller_and_the_grain_lives_on() => On(async stage =>
    {
        stage.Script["throws"] = (grain, _) =>
        {
            grain.Memory++;
            throw new ScriptedException("on purpose");
        };
        stage.Script["fails"] = async (grain, _) =>
        {
            await Task.Yield();
            grain.Memory++;
            throw new ScriptedException("later");
        };
        stage.Script.Does("remembers", grain => $"{grain.Memory}");
        Assert.Equal("on purpose", (await Assert.ThrowsAsync<ScriptedException>(() => stage.Plain.Do("throws"))).Message);
        Assert.Equal("later", (await Assert.ThrowsAsync<ScriptedException>(() => stage.Plain.DoVoid("fails"))).Message);
        Assert.Equal("2", await stage.Plain.Do("remembers"));
    });

    [Fact]
    public Task a_one_way_call_ends_at_once_whatever_becomes_of_it() => On(async stage =>
    {
        var told = stage.Script.Waits("told");
        stage.Script["fails"] = (_, _) => throw new ScriptedException("nobody hears it");
        stage.Script.Notes("behind");
        await stage.Plain.Tell("told");
        await told.Reached;
        await stage.Plain.Tell("fails");
        var behind = stage.Plain.Do("behind");
        told.Open();
        await behind;
        Assert.Equal(["told begins", "told ends", "behind"], stage.Script.Log);
    });

    [Fact]
    public Task the_request_context_travels_with_calls_and_never_back() => On(async stage =>
    {
        stage.Script.Does("inner", _ =>
        {
            var seen = $"{RequestContext.Get("who")}";
            RequestContext.Set("who", "inner");
            return seen;
        });
        var caller = stage.Caller(async (grain, _) =>
        {
            var seen = await grain.Factory.GetGrain<IPlainScripted>(stage.Script.Key).Do("inner");
            RequestContext.Set("who", "outer");
            return $"{seen} {await grain.Factory.GetGrain<IPlainScripted>(stage.Script.Key).Do("inner")}";
        });
        RequestContext.Set("who", "client");
        Assert.Equal("client outer", await caller.Do("call"));
        Assert.Equal("client", RequestContext.Get("who"));
        RequestContext.Clear();
        Assert.Equal("", await stage.Plain.Do("inner"));
    });

    [Fact]
    public Task a_grain_is_called_what_its_class_says_and_knows_its_context() => On(async stage =>
    {
        stage.Script.Does("names", grain =>
            $"{grain.GetGrainId()} {grain.GrainContext.GrainId} {grain.GrainContext.GrainInstance == grain} {grain.GrainReference.GrainId}");
        var key = stage.Script.Key;
        Assert.Equal($"plain-scripted/{key} plain-scripted/{key} True plain-scripted/{key}", await stage.Plain.Do("names"));
        Assert.Equal($"reentrant-scripted/{key}", ((GrainReference)stage.Reentrant).GrainId.ToString());
        Assert.Equal("pos.tests.IPlainScripted", ((GrainReference)stage.Plain).InterfaceType.ToString());
        var byId = stage.Grains.GetGrain(GrainId.Create("reentrant-scripted", key), ((GrainReference)stage.Reentrant).InterfaceType);
        Assert.StartsWith("reentrant-scripted/", await ((IScripted)byId).Do("names"), StringComparison.Ordinal);
        Assert.StartsWith("plain-scripted/", await stage.Grains.GetGrain<IScripted>(GrainId.Create("plain-scripted", key)).Do("names"), StringComparison.Ordinal);
    });

    [Fact]
    public Task a_grain_refers_to_itself() => On(async stage =>
    {
        stage.Script.Does("inner", _ => "inner");
        stage.Script["outer"] = (grain, _) => grain.AsReference<IReentrantScripted>().Do("inner");
        Assert.Equal("inner", await stage.Reentrant.Do("outer"));
    });
}
