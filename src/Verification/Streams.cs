using System.Globalization;
using Pos.Journal;
using Pos.Verification.Carts;
using Pos.Verification.Orders;
using Pos.Verification.Payments;
using Pos.Verification.Returns;
using Pos.Verification.Stock;

namespace Pos.Verification;

/// <summary>Every stream met so far.</summary>
internal sealed class Streams
{
    private const int FirstMax = 20;

    private readonly Dictionary<string, StreamTrace> _traces = new(StringComparer.Ordinal);

    public int Count => _traces.Count;

    public StreamTrace? Find(string stream) => _traces.GetValueOrDefault(stream);

    public OrderTrace? Order(string? id) => Find("order/" + id) as OrderTrace;

    public ReturnTrace? Return(string id) => Find("return/" + id) as ReturnTrace;

    public CartTrace? Cart(string id) => Find("cart/" + id) as CartTrace;

    public PaymentTrace? Payment(string? order, int tender) =>
        Find(string.Create(CultureInfo.InvariantCulture, $"payment/{order}.{tender}")) as PaymentTrace;

    public IEnumerable<T> All<T>() where T : StreamTrace => _traces.Values.OfType<T>();

    public StreamTrace Get(StreamName stream)
    {
        if (!_traces.TryGetValue(stream.Value, out var trace))
        {
            trace = stream.Category switch
            {
                "order" => new OrderTrace(),
                "return" => new ReturnTrace(),
                "payment" => new PaymentTrace(),
                "cart" => new CartTrace(),
                "stock" => new StockTrace(),
                _ => new StreamTrace(),
            };
            _traces.Add(stream.Value, trace);
        }

        return trace;
    }

    public OpenWork Open()
    {
        int orders = 0, returns = 0, payments = 0, holds = 0;
        long held = 0;
        var first = new List<string>();
        foreach (var (stream, trace) in _traces)
        {
            switch (trace)
            {
                case OrderTrace { Standing: not OrderStanding.Settled } order:
                    orders++;
                    if (first.Count < FirstMax)
                    {
                        first.Add($"{stream}: {order.Standing}");
                    }

                    break;
                case ReturnTrace { Completed: false }:
                    returns++;
                    break;
                case PaymentTrace { IsOpen: true }:
                    payments++;
                    break;
                case StockTrace item:
                    holds += item.Holds.Values.Count(h => h.Standing == HoldStanding.Live);
                    held += item.Held;
                    break;
                default:
                    break;
            }
        }

        return new OpenWork(orders, returns, payments, holds, held, first);
    }
}
