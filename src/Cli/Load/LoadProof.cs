using System.Globalization;
using Pos.Cli.Output;
using Pos.Cli.Server;
using Pos.Verification;

namespace Pos.Cli.Load;

/// <summary>The sums of the shop's books after the load, in pieces unless a member says orders.</summary>
/// <param name="Holds">Whether everything agrees.</param>
/// <param name="Initial">In stock at the start.</param>
/// <param name="Sold">In CONFIRMED orders, which are read one by one.</param>
/// <param name="Held">Held at the end.</param>
/// <param name="Left">For sale at the end.</param>
/// <param name="ConfirmedOrders">Orders of the store that are CONFIRMED.</param>
/// <param name="CancelledOrders">Orders of the store that are CANCELLED.</param>
/// <param name="AcknowledgedOrders">Orders that an answer called CONFIRMED.</param>
/// <param name="Verified">The server's check of its journal: <c>green</c>, <c>red</c>, or <c>not asked</c> with the reason.</param>
/// <param name="Findings">Every disagreement, in words.</param>
internal sealed record Proof(
    bool Holds,
    long Initial,
    long Sold,
    long Held,
    long Left,
    long ConfirmedOrders,
    long CancelledOrders,
    long AcknowledgedOrders,
    string Verified,
    IReadOnlyList<string> Findings);

/// <summary>Reads through the API all orders and the stock of the load's store, and compares the sums.</summary>
internal sealed class LoadProof(PosServer server, LoadPlan plan, Figures figures, Patience patience)
{
    private const int FindingsPerKindMax = 5;

    private readonly List<string> _findings = [];
    private readonly Dictionary<string, long> _soldBySku = new(StringComparer.Ordinal);
    private readonly HashSet<UInt128> _seen = [];
    private readonly HashSet<string> _carts = new(StringComparer.Ordinal);
    private long _confirmed;
    private long _cancelled;
    private long _notAcknowledged;

    /// <param name="unknown">The number of sessions whose outcome could not be found out.</param>
    /// <param name="terminal">Shows the progress.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<Proof> Read(int unknown, Terminal terminal, CancellationToken cancellationToken)
    {
        List<string> unsettled = [];
        await terminal.Progress("proof", "orders", figures.Acknowledged.Count, async advance =>
        {
            await foreach (var order in server.List($"api/v1/orders?store={plan.Store}", Messages.Default.PageOrderAnswer, cancellationToken))
            {
                if (order.Settled)
                {
                    Take(order, advance);
                }
                else
                {
                    unsettled.Add(order.Id);
                }
            }

            foreach (var id in unsettled)
            {
                Take(await Settled(id, cancellationToken), advance);
            }
        });
        Compare(unknown);
        var (sold, held, left) = await Stock(cancellationToken);
        var verified = await Verify(cancellationToken);
        return new Proof(
            _findings.Count == 0, (long)plan.Items * plan.Units, sold, held, left, _confirmed, _cancelled, figures.Acknowledged.Count, verified, _findings);
    }

    private async Task<OrderAnswer> Settled(string id, CancellationToken cancellationToken)
    {
        var began = patience.Time.GetTimestamp();
        for (var attempt = 0; ; attempt++)
        {
            var order = await server.Get($"api/v1/orders/{id}", Messages.Default.OrderAnswer, cancellationToken);
            if (order.Settled || patience.Time.GetElapsedTime(began) > patience.Budget)
            {
                return order;
            }

            await patience.Pause(attempt, null, cancellationToken);
        }
    }

    private void Take(OrderAnswer order, Action advance)
    {
        var id = UInt128.Parse(order.Id, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        if (!_seen.Add(id))
        {
            _findings.Add($"the store lists order {order.Id} twice");
            return;
        }

        if (!order.Settled)
        {
            _findings.Add($"order {order.Id} is {order.State} and has not settled within {patience.Budget.TotalSeconds:0} s");
        }

        if (order.State == "CANCELLED")
        {
            _cancelled++;
        }

        if (order.State != "CONFIRMED")
        {
            return;
        }

        _confirmed++;
        advance();
        foreach (var line in order.Lines ?? [])
        {
            _soldBySku[line.Sku] = _soldBySku.GetValueOrDefault(line.Sku) + line.Quantity;
        }

        _notAcknowledged += figures.Acknowledged.Contains(id) ? 0 : 1;
        if (order.Cart is { } cart && !_carts.Add(cart))
        {
            _findings.Add($"cart {cart} was sold twice, the second time as order {order.Id}");
        }
    }

    private void Compare(int unknown)
    {
        if (unknown > 0)
        {
            _findings.Add($"the outcome of {unknown} sessions could not be found out");
        }

        if (figures.Repeated > 0)
        {
            _findings.Add($"{figures.Repeated} sales were answered with the order of another sale");
        }

        if (_notAcknowledged > unknown)
        {
            _findings.Add($"{_notAcknowledged} orders are CONFIRMED, and no client had such an answer: an order was made twice, or made and refused");
        }

        foreach (var id in figures.Acknowledged.Where(id => !_seen.Contains(id)).Take(FindingsPerKindMax))
        {
            _findings.Add($"order {id:x32} was acknowledged and does not exist");
        }

        if (figures.Acknowledged.Count > _confirmed - _notAcknowledged)
        {
            _findings.Add($"{figures.Acknowledged.Count} orders were acknowledged, of which {_confirmed - _notAcknowledged} are CONFIRMED");
        }
    }

    private async Task<(long Sold, long Held, long Left)> Stock(CancellationToken cancellationToken)
    {
        var (held, left, different, items) = (0L, 0L, 0, 0);
        await foreach (var item in server.List($"api/v1/stores/{plan.Store}/stock", Messages.Default.PageStockAnswer, cancellationToken))
        {
            items++;
            held += item.Held;
            left += item.Available;
            var sold = _soldBySku.GetValueOrDefault(item.Sku);
            if (sold + item.Held + item.Available != plan.Units && ++different <= FindingsPerKindMax)
            {
                _findings.Add($"{item.Sku}: {sold} sold + {item.Held} held + {item.Available} left is not {plan.Units}");
            }

            if ((item.Available < 0 || sold > plan.Units) && ++different <= FindingsPerKindMax)
            {
                _findings.Add($"{item.Sku}: oversold, {sold} of {plan.Units}, {item.Available} left");
            }
        }

        if (items != plan.Items)
        {
            _findings.Add($"the store has {items} items in stock instead of {plan.Items}");
        }

        return (_soldBySku.Values.Sum(), held, left);
    }

    private async Task<string> Verify(CancellationToken cancellationToken)
    {
        VerificationReport report;
        try
        {
            report = await server.Ask("admin/verify", VerificationJson.Default.VerificationReport, cancellationToken);
        }
        catch (CannotRunException e)
        {
            return $"not asked: {e.Message}";
        }

        if (report.Ok)
        {
            return $"green: {report.Events} events, {report.Invariants.Count} invariants";
        }

        _findings.Add($"the server's own check of its journal found {report.Violations} violations; see 'pos verify'");
        return "red";
    }
}
