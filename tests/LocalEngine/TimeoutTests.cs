namespace Pos.Tests;

public sealed class TimeoutTests
{
    [Fact]
    public void A_caller_gets_a_timeout_while_the_callee_goes_on() => World.Run(async silo =>
    {
        silo.Script["slow"] = async (grain, _) =>
        {
            await silo.PassAsync(TimeSpan.FromMinutes(1));
            grain.Script.Note("done");
            return "";
        };
        var start = silo.Time.GetTimestamp();
        var exception = await Assert.ThrowsAsync<TimeoutException>(() => silo.Plain().Do("slow"));
        Assert.InRange(silo.Time.GetElapsedTime(start), TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(31));
        Assert.Contains("IScripted.Do of plain/a", exception.Message, StringComparison.Ordinal);
        Assert.Empty(silo.Script.Log);
        await silo.PassAsync(TimeSpan.FromSeconds(40));
        Assert.Equal(["done"], silo.Script.Log);
    });

    [Fact]
    public void A_method_may_have_a_timeout_of_its_own() => World.Run(async silo =>
    {
        silo.Script["slow"] = (_, _) => new TaskCompletionSource<string>().Task;
        var start = silo.Time.GetTimestamp();
        await Assert.ThrowsAsync<TimeoutException>(() => silo.Plain().DoShort("slow"));
        Assert.InRange(silo.Time.GetElapsedTime(start), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(3));
    });

    [Fact]
    public void A_timeout_below_a_second_is_kept() => World.Run(
        async silo =>
        {
            silo.Script["slow"] = (_, _) => new TaskCompletionSource<string>().Task;
            var start = silo.Time.GetTimestamp();
            await Assert.ThrowsAsync<TimeoutException>(() => silo.Plain().Do("slow"));
            Assert.InRange(silo.Time.GetElapsedTime(start), TimeSpan.FromMilliseconds(200), TimeSpan.FromMilliseconds(400));
        },
        options => options.ResponseTimeout = TimeSpan.FromMilliseconds(200));

    [Fact]
    public void A_call_that_timed_out_in_the_queue_does_not_run() => World.Run(async silo =>
    {
        silo.Script["slow"] = async (_, _) =>
        {
            await silo.PassAsync(TimeSpan.FromMinutes(1));
            return "";
        };
        silo.Script["late"] = (grain, _) =>
        {
            grain.Script.Note("ran");
            return Task.FromResult("");
        };
        var calls = new[] { silo.Plain().Do("slow"), silo.Plain().Do("late") };
        foreach (var call in calls)
        {
            await Assert.ThrowsAsync<TimeoutException>(() => call);
        }

        await silo.PassAsync(TimeSpan.FromMinutes(2));
        Assert.Empty(silo.Script.Log);
    });

    [Fact]
    public void Cancelling_at_the_caller_ends_the_call_at_once_and_cancels_in_a_turn_of_the_callee() => World.Run(async silo =>
    {
        using var cancellation = new CancellationTokenSource();
        silo.Script["wait"] = async (grain, token) =>
        {
            Assert.True(token.CanBeCanceled);
            Assert.NotEqual(token, cancellation.Token);
            using var registration = token.Register(() => grain.Script.Note($"told in own turn: {TaskScheduler.Current == grain.GrainContext}"));
            try
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, silo.Time, token);
            }
            catch (OperationCanceledException)
            {
                grain.Script.Note("cancelled");
            }

            return "";
        };
        silo.Script["fine"] = (_, _) => Task.FromResult("fine");
        var call = silo.Plain().DoCancellable("wait", cancellation.Token);
        await silo.PassAsync(TimeSpan.FromSeconds(1));
        cancellation.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        Assert.Equal("fine", await silo.Plain().Do("fine"));
        Assert.Equal(["cancelled", "told in own turn: True"], silo.Script.Log.Order());
    });

    [Fact]
    public void A_call_cancelled_before_or_while_it_waits_does_not_run() => World.Run(async silo =>
    {
        silo.Script["slow"] = async (_, _) =>
        {
            await silo.PassAsync(TimeSpan.FromSeconds(5));
            return "";
        };
        silo.Script["never"] = (grain, _) =>
        {
            grain.Script.Note("ran");
            return Task.FromResult("");
        };
        using var cancellation = new CancellationTokenSource();
        var slow = silo.Plain().Do("slow");
        var waiting = silo.Plain().DoCancellable("never", cancellation.Token);
        await silo.PassAsync(TimeSpan.FromSeconds(1));
        cancellation.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => silo.Plain().DoCancellable("never", cancellation.Token));
        await slow;
        await silo.PassAsync(TimeSpan.FromSeconds(5));
        Assert.Empty(silo.Script.Log);
    });
}
