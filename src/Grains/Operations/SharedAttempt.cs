namespace Pos.Grains.Operations;

/// <summary>
/// One attempt at a time of a decision that needs answers from other grains. Concurrent copies of one request share one attempt, so one cannot be refused
/// and the other accepted because the other grains answered differently a moment later.
/// </summary>
/// <param name="failed">Called after an attempt has ended with an exception.</param>
internal sealed class SharedAttempt(Action? failed = null)
{
    private Attempt? _current;

    /// <summary>Whether an attempt is under way.</summary>
    public bool IsUnderWay => _current is not null;

    /// <summary>The verdict on an operation: that of a copy of it which is under way, or of this attempt.</summary>
    public async Task<Rejection?> Of(Operation operation, Func<Task<Rejection?>> attempt)
    {
        while (_current is { } under)
        {
            if (under.Operation.Id == operation.Id && under.Operation.Fingerprint == operation.Fingerprint)
            {
                return await under.Verdict;
            }

            await ((Task)under.Verdict).ConfigureAwait(ConfigureAwaitOptions.ContinueOnCapturedContext | ConfigureAwaitOptions.SuppressThrowing);
            Ended(under);
        }

        var verdict = attempt();
        var mine = verdict.IsCompleted ? null : _current = new Attempt(operation, verdict);
        try
        {
            return await verdict;
        }
        finally
        {
            Ended(mine);
            if (!verdict.IsCompletedSuccessfully)
            {
                failed?.Invoke();
            }
        }
    }

    // Whoever hears first that an attempt has ended takes it away, and never the one that has begun since.
    private void Ended(Attempt? attempt)
    {
        if (attempt is not null && ReferenceEquals(_current, attempt))
        {
            _current = null;
        }
    }

    private sealed record Attempt(Operation Operation, Task<Rejection?> Verdict);
}
