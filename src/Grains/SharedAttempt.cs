namespace Pos.Grains;

/// <summary>
/// One attempt at a time of what is looked up elsewhere before it is decided. Copies of a request share its verdict: what is refused to
/// one, and leaves nothing behind, is not done for the other a moment later, when the answer from elsewhere would be another one.
/// </summary>
internal sealed class SharedAttempt
{
    private Operation? _operation;
    private Task<Rejection?>? _verdict;

    /// <summary>The verdict on an operation: that of a copy of it which is under way, or of this attempt.</summary>
    public async Task<Rejection?> Of(Operation operation, Func<Task<Rejection?>> attempt)
    {
        while (_verdict is { } under)
        {
            if (_operation!.Id == operation.Id && _operation.Fingerprint == operation.Fingerprint)
            {
                return await under;
            }

            await ((Task)under).ConfigureAwait(ConfigureAwaitOptions.ContinueOnCapturedContext | ConfigureAwaitOptions.SuppressThrowing);
        }

        var verdict = attempt();
        if (verdict.IsCompleted)
        {
            return await verdict;
        }

        (_operation, _verdict) = (operation, verdict);
        try
        {
            return await verdict;
        }
        finally
        {
            (_operation, _verdict) = (null, null);
        }
    }
}
