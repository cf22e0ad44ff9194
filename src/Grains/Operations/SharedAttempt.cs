namespace Pos.Grains.Operations;

/// <summary>
/// Runs one attempt at a time at a decision that needs answers from other grains. Concurrent copies of one request share one attempt, so one cannot be
/// refused and the other accepted because the other grains answered differently a moment later.
/// </summary>
/// <param name="version">Version of everything decided. When it has grown during an attempt, the attempt's refusal is not final: the request is tried again.</param>
/// <param name="ended">Called after every attempt.</param>
internal sealed class SharedAttempt(Func<long> version, Action? ended = null)
{
    private Attempt? _current;

    /// <summary>Whether an attempt is under way.</summary>
    public bool IsUnderWay => _current is not null;

    /// <summary>The verdict on an operation, by this attempt or by that of a copy which is under way: a refusal, or null.</summary>
    public async Task<Rejection?> Run(Operation operation, Func<Task<Rejection?>> attempt)
    {
        while (true)
        {
            if (_current is { } other && !other.IsCopy(operation))
            {
                await ((Task)other.Verdict).ConfigureAwait(ConfigureAwaitOptions.ContinueOnCapturedContext | ConfigureAwaitOptions.SuppressThrowing);
                Remove(other);
                continue;
            }

            var mine = _current is null;
            var shared = _current ?? Begin(operation, attempt);
            Rejection? refused;
            try
            {
                refused = await shared.Verdict;
            }
            finally
            {
                Remove(shared);
                if (mine)
                {
                    ended?.Invoke();
                }
            }

            if (refused is null || shared.Version == version())
            {
                return refused;
            }
        }
    }

    private Attempt Begin(Operation operation, Func<Task<Rejection?>> attempt)
    {
        var before = version();
        var verdict = attempt();
        if (verdict is { IsCompletedSuccessfully: true, Result: { } refusal })
        {
            // Nobody had to be asked. Copies of a request mostly come together, and a copy that waits already shares this refusal.
            verdict = RefuseInNextTurn(refusal);
        }

        var begun = new Attempt(operation, before, verdict);
        _current = begun.Verdict.IsCompleted ? null : begun;
        return begun;
    }

    private static async Task<Rejection?> RefuseInNextTurn(Rejection refusal)
    {
        await Task.Yield();
        return refusal;
    }

    // The first caller that sees the end of an attempt removes it, but never the attempt that another caller has begun since.
    private void Remove(Attempt attempt)
    {
        if (ReferenceEquals(_current, attempt))
        {
            _current = null;
        }
    }

    private sealed record Attempt(Operation Operation, long Version, Task<Rejection?> Verdict)
    {
        public bool IsCopy(Operation other) => Operation.Id == other.Id && Operation.Fingerprint == other.Fingerprint;
    }
}
