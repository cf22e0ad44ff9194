using Orleans;
using Orleans.Runtime;

namespace Pos.Tests;

public sealed class TimerTests
{
    [Fact]
    public void A_timer_ticks_in_turns_of_its_grain_and_the_period_starts_when_a_tick_has_ended() => World.Run(async silo =>
    {
        var start = silo.Time.GetTimestamp();
        silo.Script["start"] = (grain, _) =>
        {
            grain.RegisterGrainTimer(
                async token =>
                {
                    Assert.Same(grain.GrainContext, TaskScheduler.Current);
                    await silo.PassAsync(TimeSpan.FromSeconds(3));
                    grain.Script.Note($"{silo.Time.GetElapsedTime(start).TotalSeconds}");
                },
                TimeSpan.FromSeconds(10),
                TimeSpan.FromSeconds(20));
            return Task.FromResult("");
        };
        await silo.Plain().Do("start");
        await silo.PassAsync(TimeSpan.FromSeconds(70));
        Assert.Equal(["13", "36", "59"], silo.Script.Log);
    });

    [Fact]
    public void A_tick_waits_for_a_running_request_unless_it_may_interleave() => World.Run(async silo =>
    {
        silo.Script["start"] = async (grain, _) =>
        {
            grain.RegisterGrainTimer(Note("queued"), Options(interleave: false));
            grain.RegisterGrainTimer(Note("interleaved"), Options(interleave: true));
            await silo.PassAsync(TimeSpan.FromSeconds(5));
            grain.Script.Note("request ends");
            return "";

            Func<Task> Note(string what) => () =>
            {
                grain.Script.Note(what);
                return Task.CompletedTask;
            };
        };
        await silo.Plain().Do("start");
        await silo.PassAsync(TimeSpan.FromSeconds(1));
        Assert.Equal(["interleaved", "request ends", "queued"], silo.Script.Log);

        static GrainTimerCreationOptions Options(bool interleave) =>
            new(TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan) { Interleave = interleave };
    });

    [Fact]
    public void A_timer_can_be_changed_and_disposed_even_by_its_own_tick() => World.Run(async silo =>
    {
        var start = silo.Time.GetTimestamp();
        silo.Script["start"] = (grain, _) =>
        {
            IGrainTimer? timer = null;
            var ticks = 0;
            timer = grain.RegisterGrainTimer(
                (state, _) =>
                {
                    grain.Script.Note($"{state} {silo.Time.GetElapsedTime(start).TotalSeconds}");
                    if (++ticks == 2)
                    {
                        timer!.Change(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(1));
                    }
                    else if (ticks == 4)
                    {
                        timer!.Dispose();
                    }

                    return Task.CompletedTask;
                },
                "tick",
                TimeSpan.FromSeconds(1),
                TimeSpan.FromSeconds(2));
            return Task.FromResult("");
        };
        await silo.Plain().Do("start");
        await silo.PassAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(["tick 1", "tick 3", "tick 8", "tick 9"], silo.Script.Log);
    });

    [Fact]
    public void A_tick_that_fails_is_not_the_last_one() => World.Run(async silo =>
    {
        var ticks = 0;
        silo.Script["start"] = (grain, _) =>
        {
            grain.RegisterGrainTimer(
                () => ++ticks % 2 == 0 ? throw new InvalidTimeZoneException() : Task.FromException(new InvalidTimeZoneException()),
                TimeSpan.Zero,
                TimeSpan.FromSeconds(1));
            return Task.FromResult("");
        };
        await silo.Plain().Do("start");
        await silo.PassAsync(TimeSpan.FromSeconds(3.5));
        Assert.Equal(4, ticks);
    });

    [Fact]
    public void Timers_end_with_their_activation_and_only_those_that_keep_it_alive_do() => World.Run(
        async silo =>
        {
            silo.Script.OnDeactivate = (grain, _, _) =>
            {
                grain.Script.Note($"{grain.GetPrimaryKeyString()} gone");
                return Task.CompletedTask;
            };
            silo.Script["start"] = Start(keepAlive: false);
            silo.Script["start keeping alive"] = Start(keepAlive: true);
            await silo.Plain("goes").Do("start");
            await silo.Plain("stays").Do("start keeping alive");
            await silo.PassAsync(TimeSpan.FromMinutes(10));
            var log = silo.Script.Log;
            Assert.Equal("goes ticks", log.TakeWhile(note => note != "goes gone").Last(note => note.StartsWith("goes", StringComparison.Ordinal)));
            Assert.DoesNotContain("goes ticks", log.SkipWhile(note => note != "goes gone"));
            Assert.DoesNotContain("stays gone", log);
            Assert.Equal("stays ticks", log[^1]);
        },
        options => options.CollectionAge = TimeSpan.FromMinutes(3));

    private static Func<ScriptedGrain, CancellationToken, Task<string>> Start(bool keepAlive) => (grain, _) =>
    {
        grain.RegisterGrainTimer(
            () =>
            {
                grain.Script.Note($"{grain.GetPrimaryKeyString()} ticks");
                return Task.CompletedTask;
            },
            new GrainTimerCreationOptions(TimeSpan.FromSeconds(20), TimeSpan.FromSeconds(20)) { KeepAlive = keepAlive });
        return Task.FromResult("");
    };
}
