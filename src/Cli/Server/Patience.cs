using System.Security.Cryptography;

namespace Pos.Cli.Server;

/// <summary>How long a request is repeated while the server does not answer, refuses for the moment, or has not finished.</summary>
/// <param name="Budget">The time from the first attempt of a request until it is given up.</param>
/// <param name="Time">The clock of waits and budgets.</param>
internal sealed record Patience(TimeSpan Budget, TimeProvider Time)
{
    private static readonly TimeSpan WaitMin = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan WaitMax = TimeSpan.FromSeconds(2);

    /// <summary>Waits before the next attempt.</summary>
    /// <param name="attempt">The number of attempts before the last one.</param>
    /// <param name="retryAfter">The wait that the server asked for, or null.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task Pause(int attempt, TimeSpan? retryAfter, CancellationToken cancellationToken) =>
        Task.Delay(Wait(attempt, retryAfter), Time, cancellationToken);

    // The wait doubles with every attempt and is never shorter than the server asked for. A random share is added, so that many clients do not return at once.
    private static TimeSpan Wait(int attempt, TimeSpan? retryAfter)
    {
        var half = TimeSpan.FromTicks(Math.Min(WaitMin.Ticks << Math.Min(attempt, 10), WaitMax.Ticks)) / 2;
        var least = retryAfter is { } asked && asked > half ? asked : half;
        return least + (half * (RandomNumberGenerator.GetInt32(1_000) / 1_000.0));
    }
}
