namespace Pos.Tests;

/// <summary>The shell that all sagas share.</summary>
public sealed class SagaGrainTests
{
    [Fact]
    public void A_fact_that_says_nothing_new_is_asked_for_again_after_a_pause_and_not_at_once() => World.Run(1, async world =>
    {
        var saga = world.Silo.Grains.GetGrain<IStubbornGrain>("one");
        await saga.Begin();
        await world.Pass(TimeSpan.FromSeconds(20));
        var asked = await saga.Begin();
        Assert.InRange(asked, 5, 30);
    });
}
