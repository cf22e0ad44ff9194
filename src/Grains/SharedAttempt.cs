namespace Pos.Grains;

/// <summary>
/// One attempt at a time of what is looked up elsewhere before it is decided. Copies of a request share its verdict: what is refused to
/// one, and leaves nothing behind, is not done for the other a moment later, when the answer from elsewhere would be another one.
/// </summary>
internal sealed class SharedAttempt
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
        if (verdict.IsCompleted)
        {
            return await verdict;
        }

        var mine = _current = new Attempt(operation, verdict);
        try
        {
            return await verdict;
        }
        finally
        {
            Ended(mine);
        }
    }

    // Whoever hears first that an attempt has ended takes it away, and never the one that has begun since.
    private void Ended(Attempt attempt)
    {
        if (ReferenceEquals(_current, attempt))
        {
            _current = null;
        }
    }

    private sealed record Attempt(Operation Operation, Task<Rejection?> Verdict);
}
