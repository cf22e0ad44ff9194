namespace Pos.Tests;

/// <summary>What activations leave in memory. The measure is the whole process's: nothing else may run beside it.</summary>
[CollectionDefinition(nameof(MemoryTests), DisableParallelization = true)]
[Collection(nameof(MemoryTests))]
public sealed class MemoryTests
{
    [Fact]
    public void Collected_activations_leave_nothing_behind() => World.Run(
        async silo =>
        {
            silo.Script["fine"] = (_, _) => Task.FromResult("");
            var before = 0L;
            for (var round = 0; round < 5; round++)
            {
                for (var key = 0; key < 20_000; key++)
                {
                    await silo.Plain($"{round} {key}").Do("fine");
                }

                await silo.PassAsync(TimeSpan.FromMinutes(20));
                var used = GC.GetTotalMemory(forceFullCollection: true);
                if (round == 0)
                {
                    before = used;
                }
                else
                {
                    // 20,000 activations take some 20 MB: one round left behind would show.
                    Assert.InRange(used - before, long.MinValue, 8_000_000);
                }
            }
        });
}
