using Pos.Journal;
using Pos.Streams;

namespace Pos.Reports.Consuming;

/// <summary>Finds out how true a report is: what the journal has of the store behind the report's position.</summary>
internal sealed class Freshness(IJournal journal, TimeProvider clock)
{
    // Reads of the journal for one answer. A store that is quiet in a busy cluster has more events of others behind its last one: its report is then said to be
    // older than it is, never younger.
    private const int EventsMax = 1_000;

    /// <param name="store">The store.</param>
    /// <param name="progress">The consumer's.</param>
    /// <param name="recordedAt">When the last event was recorded that the report has.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    /// <returns>The freshness, and the position of an event that the report lacks; 0 for none.</returns>
    public async ValueTask<(ReportFreshness Freshness, long Missing)> Of(
        string store, ConsumerProgress progress, DateTimeOffset recordedAt, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var asOf = now;
        var missing = 0L;
        if (progress.Position < journal.Head)
        {
            var read = 0;
            await foreach (var recorded in journal.ReadAll(progress.Position, cancellationToken))
            {
                if (recorded.Context.Store == store)
                {
                    (missing, asOf) = (recorded.Position, recorded.RecordedAt);
                    break;
                }

                if (++read == EventsMax)
                {
                    asOf = recorded.RecordedAt;
                    break;
                }
            }
        }

        // Clocks of silos differ: what is missing is not in the future.
        asOf = asOf > now ? now : asOf < recordedAt ? recordedAt : asOf;
        return (new(progress.Position, asOf, (long)Math.Max(0, (now - asOf).TotalMilliseconds), progress.Parked is not null), missing);
    }
}
