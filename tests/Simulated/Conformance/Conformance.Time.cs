namespace Pos.Tests.Simulated;

public abstract partial class Conformance
{
    [Fact]
    public Task a_caller_waits_so_long_and_the_callee_goes_on() => On(async stage =>
    {
        var waits = stage.Script.Waits("waits");
        stage.Script.Notes("behind");
        await Assert.ThrowsAsync<TimeoutException>(() => stage.Plain.DoShort("waits"));
        waits.Open();
        await stage.Plain.Do("behind");
        Assert.Equal(["waits begins", "waits ends", "behind"], stage.Script.Log);
    });

    [Fact]
    public Task a_call_that_was_given_up_while_it_waited_never_begins() => On(async stage =>
    {
        var first = stage.Script.Waits("first");
        stage.Script.Notes("late");
        stage.Script.Notes("behind");
        var one = stage.Plain.Do("first");
        await first.Reached;
        await Assert.ThrowsAsync<TimeoutException>(() => stage.Plain.DoShort("late"));
        first.Open();
        await one;
        await stage.Plain.Do("behind");
        Assert.Equal(["first begins", "first ends", "behind"], stage.Script.Log);
    });

    [Fact]
    public Task a_cancelled_call_ends_at_once_and_its_callee_is_told_in_a_turn() => On(async stage =>
    {
        var begun = new Gate();
        stage.Script["cancellable"] = async (grain, token) =>
        {
            var mine = TaskScheduler.Current;
            var told = new TaskCompletionSource();
            await using var registration = token.Register(() =>
            {
                grain.Script.Note(TaskScheduler.Current == mine ? "told in a turn" : "told elsewhere");
                told.SetResult();
            });
            _ = begun.Pass();
            await told.Task;
            grain.Script.Note("ends");
            return "";
        };
        stage.Script.Notes("behind");
        using var cancellation = new CancellationTokenSource();
        var call = stage.Plain.DoCancellable("cancellable", cancellation.Token);
        await begun.Reached;
        cancellation.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        await stage.Plain.Do("behind");
        Assert.Equal(["told in a turn", "ends", "behind"], stage.Script.Log);
    });

    [Fact]
    public Task a_token_is_never_the_callers_own() => On(async stage =>
    {
        using var cancellation = new CancellationTokenSource();
        var (mine, theirs) = (cancellation.Token, CancellationToken.None);
        stage.Script["compares"] = (_, token) =>
        {
            theirs = token;
            return Task.FromResult($"{token.CanBeCanceled} {token.IsCancellationRequested} {token == mine}");
        };
        Assert.Equal("True False False", await stage.Plain.DoCancellable("compares", mine));
        cancellation.Cancel();
        Assert.False(theirs.IsCancellationRequested);
    });

    [Fact]
    public Task what_is_cancelled_before_it_is_called_is_not_called() => On(async stage =>
    {
        stage.Script["never"] = (grain, _) =>
        {
            grain.Script.Note("called");
            return Task.FromResult("");
        };
        using var cancellation = new CancellationTokenSource();
        cancellation.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => stage.Plain.DoCancellable("never", cancellation.Token));
        Assert.Empty(stage.Script.Log);
    });

    [Fact]
    public Task what_is_cancelled_while_it_waits_never_begins() => On(async stage =>
    {
        var first = stage.Script.Waits("first");
        stage.Script["never"] = (grain, _) =>
        {
            grain.Script.Note("called");
            return Task.FromResult("");
        };
        stage.Script.Notes("between");
        stage.Script.Notes("behind");
        var one = stage.Plain.Do("first");
        await first.Reached;
        using var cancellation = new CancellationTokenSource();
        var waiting = stage.Plain.DoCancellable("never", cancellation.Token);
        await stage.Plain.Interleave("between");
        cancellation.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        await stage.Plain.Interleave("between");
        first.Open();
        await one;
        await stage.Plain.Do("behind");
        Assert.Equal(["first begins", "between", "between", "first ends", "behind"], stage.Script.Log);
    });

    [Fact]
    public Task a_callback_that_fails_does_no_harm() => On(async stage =>
    {
        var begun = new Gate();
        stage.Script["cancellable"] = async (grain, token) =>
        {
            var told = new TaskCompletionSource();
            token.Register(() => throw new ScriptedException("in a callback"));
            token.Register(told.SetResult);
            _ = begun.Pass();
            await told.Task;
            return "";
        };
        stage.Script.Does("behind", _ => "alive");
        using var cancellation = new CancellationTokenSource();
        var call = stage.Plain.DoCancellable("cancellable", cancellation.Token);
        await begun.Reached;
        cancellation.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        Assert.Equal("alive", await stage.Plain.Do("behind"));
    });
}
