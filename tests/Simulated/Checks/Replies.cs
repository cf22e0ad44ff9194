using System.Runtime.CompilerServices;

namespace Pos.Tests.Simulated;

/// <summary>Compares what callers are told with what is stored.</summary>
internal sealed class Replies(World world)
{
    private Book Book => world.Book;

    /// <summary>Positions that are durable now.</summary>
    private long Durable => world.Journal.Head;

    /// <summary>The newest durable version of a stream: no later read may be older.</summary>
    public long Seen(string stream) => Book.Find(stream)?.VersionAt(Durable) ?? 0;

    public void Accepted(string id, string where)
    {
        Require(Book.HasEffect(id), Invariant.AcknowledgedIsPresent, where, $"{id} was accepted and is not in the journal");
    }

    public void Item(StockView view, long since)
    {
        var stream = $"stock/{view.Store}/{view.Sku}";
        if (!IsDurable(stream, view.Version, since) || Book.StockOf(stream) is not { } item)
        {
            return;
        }

        var point = item.Points[(int)view.Version];
        var same = (view.OnHand, view.Held, view.Available, view.LiveHolds) == (point.OnHand, point.Held, point.Available, point.LiveHolds)
            && (view.Policy == StockPolicy.Backorder) == point.Backorder;
        Require(same, Invariant.StateIsTheFold, $"{stream}@{view.Version}", $"shown as {view}, the journal says {point}");
    }

    public void Order(OrderView view, long since)
    {
        var stream = $"order/{view.Id}";
        if (!IsDurable(stream, view.Version, since) || Book.OrderOf(view.Id.Value) is not { } order)
        {
            return;
        }

        var (state, settled) = order.Points[(int)view.Version];
        Require(
            (view.State, view.Settled) == (state, settled) && view.Total.Gross.Amount == order.Gross, Invariant.StateIsTheFold, $"{stream}@{view.Version}",
            $"shown as {view.State} {view.Settled} {view.Total.Gross}, the journal says {state} {settled} {order.Gross}");
    }

    public void Cart(CartView view, long since)
    {
        var stream = $"cart/{view.Id}";
        if (IsDurable(stream, view.Version, since) && Book.CartOf(view.Id.Value) is { } cart)
        {
            var shown = (view.State, view.Lines.Length, view.Total.Gross.Amount);
            Require(
                cart.Points[(int)view.Version] == shown, Invariant.StateIsTheFold, $"{stream}@{view.Version}",
                $"shown as {shown}, the journal says {cart.Points[(int)view.Version]}");
        }
    }

    public void Return(ReturnView view, long since)
    {
        var stream = $"return/{view.Id}";
        if (IsDurable(stream, view.Version, since) && Book.ReturnOf(view.Id.Value) is { } back)
        {
            Require(
                back.Points[(int)view.Version] == (view.State == ReturnStatus.Completed), Invariant.StateIsTheFold, stream,
                $"shown as {view.State} at version {view.Version}, the journal says otherwise");
        }
    }

    public void Payment(PaymentView view, long since)
    {
        var stream = $"payment/{view.Id}";
        if (IsDurable(stream, view.Version, since) && Book.PaymentOf(view.Order.Value, view.Tender) is { } payment)
        {
            var (captured, kept) = payment.Points[(int)view.Version];
            Require(
                (view.State is PaymentStatus.Captured or PaymentStatus.Voided or PaymentStatus.Refunded) == captured && (!view.KeepsNothing || kept == 0),
                Invariant.StateIsTheFold, stream, $"shown as {view.State} at version {view.Version}, the journal keeps {kept}");
        }
    }

    public void Hold(string stream, HoldView view)
    {
        var hold = Book.HoldOf(stream, view.Id.Value);
        Require(hold is not null, Invariant.AcknowledgedIsPresent, stream, $"hold {view.Id} is shown as {view.State} and is not in the journal");
        if (hold is null || hold.State == view.State)
        {
            return;
        }

        // It has gone on since; but nothing comes back to life, and no end changes.
        var mayHaveBeen = view.State == HoldStatus.Held || (view.State == HoldStatus.Pinned && hold.State is HoldStatus.Committed or HoldStatus.Released);
        Require(mayHaveBeen, Invariant.StateIsTheFold, stream, $"hold {view.Id} is shown as {view.State}, the journal says {hold.State}");
    }

    /// <summary>A refusal for want of stock tells an availability that was true at some time since the request.</summary>
    public void Short(string stream, Shortage shortage, long since)
    {
        if (Book.StockOf(stream) is not { } item)
        {
            Require(shortage.Available == 0, Invariant.RepliesFollowTheJournal, stream, $"{shortage.Available} available of an item without a journal");
            return;
        }

        var from = world.HasStaleReaders ? 0 : since;
        var durable = item.VersionAt(Durable);
        for (var version = from; version <= durable; version++)
        {
            var point = item.Points[(int)version];
            if (point.Available == shortage.Available && point.Available < shortage.Requested && !point.Backorder)
            {
                return;
            }
        }

        Require(
            false, item.VersionAt(long.MaxValue) > durable ? Invariant.NothingUndurableIsSaid : Invariant.RepliesFollowTheJournal, stream,
            $"refused with {shortage.Available} available; from version {from} to {durable} that never was so");
    }

    /// <summary>A refusal because a hold has ended rests on a durable end.</summary>
    public void Ended(string stream, string id)
    {
        var hold = Book.HoldOf(stream, id);
        Require(
            hold is { IsLive: false } || hold?.ExpiresAt <= world.Machine.UtcNow, Invariant.NothingUndurableIsSaid, stream,
            $"refused because hold {id} has ended; the journal says {hold?.State.ToString() ?? "nothing"}");
    }

    private bool IsDurable(string stream, long version, long since)
    {
        var durable = Seen(stream);
        Require(version <= durable, Invariant.NothingUndurableIsSaid, stream, $"version {version} is shown, {durable} is durable");
        Require(
            version >= since || world.HasStaleReaders, Invariant.RepliesFollowTheJournal, stream,
            $"version {version} is shown, {since} was durable before the question");
        return version <= durable;
    }

    private void Require(bool holds, Invariant invariant, [InterpolatedStringHandlerArgument(nameof(holds))] Words where, [InterpolatedStringHandlerArgument(nameof(holds))] Words what) => Book.Require(holds, invariant, where, what);
}
