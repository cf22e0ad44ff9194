namespace Pos.Tests.Simulated;

public abstract partial class Conformance
{
    [Fact]
    public Task arguments_and_results_are_copies() => On(async stage =>
    {
        stage.Script.Does("remembers", grain => $"{grain.Kept!.Value}");
        stage.Script.Does("changes", grain => $"{++grain.Kept!.Value}");
        await stage.Caller(async (grain, _) =>
        {
            var callee = grain.Factory.GetGrain<IPlainScripted>(stage.Script.Key);
            var given = new Mutable { Value = 1 };
            var answered = await callee.Keep(given);
            Assert.NotSame(given, answered);
            (given.Value, answered.Value) = (2, 3);
            Assert.Equal("1", await callee.Do("remembers"));
            await callee.Do("changes");
            Assert.Equal((2, 3), (given.Value, answered.Value));
            return "";
        }).Do("call");
    });

    [Fact]
    public Task what_is_changed_behind_the_call_has_not_been_sent() => On(async stage =>
    {
        stage.Script.Does("remembers", grain => $"{grain.Kept!.Value}");
        await stage.Caller(async (grain, _) =>
        {
            var callee = grain.Factory.GetGrain<IPlainScripted>(stage.Script.Key);
            var given = new Mutable { Value = 1 };
            var call = callee.Keep(given);
            given.Value = 2;
            await call;
            Assert.Equal("1", await callee.Do("remembers"));
            return "";
        }).Do("call");
    });

    [Fact]
    public Task what_is_immutable_is_passed_on_within_a_silo() => On(async stage =>
    {
        Unchanging? seen = null;
        stage.Script.Does("shows", grain =>
        {
            seen = grain.Unchanged;
            return "";
        });
        await stage.Caller(async (grain, _) =>
        {
            var callee = grain.Factory.GetGrain<IPlainScripted>(stage.Script.Key);
            var given = new Unchanging { Value = 1 };
            await callee.KeepImmutable(given);
            await callee.Do("shows");
            Assert.Same(given, seen);
            return "";
        }).Do("call");
    });
}
