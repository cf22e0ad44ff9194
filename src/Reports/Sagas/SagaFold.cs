using System.Text.Json;
using Orleans;
using Pos.Journal;
using Pos.Reports.Folding;

namespace Pos.Reports.Sagas;

/// <summary>What a store has under way: orders, payments and returns that owe something, and checkouts that are not handed over.</summary>
public sealed class SagaFold : ReportFold<OpenSagas, NoPage>
{
    /// <inheritdoc/>
    public override void Take(OpenSagas open, in RecordedEvent recorded, BusinessCalendar calendar, List<PageChange<NoPage>> changes)
    {
        ArgumentNullException.ThrowIfNull(open);
        switch (recorded.Stream.Category)
        {
            case "order":
                TakeOrder(open, recorded);
                break;
            case "payment":
                TakePayment(open, recorded);
                break;
            case "return":
                End(open, recorded, Begin(open, recorded), recorded.Type == "return.completed");
                break;
            case "cart" when recorded.Type is "cart.checked-out" or "cart.handed-over":
                End(open, recorded, Begin(open, recorded), recorded.Type == "cart.handed-over");
                break;
        }
    }

    /// <inheritdoc/>
    public override IEnumerable<string> PagesOf(OpenSagas open) => [];

    private static void TakeOrder(OpenSagas open, in RecordedEvent recorded)
    {
        // An order whose end was seen owes again when lines of it come back.
        var isNew = !open.Sagas.ContainsKey(recorded.Stream.Value);
        var saga = Begin(open, recorded);
        saga.IsSettled |= isNew && recorded.Type != "order.placed";
        switch (recorded.Type)
        {
            case "order.cancelled":
                saga.Cause = Payloads.Read(recorded, PayloadJson.Default.CancelledPayload).Code is { } code ? JsonNamingPolicy.KebabCaseLower.ConvertName(code) : "requested";
                break;
            case "order.settled":
                saga.IsSettled = true;
                break;
            case "order.return-accepted":
                saga.Parts++;
                break;
            case "order.return-handed-over":
                saga.Parts--;
                break;
        }

        End(open, recorded, saga, saga is { IsSettled: true, Parts: <= 0 });
    }

    private static void TakePayment(OpenSagas open, in RecordedEvent recorded)
    {
        var isNew = !open.Sagas.ContainsKey(recorded.Stream.Value);
        var saga = Begin(open, recorded);
        switch (recorded.Type)
        {
            case "payment.requested":
                saga.HasNoOutcome = true;
                break;
            case "payment.captured":
                saga.HasNoOutcome = false;
                // Money that comes in behind another end is owed back.
                saga.Cause ??= isNew ? "captured-late" : null;
                break;
            case "payment.undo-asked":
                saga.Cause = "undo";
                break;
            case "payment.refund-asked":
                saga.Parts++;
                break;
            case "payment.refunded" or "payment.refund-closed":
                saga.Parts--;
                saga.Cause = Payloads.Read(recorded, PayloadJson.Default.RefundOfPayload).Refund == "undo" ? null : saga.Cause;
                break;
            case "payment.declined" or "payment.abandoned" or "payment.voided":
                (saga.HasNoOutcome, saga.Cause, saga.Parts) = (false, null, 0);
                break;
        }

        End(open, recorded, saga, saga is { HasNoOutcome: false, Cause: null, Parts: <= 0 });
    }

    private static OpenSaga Begin(OpenSagas open, in RecordedEvent recorded)
    {
        if (!open.Sagas.TryGetValue(recorded.Stream.Value, out var saga))
        {
            open.Sagas[recorded.Stream.Value] = saga = new OpenSaga { Began = recorded.RecordedAt };
        }

        // An operator's question is no step.
        if (!recorded.Type.EndsWith(".retry-asked", StringComparison.Ordinal) || saga.Step.Length == 0)
        {
            (saga.Step, saga.Since) = (recorded.Type, recorded.RecordedAt);
        }

        return saga;
    }

    private static void End(OpenSagas open, in RecordedEvent recorded, OpenSaga saga, bool hasEnded)
    {
        if (hasEnded)
        {
            open.Sagas.Remove(recorded.Stream.Value);
        }
    }
}

/// <summary>A report without pages has none of these.</summary>
[GenerateSerializer, Alias("pos.reports.NoPage")]
public sealed class NoPage;

/// <summary>Everything that is under way.</summary>
[GenerateSerializer, Alias("pos.reports.OpenSagas")]
public sealed class OpenSagas
{
    /// <summary>By stream.</summary>
    [Id(0)]
    public Dictionary<string, OpenSaga> Sagas { get; set; } = [];
}

/// <summary>Something that is under way.</summary>
[GenerateSerializer, Alias("pos.reports.OpenSaga")]
public sealed class OpenSaga
{
    /// <summary>Its last event.</summary>
    [Id(0)]
    public string Step { get; set; } = "";

    /// <summary>When that was recorded.</summary>
    [Id(1)]
    public DateTimeOffset Since { get; set; }

    /// <summary>When its first event was recorded.</summary>
    [Id(2)]
    public DateTimeOffset Began { get; set; }

    /// <summary>Why it gives something back; null while it does not.</summary>
    [Id(3)]
    public string? Cause { get; set; }

    /// <summary>Whether it owes nothing of its own any more.</summary>
    [Id(4)]
    public bool IsSettled { get; set; }

    /// <summary>Whether a card was asked for money, and nobody knows yet what came of it.</summary>
    [Id(5)]
    public bool HasNoOutcome { get; set; }

    /// <summary>Returns that are not handed over, or refunds that are not given back.</summary>
    [Id(6)]
    public int Parts { get; set; }
}
