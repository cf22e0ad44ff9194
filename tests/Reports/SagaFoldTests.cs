using System.Text.Json.Nodes;
using Pos.Reports.Sagas;

namespace Pos.Tests;

public sealed class SagaFoldTests
{
    private readonly Reader<OpenSagas, NoPage> _reader = new(new SagaFold());

    [Theory]
    // What owes nothing is not under way.
    [InlineData("order", "placed stock-reserved cash-taken settled", null)]
    [InlineData("order", "placed stock-reserved cash-taken settled return-accepted return-handed-over", null)]
    [InlineData("order", "placed cash-taken return-accepted settled return-handed-over", null)]
    [InlineData("payment", "requested captured", null)]
    [InlineData("payment", "requested declined", null)]
    [InlineData("payment", "requested captured undo-asked voided", null)]
    [InlineData("payment", "requested undo-asked abandoned", null)]
    [InlineData("payment", "requested captured refund-asked refunded", null)]
    [InlineData("payment", "requested captured undo-asked refund-asked refunded:undo", null)]
    [InlineData("payment", "requested captured undo-asked refund-asked refund-closed:undo", null)]
    [InlineData("return", "accepted restocked completed", null)]
    [InlineData("cart", "opened line-added parked", null)]
    [InlineData("cart", "opened checked-out handed-over", null)]
    // What owes something is, at its last step.
    [InlineData("order", "placed", "order.placed")]
    [InlineData("order", "placed stock-reserved cash-taken", "order.cash-taken")]
    [InlineData("order", "placed stock-reserved retry-asked", "order.stock-reserved")]
    [InlineData("order", "placed stock-reserved cash-taken settled return-accepted", "order.return-accepted")]
    [InlineData("order", "placed cash-taken return-accepted settled", "order.settled")]
    [InlineData("order", "placed cancelled", "order.cancelled insufficient-stock")]
    [InlineData("payment", "requested", "payment.requested ?")]
    [InlineData("payment", "requested undo-asked", "payment.undo-asked undo ?")]
    [InlineData("payment", "requested undo-asked captured", "payment.captured undo")]
    [InlineData("payment", "requested declined captured", "payment.captured captured-late")]
    [InlineData("payment", "requested captured refund-asked refund-asked refunded", "payment.refunded")]
    [InlineData("payment", "requested captured undo-asked refund-asked refunded", "payment.refunded undo")]
    [InlineData("return", "accepted", "return.accepted")]
    [InlineData("cart", "opened checked-out", "cart.checked-out")]
    public async Task A_saga_is_under_way_from_its_first_debt_to_its_last(string kind, string events, string? expected)
    {
        var journal = new SalesJournal();
        foreach (var (name, detail) in events.Split(' ').Select(static one => (one.Split(':')[0], one.Split(':').Last())))
        {
            journal.Write($"{kind}/a", $"{kind}.{name}", "2026-06-01T08:30:00Z", JsonNode.Parse($$"""{"code":"InsufficientStock","refund":"{{detail}}"}""")!.AsObject());
        }

        await _reader.Take(journal.Events);
        var found = _reader.Open.Sagas.Values.Select(static saga => $"{saga.Step} {saga.Cause} {(saga.HasNoOutcome ? "?" : "")}".Replace("  ", " ", StringComparison.Ordinal).Trim());
        Assert.Equal(expected is null ? [] : [expected], found);
    }
}
