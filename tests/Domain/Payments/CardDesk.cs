using Orleans;
using Pos.Grains;
using Pos.Payments;
using Pos.Payments.Simulator;
using static Pos.Tests.Shopkeeper;

namespace Pos.Tests;

/// <summary>Charges cards through the grains, as an order would.</summary>
internal sealed class CardDesk(IGrainFactory grains, TimeProvider time)
{
    public static readonly TimeSpan LongEnough = TimeSpan.FromSeconds(15);

    public static PaymentId Number(int order, int tender = 1) => PaymentId.Of(OrderNumber(order), tender);

    public IPaymentGrain Payment(PaymentId id) => grains.GetGrain<IPaymentGrain>(id.Value);

    public static ChargePayment Asked(PaymentId id, TimeProvider time, long amount, string token, TimeSpan waitMax) =>
        new(Operation(id.Value, time), id.Order, London, Till, id.Tender, Gbp(amount), token, waitMax);

    public Task<Outcome<PaymentView>> Charge(PaymentId id, long amount, string token, TimeSpan? waitMax = null) =>
        Payment(id).Charge(Asked(id, time, amount, token, waitMax ?? LongEnough));

    public Task<Outcome<PaymentView>> Undo(PaymentId id, TimeSpan? waitMax = null) => Payment(id).Undo(
        new(Operation(id.Value, time), id.Order, London, Till, "the order was cancelled", waitMax ?? LongEnough));

    public Task<Outcome<PaymentView>> Refund(PaymentId id, int refund, long amount, TimeSpan? waitMax = null) => Payment(id).Refund(
        new(Operation(id.Value, time), ReturnNumber(refund), Gbp(amount), waitMax ?? LongEnough));

    /// <summary>Asks until nothing is kept, as an order does.</summary>
    public static async Task<PaymentView> UndoAtLast(World world, PaymentId id)
    {
        while (true)
        {
            var answer = await world.Persist(shop => new CardDesk(world.Silo.Grains, world.Time).Undo(id));
            if (Accepted(answer).KeepsNothing)
            {
                return answer.Value!;
            }

            await world.Pass(TimeSpan.FromSeconds(1));
        }
    }

    /// <summary>What both books keep of every order in every currency, compared to the cent.</summary>
    public static async Task<Books> Compare(World world)
    {
        var ours = new SortedDictionary<(string Order, string Currency), long>();
        var payments = new Dictionary<string, PaymentState>(StringComparer.Ordinal);
        await foreach (var recorded in world.Silo.Journal.ReadAll(0, CancellationToken.None))
        {
            if (recorded.Stream.Category == PaymentJournal.Category)
            {
                var before = payments.GetValueOrDefault(recorded.Stream.Key, Pos.Grains.Payments.Payment.Initial);
                payments[recorded.Stream.Key] = Pos.Grains.Payments.Payment.Evolve(before, PaymentJournal.Codec.Read(recorded));
            }
        }

        foreach (var payment in payments.Values)
        {
            if (payment.Requested is { } asked)
            {
                var key = (asked.Order.Value, asked.Amount.Currency.Code);
                ours[key] = ours.GetValueOrDefault(key) + payment.Kept;
            }
        }

        var theirs = new SortedDictionary<(string Order, string Currency), long>();
        var captured = new HashSet<string>(StringComparer.Ordinal);
        foreach (var line in world.Ledger.Lines)
        {
            var key = (line.Order.Value, line.Currency.Code);
            var sign = line.Kind switch { LedgerKind.Captured => 1, LedgerKind.Declined => 0, _ => -1 };
            theirs[key] = theirs.GetValueOrDefault(key) + (sign * line.Amount);
            Assert.True(line.Kind != LedgerKind.Captured || captured.Add(line.Charge), $"{line.Charge} was charged twice");
        }

        foreach (var (key, kept) in ours)
        {
            Assert.True(theirs.Remove(key, out var there) || kept == 0, $"{key}: we keep {kept}, they know nothing");
            Assert.True(there == kept, $"{key}: we keep {kept}, they say {there}");
        }

        Assert.Empty(theirs);
        Assert.All(payments, payment => Assert.True(
            PaymentSaga.Owed(payment.Value) == PaymentDebt.Nothing, $"{payment.Key} still owes: {payment.Value}"));
        return new(payments, ours);
    }

    private static Operation Operation(string id, TimeProvider time) => new(id, "", time.GetUtcNow() + TimeSpan.FromHours(24), "test");
}

/// <summary>What the books hold, once they agree.</summary>
/// <param name="Payments">By id.</param>
/// <param name="Kept">Minor units by order and currency.</param>
internal sealed record Books(Dictionary<string, PaymentState> Payments, SortedDictionary<(string Order, string Currency), long> Kept);
