namespace Pos.Tests.Simulated;

public abstract partial class Conformance
{
    [Fact]
    public Task a_grain_is_activated_before_its_first_call_and_all_calls_wait_for_it() => On(async stage =>
    {
        var activation = new Gate();
        stage.Script.OnActivate = async (grain, _) =>
        {
            await activation.Pass();
            grain.Memory = 7;
            grain.Script.Note("activated");
        };
        stage.Script.Notes("one");
        stage.Script.Notes("two");
        var one = stage.Plain.Do("one");
        await activation.Reached;
        var two = stage.Plain.Interleave("two");
        await stage.Arrived();
        activation.Open();
        await Task.WhenAll(one, two);
        Assert.Equal("activated", stage.Script.Log[0]);
        Assert.Equal(["activated", "one", "two"], stage.Script.Log.Order());
    });

    [Fact]
    public Task what_is_in_memory_stays_until_the_activation_goes() => On(async stage =>
    {
        stage.Script.Does("counts", grain => $"{++grain.Memory}");
        stage.Script.Does("goes", grain =>
        {
            grain.Go();
            return "";
        });
        Assert.Equal("1", await stage.Plain.Do("counts"));
        Assert.Equal("2", await stage.Plain.Do("counts"));
        await stage.Plain.Do("goes");
        Assert.Equal("1", await stage.Plain.Do("counts"));
    });

    [Fact]
    public Task a_failed_activation_fails_all_who_wait_and_the_next_call_tries_again() => On(async stage =>
    {
        var attempts = 0;
        var activation = new Gate();
        stage.Script.OnActivate = async (_, _) =>
        {
            if (++attempts == 1)
            {
                await activation.Pass();
                throw new ScriptedException("not today");
            }
        };
        stage.Script.OnDeactivate = (grain, _) =>
        {
            grain.Script.Note("deactivated");
            return Task.CompletedTask;
        };
        stage.Script.Does("works", _ => "worked");
        var one = stage.Plain.Do("works");
        await activation.Reached;
        var two = stage.Plain.Do("works");
        await stage.Arrived();
        activation.Open();
        Assert.Equal("not today", (await Assert.ThrowsAsync<ScriptedException>(() => one)).Message);
        Assert.Equal("not today", (await Assert.ThrowsAsync<ScriptedException>(() => two)).Message);
        Assert.Equal("worked", await stage.Plain.Do("works"));
        Assert.Empty(stage.Script.Log);
    });

    [Fact]
    public Task calls_of_an_activation_that_goes_while_it_activates_are_for_the_next() => On(async stage =>
    {
        var attempts = 0;
        stage.Script.OnActivate = (grain, _) =>
        {
            if (++attempts == 1)
            {
                grain.Go();
            }

            return Task.CompletedTask;
        };
        stage.Script.OnDeactivate = (grain, _) =>
        {
            grain.Script.Note("deactivated");
            return Task.CompletedTask;
        };
        stage.Script.Does("works", _ => "worked");
        Assert.Equal("worked", await stage.Plain.Do("works"));
        Assert.Equal(2, attempts);
        Assert.Empty(stage.Script.Log);
    });

    [Fact]
    public Task a_call_that_no_activation_keeps_is_rejected_at_last() => On(async stage =>
    {
        var attempts = 0;
        stage.Script.OnActivate = (grain, _) =>
        {
            attempts++;
            grain.Go();
            return Task.CompletedTask;
        };
        stage.Script.Notes("never");
        await Assert.ThrowsAsync<OrleansMessageRejectionException>(() => stage.Plain.Do("never"));
        Assert.Equal(3, attempts);
        Assert.Empty(stage.Script.Log);
    });

    [Fact]
    public Task an_activation_that_is_asked_to_go_ends_what_runs_and_lets_the_next_do_the_rest() => On(async stage =>
    {
        stage.Script.OnDeactivate = (grain, reason) =>
        {
            grain.Script.Note($"deactivated: {reason.ReasonCode}");
            return Task.CompletedTask;
        };
        var gate = new Gate();
        stage.Script["goes"] = async (grain, _) =>
        {
            grain.Memory = 1;
            grain.Go();
            await gate.Pass();
            grain.Script.Note("ends");
            return "";
        };
        stage.Script.Does("remembers", grain =>
        {
            grain.Script.Note($"remembers {grain.Memory}");
            return "";
        });
        var going = stage.Plain.Do("goes");
        await gate.Reached;
        // Not even what interleaves is let in any more.
        var (next, interleaved) = (stage.Plain.Do("remembers"), stage.Plain.Interleave("remembers"));
        gate.Open();
        await Task.WhenAll(going, next, interleaved);
        Assert.Equal(["ends", "deactivated: ApplicationRequested", "remembers 0", "remembers 0"], stage.Script.Log);
    });

    [Fact]
    public Task a_deactivation_that_fails_is_one_all_the_same() => On(async stage =>
    {
        stage.Script.OnDeactivate = (_, _) => throw new ScriptedException("nobody hears it");
        stage.Script.Does("counts", grain => $"{++grain.Memory}");
        stage.Script.Does("goes", grain =>
        {
            grain.Go();
            return "";
        });
        await stage.Plain.Do("counts");
        await stage.Plain.Do("goes");
        Assert.Equal("1", await stage.Plain.Do("counts"));
    });

    [Fact]
    public Task the_next_activation_waits_until_the_last_has_gone() => On(async stage =>
    {
        var leaving = new Gate();
        stage.Script.OnActivate = (grain, _) =>
        {
            grain.Script.Note("activated");
            return Task.CompletedTask;
        };
        stage.Script.OnDeactivate = async (grain, _) =>
        {
            await leaving.Pass();
            grain.Script.Note("gone");
        };
        stage.Script.Does("goes", grain =>
        {
            grain.Go();
            return "";
        });
        stage.Script.Notes("next");
        await stage.Plain.Do("goes");
        var next = stage.Plain.Do("next");
        await leaving.Reached;
        leaving.Open();
        await next;
        Assert.Equal(["activated", "gone", "activated", "next"], stage.Script.Log);
    });

    [Fact]
    public Task whoever_holds_the_context_is_told_when_the_activation_has_gone() => On(async stage =>
    {
        IGrainContext? context = null;
        stage.Script.OnDeactivate = (grain, _) =>
        {
            grain.Script.Note("gone");
            return Task.CompletedTask;
        };
        stage.Script.Does("goes", grain =>
        {
            context = grain.GrainContext;
            context.Deactivate(new DeactivationReason(DeactivationReasonCode.ApplicationRequested, "The fact wants it."));
            return "";
        });
        await stage.Plain.Do("goes");
        await context!.Deactivated;
        Assert.Equal(["gone"], stage.Script.Log);
    });

    [Fact]
    public Task what_is_not_used_is_collected_unless_it_delays_that() => On(async stage =>
    {
        stage.Script.Does("counts", grain => $"{++grain.Memory}");
        stage.Script.Does("stays", grain =>
        {
            grain.Stay(TimeSpan.FromHours(1));
            return $"{++grain.Memory}";
        });
        stage.Script.Does("leaves", grain =>
        {
            grain.Stay(TimeSpan.Zero);
            return $"{++grain.Memory}";
        });
        Assert.Equal("1", await stage.Plain.Do("stays"));
        await stage.Collect();
        Assert.Equal("2", await stage.Plain.Do("leaves"));
        await stage.Collect();
        Assert.Equal("1", await stage.Plain.Do("counts"));
    });
}
