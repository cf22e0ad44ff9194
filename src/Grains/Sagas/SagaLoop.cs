using Microsoft.Extensions.Logging;

namespace Pos.Grains.Sagas;

/// <summary>How a saga's step went.</summary>
internal enum SagaStep
{
    /// <summary>Nothing is owed.</summary>
    Done,

    /// <summary>Something was recorded: see at once what is owed next.</summary>
    Next,

    /// <summary>Something had no answer: try again after a pause.</summary>
    Later,
}

/// <summary>
/// The one background loop of an activation that has a saga: computes what is owed, does it, records what came of it, until nothing is
/// owed. Everything runs in turns of the activation. Never gives up: an effect without an answer is repeated after a growing pause.
/// </summary>
/// <param name="name">For logs.</param>
/// <param name="step">Computes what is owed from durable state, does it, and records the outcome.</param>
/// <param name="delayDeactivation">Keeps the activation alive meanwhile; zero lets it go.</param>
/// <param name="services">Time, chance, settings, logs.</param>
internal sealed partial class SagaLoop(
    string name, Func<Task<SagaStep>> step, Action<TimeSpan> delayDeactivation, GrainServices services)
{
    // Longer than any one step may take, so that the activation is not collected between two of them.
    private static readonly TimeSpan KeptAlive = TimeSpan.FromMinutes(10);

    private TaskCompletionSource? _news;
    private bool _running;
    private bool _stopped;

    /// <summary>Starts the loop unless it runs, and ends its pause if it makes one.</summary>
    public void Start()
    {
        if (_running)
        {
            _news?.TrySetResult();
        }
        else if (!_stopped)
        {
            _running = true;
            _ = Run();
        }
    }

    /// <summary>How often the step that is owed has had no answer since something was last recorded.</summary>
    public int Failures { get; private set; }

    /// <summary>The fault of the last attempt; null when it did not fail.</summary>
    public string? Fault { get; private set; }

    /// <summary>Until when the loop makes a pause; null when it makes none.</summary>
    public DateTimeOffset? PausedUntil { get; private set; }

    /// <summary>Ends the loop before its next effect.</summary>
    public void Stop()
    {
        _stopped = true;
        _news?.TrySetResult();
    }

    private async Task Run()
    {
        // Whoever starts the loop goes on first: its reply does not wait for the saga.
        await Task.Yield();
        Failures = 0;
        try
        {
            while (!_stopped)
            {
                delayDeactivation(KeptAlive);
                var went = await Try();
                if (went == SagaStep.Done)
                {
                    return;
                }

                Failures = went == SagaStep.Next ? 0 : Failures + 1;
                if (went == SagaStep.Later)
                {
                    await Pause(Failures);
                }
            }
        }
        finally
        {
            _running = false;
            delayDeactivation(TimeSpan.Zero);
        }
    }

    private async Task<SagaStep> Try()
    {
        Fault = null;
        try
        {
            return await step();
        }
        catch (NotDurableException) when (_stopped)
        {
            // The activation has lost the journal; the next one computes what is owed from the truth.
            return SagaStep.Done;
        }
        catch (Exception unexpected)
        {
            LogStepFailed(services.Logger, name, unexpected);
            Fault = unexpected.Message;
            return SagaStep.Later;
        }
    }

    private async Task Pause(int failures)
    {
        var options = services.Options;
        var growing = options.RetryMin * Math.Pow(2, Math.Min(failures - 1, 30));
        var pause = (growing < options.RetryMax ? growing : options.RetryMax) * (0.5 + (services.Chance.NextDouble() / 2));
        _news = NewSignal();
        PausedUntil = services.Clock.GetUtcNow() + pause;
        using var enough = Completing(_news, pause);
        await _news.Task;
        (_news, PausedUntil) = (null, null);
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ITimer Completing(TaskCompletionSource signal, TimeSpan after) => services.Clock.CreateTimer(
        static state => ((TaskCompletionSource)state!).TrySetResult(), signal, after, Timeout.InfiniteTimeSpan);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Saga}: a step failed and is repeated.")]
    private static partial void LogStepFailed(ILogger logger, string saga, Exception exception);
}
