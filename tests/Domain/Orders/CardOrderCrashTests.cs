using static Pos.Tests.OrderCrashTests;
using static Pos.Tests.Shopkeeper;

namespace Pos.Tests;

/// <summary>Whatever dies at whichever write of an order that is paid by cards, its outcome is the same and both books agree.</summary>
public sealed class CardOrderCrashTests
{
    private static readonly TimeSpan LongEnough = TimeSpan.FromSeconds(15);

    // An order of two lines and two cards needs at most 12 writes; those behind them are the dispatcher's.
    private const int WritesMax = 14;

    public static TheoryData<Blow, string> Blows
    {
        get
        {
            var all = new TheoryData<Blow, string>();
            foreach (var blow in Enum.GetValues<Blow>())
            {
                foreach (var tenders in (string[])["two cards", "second declined", "card and cash", "exchange and card", "exchange, card declined"])
                {
                    all.Add(blow, tenders);
                }
            }

            return all;
        }
    }

    [Theory, MemberData(nameof(Blows))]
    public void A_blow_at_any_write_of_an_order_by_cards_changes_nothing_in_its_outcome(Blow blow, string tenders)
    {
        for (var write = 1; write <= WritesMax; write++)
        {
            var at = write;
            World.Run(write, async world =>
            {
                await world.Persist(shop => Opened(shop, tenders.StartsWith("exchange", StringComparison.Ordinal)));
                await world.Pass(TimeSpan.FromMinutes(1));
                Strike(world, blow, at, () => { });
                var asked = await world.Persist(shop => shop.Sell(OrderNumber(1), LongEnough, Tender(tenders), ("mug", 3), ("cup", 1)));
                Accepted(asked);
                await world.Pass(TimeSpan.FromMinutes(15));

                var enough = !tenders.EndsWith("declined", StringComparison.Ordinal);
                var shop = new Shopkeeper(world.Silo.Grains, world.Time);
                var order = (await shop.Order(OrderNumber(1)).Get())!;
                Assert.Equal((enough ? OrderStatus.Confirmed : OrderStatus.Cancelled, true), (order.State, order.Settled));
                Assert.Equal(enough ? null : RejectionCode.PaymentDeclined, order.Cancellation?.Code);
                if (!enough && tenders.StartsWith("exchange", StringComparison.Ordinal))
                {
                    Accepted(await shop.Return(ReturnNumber(9)).PayOut(new(shop.Operation("out"), "nothing fits", LongEnough)));
                }

                await world.Pass(TimeSpan.FromMinutes(1));
                var stock = await Audit.Settled(world);
                Assert.Equal(enough ? (7, 9) : (10, 10), (stock["london/mug"].OnHand, stock["london/cup"].OnHand));
                var books = await CardDesk.Compare(world);
                Assert.Equal(Kept(tenders), books.Kept.Values.Sum());
            });
        }
    }

    private static TenderRequest Tender(string tenders) => tenders switch
    {
        "two cards" => new(null, [new("tok_approve", Gbp(400)), new("tok_lose_reply")]),
        "second declined" => new(null, [new("tok_approve", Gbp(400)), new("tok_decline_insufficient_funds")]),
        "card and cash" => new(Gbp(1_000), [new("tok_timeout_after", Gbp(400))]),
        "exchange and card" => new(null, [new("tok_approve")], ReturnNumber(9)),
        _ => new(null, [new("tok_decline_lost_card")], ReturnNumber(9)),
    };

    private static long Kept(string tenders) => tenders switch
    {
        "two cards" => 1_020,
        "card and cash" => 400,
        "exchange and card" => 1_020 - 510,
        _ => 0,
    };

    private static async Task<object> Opened(Shopkeeper shop, bool withCredit)
    {
        await shop.Open(10, "mug", "cup");
        if (!withCredit)
        {
            return shop;
        }

        Accepted(await shop.Sell(OrderNumber(9), LongEnough, ("mug", 2)));
        return Accepted(await shop.BringBack(OrderNumber(9), ReturnNumber(9), LongEnough, true, (1, 2, Disposition.Restock)));
    }
}
