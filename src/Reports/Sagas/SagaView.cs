using System.Collections.Immutable;
using Pos.Reports.Folding;

namespace Pos.Reports.Sagas;

/// <summary>Answers a question from what is open.</summary>
internal static class SagaView
{
    // A step that answers takes far less, and one that repeats itself pauses for ten seconds at most.
    private static readonly TimeSpan SlowAfter = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan StuckAfter = TimeSpan.FromMinutes(5);

    public static SagaReport Of(StoreId store, SagaQuestion question, OpenSagas open, ReportFreshness freshness, DateTimeOffset now)
    {
        var all = open.Sagas.Select(static saga => Row(saga.Key, saga.Value)).ToList();
        var counts = all
            .GroupBy(static row => (row.Kind, row.Step))
            .OrderBy(static group => group.Key.Kind, StringComparer.Ordinal).ThenBy(static group => group.Key.Step, StringComparer.Ordinal)
            .Select(group => new SagaCount(
                group.Key.Kind, group.Key.Step, group.Count(), group.Count(row => now - row.Since > SlowAfter), group.Count(row => now - row.Since > StuckAfter)))
            .ToImmutableArray();
        var (page, next) = Rows.Page(
            all.Where(row => now - row.Since >= question.OlderThan), static row => $"{row.Kind}/{row.Id}", static row => -row.Since.UtcTicks, question.After, question.Limit);
        return new(store, freshness, counts, open.Sagas.Values.Count(static saga => saga.HasNoOutcome), page, next);
    }

    private static SagaRow Row(string stream, OpenSaga saga)
    {
        var slash = stream.IndexOf('/', StringComparison.Ordinal);
        return new(stream[..slash], stream[(slash + 1)..], saga.Step, saga.Since, saga.Began, saga.Cause);
    }
}
