using System.Text.Json;
using Pos.Journal;

namespace Pos.Tests.Simulated;

/// <summary>What a store has under way by the checker's own account: all events of its sagas, told anew for each question.</summary>
internal sealed class SagaAccount
{
    private readonly List<Event> _events = [];

    public void Take(in RecordedEvent e, JsonElement body)
    {
        if (e.Stream.Category is "order" or "payment" or "return" || e.Type is "cart.checked-out" or "cart.handed-over")
        {
            _events.Add(new(
                e.Position, e.Stream.Value, e.Type, e.RecordedAt,
                e.Type == "order.cancelled" ? body.TryGetProperty("code", out var code) ? SalesAccount.Words(code.GetString()!) : "requested"
                : e.Type is "payment.refunded" or "payment.refund-closed" ? body.Text("refund")
                : ""));
        }
    }

    /// <summary>What is under way at a position: its last step, when that was, when it began, its cause, and whether a card's answer is awaited.</summary>
    public Dictionary<string, (string Step, DateTimeOffset Since, DateTimeOffset Began, string? Cause, bool Asks)> UnderWay(long upTo)
    {
        var all = new Dictionary<string, Saga>(StringComparer.Ordinal);
        foreach (var e in _events)
        {
            if (e.Position > upTo)
            {
                break;
            }

            if (!all.TryGetValue(e.Stream, out var saga))
            {
                all[e.Stream] = saga = new Saga();
            }

            var wasUnderWay = saga.IsUnderWay;
            saga.Began = wasUnderWay ? saga.Began : e.At;
            if (!wasUnderWay || !e.Type.EndsWith(".retry-asked", StringComparison.Ordinal))
            {
                (saga.Step, saga.Since) = (e.Type, e.At);
            }

            Apply(saga, e);
            saga.Cause = saga.IsUnderWay ? saga.Cause : null;
        }

        return all.Where(static one => one.Value.IsUnderWay).ToDictionary(
            static one => one.Key, static one => (one.Value.Step, one.Value.Since, one.Value.Began, one.Value.Undo ? "undo" : one.Value.Late ? "captured-late" : one.Value.Cause, one.Value.Asks),
            StringComparer.Ordinal);
    }

    private static void Apply(Saga saga, Event e)
    {
        switch (e.Type)
        {
            case "order.placed" or "return.accepted" or "cart.checked-out":
                saga.Owes = true;
                break;
            case "order.settled" or "return.completed" or "cart.handed-over":
                saga.Owes = false;
                break;
            case "order.cancelled":
                saga.Cause = e.Detail;
                break;
            case "order.return-accepted" or "payment.refund-asked":
                saga.Parts++;
                break;
            case "order.return-handed-over":
                saga.Parts--;
                break;
            case "payment.requested":
                saga.Asks = true;
                break;
            case "payment.captured":
                (saga.Asks, saga.Late) = (false, !saga.Asks && !saga.Undo && saga.Parts == 0);
                break;
            case "payment.undo-asked":
                saga.Undo = true;
                break;
            case "payment.refunded" or "payment.refund-closed":
                saga.Parts--;
                saga.Undo &= e.Detail != "undo";
                saga.Late &= e.Detail != "undo";
                break;
            case "payment.declined" or "payment.abandoned" or "payment.voided":
                (saga.Asks, saga.Undo, saga.Late, saga.Parts) = (false, false, false, 0);
                break;
        }
    }

    private sealed record Event(long Position, string Stream, string Type, DateTimeOffset At, string Detail);

    private sealed class Saga
    {
        public string Step { get; set; } = "";

        public DateTimeOffset Since { get; set; }

        public DateTimeOffset Began { get; set; }

        public string? Cause { get; set; }

        public bool Owes { get; set; }

        public bool Asks { get; set; }

        public bool Undo { get; set; }

        public bool Late { get; set; }

        public int Parts { get; set; }

        public bool IsUnderWay => Owes || Asks || Undo || Late || Parts > 0;
    }
}
