using System.Text.Json;
using Pos.Journal;

namespace Pos.Tests.Simulated;

/// <summary>
/// A request costs at most so many events and bytes, by its kind, and leaves no activation behind for what does not exist. Counted in the
/// journal, by what the events say they belong to; a request that is refused has paid for no more than one that is not.
/// </summary>
internal sealed class Costs(FaultPlan plan, Violations violations)
{
    // Of an envelope's own: what stands around the payload of an event is not the request's doing.
    private const int EventBytes = 700;
    private const int LineBytes = 600;

    private readonly Dictionary<string, Account> _accounts = new(StringComparer.Ordinal);

    /// <summary>What a request may cost each saga, or each operation, that it begins or changes.</summary>
    public static IEnumerable<(string Whose, int Events, int Lines)> Of(Request request) => request.Kind switch
    {
        // Placed, reserved, paid or cancelled, settled; to hold and to end each line; to ask for, have and give back each card.
        "placeOrder" => [(request.Id, 4 + (2 * request.Lines) + (6 * request.Cards), request.Lines), .. Credit(request)],
        "cancelOrder" => [(Key(request), 1, 0)],
        "openCart" => [(request.Id, 2, request.Lines)],
        "addCartLine" or "changeCartLine" or "removeCartLine" or "annotateCart" or "parkCart" or "resumeCart" or "cancelCart" => [(Key(request), 1, 1)],
        "refreshCart" => [(Key(request), 1, request.Lines)],
        "checkOutCart" => [(Key(request), 2, request.Lines), (Order(request), 4 + (2 * request.Lines) + (6 * request.Cards), request.Lines), .. Credit(request)],
        // Accepted, restocked, ended, completed; each line on the shelf; a refund asked for and had of each card.
        "placeReturn" => [(request.Id, 4 + request.Lines, 2 * request.Lines)],
        "returnLines" => [(Key(request), 2, request.Lines), (request.Id, 4 + request.Lines + (2 * request.Cards), 2 * request.Lines)],
        "payOutReturn" => [(Key(request), 1, 0)],
        "receiveStock" or "adjustStock" or "countStock" or "setStockPolicy" or "createHold" or "pinHold" or "commitHold" or "releaseHold" or "endHold"
            or "defineStore" or "defineProduct" or "changeProduct" or "claimBarcode" or "releaseBarcode" => [(request.Id, 1, 1)],
        // Asking again, and what then follows of giving up, is the operator's.
        "retrySaga" or "cancelSaga" or "closeRefund" => [(Key(request), 1, 1)],
        // The states of reports are no events: a command to a report may cost none.
        "retryReport" or "skipReportEvent" or "rebuildReport" => [(request.Id, 0, 0)],
        // To look at something costs nothing.
        _ when Requests.IsRead(request.Kind) => [],
        _ => throw new ArgumentOutOfRangeException(nameof(request), request.Kind, "Nobody said what it may cost."),
    };

    public void Send(Request request)
    {
        foreach (var (whose, events, lines) in Of(request))
        {
            var account = AccountOf(whose);
            account.EventsMax += events;
            account.BytesMax += (events * EventBytes) + (lines * LineBytes * 2);
        }
    }

    public void Take(in RecordedEvent e, JsonElement body)
    {
        // Time ends a hold; that was paid for by who took it.
        if (e.Type == "stock.expired")
        {
            return;
        }

        NothingIsBuried(e, body);
        var account = AccountOf(e.Context.Correlation);
        account.Events++;
        account.Bytes += e.Payload.Length;
        violations.Require(
            account.Events <= account.EventsMax && account.Bytes <= account.BytesMax, Invariant.CostIsBounded, e.Context.Correlation,
            $"{e.Type} of {e.Stream} is event {account.Events} of {account.EventsMax} and byte {account.Bytes} of {account.BytesMax}");
    }

    /// <summary>A saga that comes to life again may say so once, to tell its twin.</summary>
    public void Opened(StreamName stream)
    {
        if (stream.Category == "order")
        {
            var account = AccountOf(stream.Key);
            (account.EventsMax, account.BytesMax) = (account.EventsMax + 1, account.BytesMax + EventBytes);
        }
    }

    // What stock has refused is not given back, unless something went wrong: a call that was lost may yet arrive, and some faults last. An order that
    // was resumed does not know for what its activation of before had asked.
    private void NothingIsBuried(in RecordedEvent e, JsonElement body)
    {
        var account = AccountOf(e.Context.Correlation);
        switch (e.Type)
        {
            case "order.cancelled":
                account.IsRefused = body.TryGetProperty("code", out _);
                break;
            case "order.retry-asked":
                account.IsResumed = true;
                break;
            case "stock.released" when body.Long("quantity") == 0 && account is { IsRefused: true, IsResumed: false }:
                violations.Require(
                    plan.HasBusyPeer || plan.Struck.Any(static strike => strike.Fault != Fault.ClientDuplicates), Invariant.CostIsBounded,
                    e.Stream.Value, $"hold {body.Text("hold")} was refused and is released all the same");
                break;
        }
    }

    private static IEnumerable<(string Whose, int Events, int Lines)> Credit(Request request) => request.Credit is { } back ? [(back, 2, 0)] : [];

    private static string Key(Request request) => request.Stream[(request.Stream.IndexOf('/', StringComparison.Ordinal) + 1)..];

    private static string Order(Request request) => CartTrace.OrderOf(Key(request));

    private Account AccountOf(string whose)
    {
        if (!_accounts.TryGetValue(whose, out var account))
        {
            _accounts[whose] = account = new();
        }

        return account;
    }

    private sealed class Account
    {
        public bool IsRefused { get; set; }

        public bool IsResumed { get; set; }

        public int Events { get; set; }

        public int EventsMax { get; set; }

        public long Bytes { get; set; }

        public long BytesMax { get; set; }
    }
}
