using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Pos.Journal;

namespace Pos.Grains;

public sealed partial class WakeUpDispatcher
{
    private const int PageMax = 1_000;

    private static readonly string[] Categories =
        [StockJournal.Category, OrderJournal.Category, ReturnJournal.Category, CartJournal.Category, PaymentJournal.Category];

    private readonly ConcurrentQueue<string> _dead = new();

    /// <summary>
    /// Ends the leases of silos that were declared dead, so that what they had claimed is due at once instead of when the lease has run out.
    /// Every silo that lives does it: the journal ends a lease once, and whoever comes later ends nothing.
    /// </summary>
    private async Task TakeOver()
    {
        while (_dead.TryPeek(out var dead))
        {
            try
            {
                var ended = 0;
                foreach (var category in Categories)
                {
                    ended += await EndLeases(category, dead);
                }

                LogTakenOver(logger, dead, ended);
                _dead.TryDequeue(out _);
            }
            catch (Exception unavailable)
            {
                LogNotTakenOver(logger, dead, unavailable);
                return;
            }
        }
    }

    private async Task<int> EndLeases(string category, string owner)
    {
        var ended = 0;
        for (var after = ""; ;)
        {
            var page = await services.Journal.ListWakeUps(category, after, PageMax, CancellationToken.None);
            foreach (var lease in page)
            {
                if (lease.Owner == owner)
                {
                    await services.Journal.CompleteWakeUp(lease, lease.Due, CancellationToken.None);
                    ended++;
                }
            }

            if (page.Count < PageMax)
            {
                return ended;
            }

            after = page[^1].Stream.Key;
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Silo} was declared dead: {Leases} wake-ups that it had claimed are due at once.")]
    private static partial void LogTakenOver(ILogger logger, string silo, int leases);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The wake-ups that {Silo} had claimed could not be taken over; it is tried again at the next poll.")]
    private static partial void LogNotTakenOver(ILogger logger, string silo, Exception exception);
}
