using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Pos.Grains.WakeUps;

public sealed partial class WakeUpDispatcher
{
    private readonly ConcurrentQueue<string> _dead = new();
    private TaskCompletionSource _died = new();
    private Task _takingOver = Task.CompletedTask;

    private void OnDeath(string silo)
    {
        _dead.Enqueue(silo);
        Volatile.Read(ref _died).TrySetResult();
    }

    /// <summary>
    /// Ends the leases of silos that were declared dead, so that the wake-ups they claimed are due at once instead of when the lease runs out.
    /// Every live silo does it: the journal ends a lease once, and later calls change nothing. Claiming continues meanwhile.
    /// </summary>
    private async Task TakeOverTheDead()
    {
        var under = new List<Task>();
        do
        {
            // Replaced before the queue is emptied: a silo that is queued later completes the new signal.
            Interlocked.Exchange(ref _died, new TaskCompletionSource());
            under.RemoveAll(static task => task.IsCompleted);
            while (_dead.TryDequeue(out var dead))
            {
                under.Add(TakeOver(dead));
            }
        }
        while (await Task.WhenAny(_stop.Task, _died.Task) != _stop.Task);

        await Task.WhenAll(under);
    }

    private async Task TakeOver(string dead)
    {
        var since = services.Clock.GetTimestamp();
        var isTold = false;
        do
        {
            try
            {
                LogTakenOver(logger, dead, await services.Journal.EndLeases(dead, CancellationToken.None));
                return;
            }
            catch (Exception unavailable)
            {
                if (!isTold)
                {
                    LogNotTakenOver(logger, dead, unavailable);
                    isTold = true;
                }
            }
        }
        // After this time the leases have run out by themselves.
        while (services.Clock.GetElapsedTime(since) < services.Options.WakeUpLease && await Poll());
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Silo} was declared dead: {Leases} wake-ups that it had claimed are due at once.")]
    private static partial void LogTakenOver(ILogger logger, string silo, int leases);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The wake-ups that {Silo} had claimed could not be taken over; it is tried again until their leases have run out.")]
    private static partial void LogNotTakenOver(ILogger logger, string silo, Exception exception);
}
