using System.Collections.Immutable;
using Pos.Journal;

namespace Pos.Grains.Stock;

/// <summary>Everything that moved <c>onHand</c>, read from the journal: the state keeps only the sum.</summary>
internal static class StockLedger
{
    // A hot item may have thousands of holds between two movements: a page ends early rather than reading without bound.
    private const int EventsPerPageMax = 20_000;

    public static async Task<LedgerPage> Read(IJournal journal, string key, long after, int limit, CancellationToken cancellationToken)
    {
        var entries = ImmutableArray.CreateBuilder<LedgerEntry>();
        var (next, read) = (after, 0);
        var stream = new StreamName(StockJournal.Category, key);
        await foreach (var recorded in journal.ReadStream(stream, after, EventsPerPageMax, cancellationToken))
        {
            read++;
            if (Entry(recorded) is { } entry)
            {
                if (entries.Count == limit)
                {
                    return new(entries.ToImmutable(), next, HasMore: true);
                }

                entries.Add(entry);
            }

            next = recorded.Version;
        }

        return new(entries.ToImmutable(), next, HasMore: read == EventsPerPageMax);
    }

    private static LedgerEntry? Entry(in RecordedEvent recorded) => StockJournal.Codec.Read(recorded) switch
    {
        StockEvent.Received e => Entry(recorded, "received", e.Quantity, e.Balance, e.Note),
        StockEvent.Restocked e => Entry(recorded, "restocked", e.Quantity, e.Balance, e.Return.Value, e.ApprovedBy, e.TakenBy),
        StockEvent.Adjusted e => Entry(recorded, "adjusted", e.Delta, e.Balance, e.Reason, e.ApprovedBy),
        StockEvent.Counted e => Entry(recorded, "counted", e.Delta, e.Balance, e.Reason, e.ApprovedBy),
        StockEvent.Committed e => Entry(recorded, "committed", -e.Quantity, e.Balance, e.Reason is null ? e.Hold.Value : $"{e.Hold}: {e.Reason}", e.ApprovedBy, e.SoldBy),
        _ => null,
    };

    private static LedgerEntry Entry(
        in RecordedEvent recorded, string kind, long delta, long balance, string reference, string? approvedBy = null, string? actor = null) =>
        new(recorded.Version, recorded.RecordedAt, recorded.Context.OccurredAt, kind, delta, balance, reference, actor ?? recorded.Context.Actor, approvedBy);
}
