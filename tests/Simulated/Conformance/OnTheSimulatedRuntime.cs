namespace Pos.Tests.Simulated;

/// <summary>The facts on the simulated silo, in many orders of everything that may happen in any order.</summary>
public sealed class OnTheSimulatedRuntime : Conformance
{
    private const int Seeds = 40;

    private const int StepsMax = 100_000;

    protected override Task On(Func<Stage, Task> story)
    {
        for (var seed = 0UL; seed < Seeds; seed++)
        {
            Explorer.OnOneThread(() => Tell(seed, story));
        }

        return Task.CompletedTask;
    }

    private static void Tell(ulong seed, Func<Stage, Task> story)
    {
        var machine = new Machine(seed);
        PoolWatch.Watch(machine);
        try
        {
            using var silo = new SimulatedSilo(machine, new Owner("silo"), Scripted.Register);
            var told = Task.CompletedTask;
            var stage = new Stage(silo.Factory, () =>
            {
                silo.Collect(TimeSpan.Zero);
                return Task.CompletedTask;
            });
            new Strand(machine, new Owner("story")).Run(() => told = story(stage));
            for (var left = StepsMax; left > 0 && !told.IsCompleted && machine.TakeStep(); left--)
            {
            }

            Assert.True(machine.Escape is null, $"seed {seed}: {machine.Escape}");
            Assert.True(told.IsCompleted, $"seed {seed}: the story does not end");
            if (told.Exception is { } failure)
            {
                throw new InvalidOperationException($"seed {seed}: {failure.InnerException!.Message}", failure.InnerException);
            }
        }
        finally
        {
            PoolWatch.Watch(null);
        }
    }
}
