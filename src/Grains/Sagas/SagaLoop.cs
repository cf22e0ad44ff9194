using Microsoft.Extensions.Logging;

namespace Pos.Grains.Sagas;

/// <summary>The result of one step.</summary>
internal enum SagaStep
{
    /// <summary>Nothing is owed.</summary>
    Done,

    /// <summary>A result was recorded: compute the next debt at once.</summary>
    Next,

    /// <summary>Some target had no answer: try again after a pause.</summary>
    Later,
}

/// <summary>The attempts at the step that is owed.</summary>
/// <param name="Failed">Attempts without an answer since the last recorded result.</param>
/// <param name="Trouble">The exception of the last attempt, in a sentence; null without one.</param>
/// <param name="NextAt">When the loop's pause ends, UTC; null when it is in none.</param>
internal readonly record struct SagaAttempts(int Failed, string? Trouble, DateTimeOffset? NextAt);

/// <summary>
/// The background loop of an activation that has a saga, and the callers that wait for the saga. The loop takes one step after the other until
/// nothing is owed. It never gives up: a step without an answer is repeated after a growing pause. Everything runs in turns of the activation.
/// </summary>
/// <param name="kind">Its kind, for metrics.</param>
/// <param name="saga">Its name, for logs and errors.</param>
/// <param name="takeStep">Computes the debt from the durable state, pays it, and records the result.</param>
/// <param name="delayDeactivation">Keeps the activation alive for a time; zero lets it go.</param>
/// <param name="services">Time, chance, settings, logs.</param>
internal sealed partial class SagaLoop<TState>(
    string kind, string saga, Func<Task<SagaStep>> takeStep, Action<TimeSpan> delayDeactivation, GrainServices services) : IOpenSaga
{
    // Longer than any step may take, so that the activation is not collected between two steps.
    private static readonly TimeSpan KeptAlive = TimeSpan.FromMinutes(10);

    private readonly List<(Func<TState, bool> Reached, TaskCompletionSource Signal)> _waiting = [];
    private TaskCompletionSource? _pause;
    private long _since;
    private bool _running;
    private bool _stopped;

    /// <summary>The attempts at the step that is owed.</summary>
    public SagaAttempts Attempts { get; private set; }

    /// <inheritdoc/>
    public string Kind => kind;

    /// <inheritdoc/>
    public string Step { get; set; } = "Nothing";

    /// <inheritdoc/>
    public TimeSpan Age => services.Clock.GetElapsedTime(_since);

    /// <summary>Starts the loop unless it runs. Ends its pause when it is in one.</summary>
    public void Start()
    {
        if (_running)
        {
            _pause?.TrySetResult();
        }
        else if (!_stopped)
        {
            _running = true;
            _since = services.Clock.GetTimestamp();
            services.Instruments.Sagas.Enter(this);
            _ = Run();
        }
    }

    /// <summary>Ends the loop before its next step. Callers that wait learn that the outcome is unknown here.</summary>
    public void Stop()
    {
        _stopped = true;
        _pause?.TrySetResult();
        foreach (var (_, signal) in _waiting)
        {
            signal.TrySetException(Ended());
        }

        _waiting.Clear();
    }

    /// <summary>Waits until a durable state is reached, but not longer than asked or than the settings allow.</summary>
    /// <exception cref="NotDurableException">The activation ended first.</exception>
    public async Task WaitUntil(Func<TState, bool> reached, TimeSpan waitMax)
    {
        var bounded = waitMax < services.Options.WaitMax ? waitMax : services.Options.WaitMax;
        if (bounded <= TimeSpan.Zero)
        {
            return;
        }

        if (_stopped)
        {
            throw Ended();
        }

        // The timer completes the wait itself. Task.WhenAny would continue on the thread pool.
        var signal = NewSignal();
        _waiting.Add((reached, signal));
        using var timer = Complete(signal, bounded);
        await signal.Task;
        _waiting.RemoveAll(waiting => waiting.Signal == signal);
    }

    /// <summary>Lets callers go that wait for this state.</summary>
    public void OnChanged(TState state)
    {
        for (var i = _waiting.Count - 1; i >= 0; i--)
        {
            if (_waiting[i].Reached(state))
            {
                _waiting[i].Signal.TrySetResult();
                _waiting.RemoveAt(i);
            }
        }
    }

    private async Task Run()
    {
        // The caller that starts the loop continues first: its reply does not wait for the saga.
        await Task.Yield();
        var failed = 0;
        try
        {
            while (!_stopped)
            {
                delayDeactivation(KeptAlive);
                Attempts = new(failed, null, null);
                var step = await Try();
                if (step == SagaStep.Done)
                {
                    return;
                }

                failed = step == SagaStep.Next ? 0 : failed + 1;
                if (step == SagaStep.Later)
                {
                    await Pause(failed);
                }
            }
        }
        finally
        {
            _running = false;
            services.Instruments.Sagas.Leave(this);
            delayDeactivation(TimeSpan.Zero);
        }
    }

    private async Task<SagaStep> Try()
    {
        try
        {
            return await takeStep();
        }
        catch (NotDurableException) when (_stopped)
        {
            // This activation has lost the journal. The next one computes the debt from the stream.
            return SagaStep.Done;
        }
        catch (Exception unexpected)
        {
            LogStepFailed(services.Logger, saga, unexpected);
            Attempts = Attempts with { Trouble = unexpected.Message };
            return SagaStep.Later;
        }
    }

    private async Task Pause(int failed)
    {
        var options = services.Options;
        var growing = options.RetryMin * Math.Pow(2, Math.Min(failed - 1, 30));
        var pause = (growing < options.RetryMax ? growing : options.RetryMax) * (0.5 + (services.Chance.NextDouble() / 2));
        _pause = NewSignal();
        Attempts = Attempts with { Failed = failed, NextAt = services.Clock.GetUtcNow() + pause };
        using var timer = Complete(_pause, pause);
        await _pause.Task;
        _pause = null;
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ITimer Complete(TaskCompletionSource signal, TimeSpan after) => services.Clock.CreateTimer(
        static state => ((TaskCompletionSource)state!).TrySetResult(), signal, after, Timeout.InfiniteTimeSpan);

    private NotDurableException Ended() => new($"{saga}: this activation ends before the saga does. Repeat the same operation.");

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Saga}: a step failed and is repeated.")]
    private static partial void LogStepFailed(ILogger logger, string saga, Exception exception);
}
