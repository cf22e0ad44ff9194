using Pos.Journal;
using Pos.Payments;
using Pos.Payments.Simulator;
using Pos.Verification;

namespace Pos.Tests.Simulated;

/// <summary>
/// The last check, at rest: no hold is left of an order that is settled, every grain shows what the journal says, from snapshots and
/// without them, and <c>pos verify</c> agrees.
/// </summary>
internal sealed class Inspection(World world, Func<Func<Task>, bool> finish)
{
    /// <summary>Longer than a call that is never answered, and the longest pause of a saga behind it: an overtaken activation may wait for both.</summary>
    private static readonly TimeSpan WhileMax = TimeSpan.FromSeconds(45);

    public void Run()
    {
        Balances();
        Ledgers();
        world.Book.RequireWakeUps(world.Disk);
        if (!world.IsWell || (!world.HasStaleReaders && !finish(ShowEverything)) || !finish(LookAround))
        {
            return;
        }

        world.HasStaleReaders = false;
        world.Restart();
        if (!finish(ShowEverything))
        {
            return;
        }

        world.IgnoreSnapshots = true;
        world.Restart();
        if (finish(ShowEverything) && finish(Verify))
        {
            finish(Rot);
        }
    }

    private void Balances()
    {
        foreach (var item in world.Book.Streams.OfType<StockItem>())
        {
            foreach (var (id, hold) in item.Holds)
            {
                var order = hold.Owner.StartsWith("order:", StringComparison.Ordinal) ? world.Book.OrderOf(hold.Owner["order:".Length..]) : null;
                world.Violations.Require(
                    order is null || !hold.IsLive, Invariant.HoldsEndOnce, item.Stream, $"hold {id} is {hold.State} though its order is settled");
            }
        }
    }

    private void Ledgers()
    {
        var theirs = world.Ledger.Lines.GroupBy(line => line.Order.Value, StringComparer.Ordinal).ToDictionary(
            lines => lines.Key, lines => lines.Sum(line => line.Kind switch
            {
                LedgerKind.Captured => line.Amount,
                LedgerKind.Voided or LedgerKind.Refunded => -line.Amount,
                _ => 0,
            }), StringComparer.Ordinal);
        var ours = world.Book.Streams.OfType<PaymentTrace>().GroupBy(payment => payment.Order, StringComparer.Ordinal)
            .ToDictionary(payments => payments.Key, payments => payments.Sum(payment => payment.Kept), StringComparer.Ordinal);
        foreach (var order in theirs.Keys.Union(ours.Keys, StringComparer.Ordinal))
        {
            world.Violations.Require(
                theirs.GetValueOrDefault(order) == ours.GetValueOrDefault(order), Invariant.ProviderAgrees, $"order/{order}",
                $"the provider keeps {theirs.GetValueOrDefault(order)}, we {ours.GetValueOrDefault(order)}");
        }
    }

    /// <summary>After a while without any call, nobody is at home for what does not exist, or is over.</summary>
    private async Task LookAround()
    {
        await Task.Delay(WhileMax, new VirtualTime(world.Machine, new Owner("inspector")), CancellationToken.None);
        var residents = world.Silo.Residents;
        foreach (var stream in residents.Streams)
        {
            world.Violations.Require(
                residents.IsAnswered(stream) != true || world.Book.IsKnown(stream), Invariant.CostIsBounded, stream,
                "does not exist, and whoever asked for it has left an activation behind");
            world.Violations.Require(
                residents.IsAnswered(stream) == false || world.Book.Find(stream) is not OrderTrace { Settled: true, Debt: SagaSteps.None }, Invariant.CostIsBounded, stream,
                "is over, and whoever looked at it has left an activation behind");
        }
    }

    private async Task ShowEverything()
    {
        foreach (var stream in world.Book.Streams.ToList())
        {
            var key = stream.Stream[(stream.Stream.IndexOf('/', StringComparison.Ordinal) + 1)..];
            var since = world.Replies.Seen(stream.Stream);
            switch (stream)
            {
                case StockItem item:
                    var grain = world.Silo.Grains.GetGrain<IStockGrain>(key);
                    world.Replies.Item((await grain.Get())!, since);
                    await ShowHolds(item, grain);
                    break;
                case OrderTrace:
                    world.Replies.Order((await world.Silo.Grains.GetGrain<IOrderGrain>(key).Get())!, since);
                    break;
                case CartTrace:
                    world.Replies.Cart((await world.Silo.Grains.GetGrain<ICartGrain>(key).Get())!, since);
                    break;
                case ReturnTrace:
                    world.Replies.Return((await world.Silo.Grains.GetGrain<IReturnGrain>(key).Get())!, since);
                    break;
            }
        }
    }

    private async Task ShowHolds(StockItem item, IStockGrain grain)
    {
        foreach (var (id, hold) in item.Holds)
        {
            // What may be forgotten may be gone, also after a clock was set back.
            var isKept = hold.IsLive || hold.NotAfter > world.Machine.UtcNow + TimeSpan.FromMinutes(2);
            var shown = await grain.GetHold(new HoldId(id));
            world.Violations.Require(
                shown is null ? !isKept : shown.State == hold.State && shown.Owner == hold.Owner && shown.Quantity == hold.Quantity, Invariant.StateIsTheFold,
                item.Stream, $"hold {id} is shown as {shown?.State.ToString() ?? "unknown"}, the journal says {hold.State}");
        }
    }

    /// <summary>One bit rots, and whoever opens the stream is told.</summary>
    private async Task Rot()
    {
        var position = 1 + (long)(world.Seed % (ulong)world.Book.Position);
        var stream = world.Book.Streams.Single(stream => stream.Positions.Contains(position));
        world.Disk.FlipBit(position);
        try
        {
            await world.Journal.Open(StreamName.Parse(stream.Stream), new Blind(), CancellationToken.None);
        }
        catch (JournalCorruptException)
        {
            return;
        }

        world.Violations.Report(Invariant.JournalIsWhole, stream.Stream, $"position {position} has rotted, and the stream opens all the same");
    }

    private sealed class Blind : IStreamFold
    {
        public int StateVersion => -1;

        public void Restore(ReadOnlyMemory<byte> state, long version)
        {
        }

        public void Apply(in RecordedEvent recorded)
        {
        }
    }

    private async Task Verify()
    {
        var report = await Verifier.Run(world.Journal.ReadAll(0, CancellationToken.None), [new Checkpoint("head", world.Disk.Head)], CancellationToken.None);
        foreach (var invariant in report.Invariants.Where(invariant => invariant.Violations > 0))
        {
            world.Violations.Report(Invariants.Of(invariant.Name, ""), invariant.First[0].Where, $"{invariant.Name}: {invariant.First[0].What}");
        }
    }
}
