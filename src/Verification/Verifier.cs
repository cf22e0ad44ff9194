using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Pos.Journal;
using Pos.Journal.Postgres;
using Pos.Journal.Sqlite;
using Pos.Verification.Carts;
using Pos.Verification.Money;
using Pos.Verification.Orders;
using Pos.Verification.Payments;
using Pos.Verification.Returns;
using Pos.Verification.Stock;

namespace Pos.Verification;

/// <summary>
/// Reads a journal from its first event to its last, once, as JSON and without the code that wrote it, and checks every invariant.
/// May run beside a server: the events up to any position are a consistent whole, and what is under way is reported as open.
/// </summary>
public sealed partial class Verifier
{
    private readonly Tally tally = new();
    private readonly Streams streams = new();
    private readonly ChainCheck chain;
    private readonly StockCheck stock;
    private readonly OrderCheck orders;
    private readonly OrderReturnCheck orderReturns;
    private readonly ReturnCheck returns;
    private readonly PaymentCheck payments;
    private readonly CartCheck carts;
    private long events;
    private bool isCompared;

    /// <summary>Verifies event by event, for whoever has each of them as it is written.</summary>
    /// <param name="checkpoints">How far the journal says it reaches; read before the events.</param>
    public Verifier(IReadOnlyList<Checkpoint> checkpoints)
    {
        tally.Found = (invariant, violation) => Found?.Invoke(invariant.Name, violation);
        chain = new ChainCheck(tally, checkpoints);
        var purses = new PurseCheck(tally, streams);
        orders = new OrderCheck(tally, streams, new OrderTenderCheck(tally, streams), purses);
        orderReturns = new OrderReturnCheck(tally, purses);
        payments = new PaymentCheck(tally, streams);
        carts = new CartCheck(tally, streams);
        stock = new StockCheck(tally, orders);
        returns = new ReturnCheck(tally, streams, purses);
    }

    /// <summary>Told of each violation at the event that shows it, with the invariant's name.</summary>
    public event Action<string, Violation>? Found;

    /// <summary>
    /// Verifies an open journal, that it reaches as far as its database and its head file say, if it has them, and that the payment
    /// provider's ledger says of the money what it says.
    /// </summary>
    /// <param name="journal">The journal.</param>
    /// <param name="providerLedger">File of that ledger, or null when there is none to be read.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="JournalUnavailableException">It cannot be read now.</exception>
    public static async Task<VerificationReport> Run(IJournal journal, string? providerLedger, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(journal);
        if (journal is PostgresJournal postgres)
        {
            return await Run(postgres.ReadSnapshot, providerLedger, cancellationToken);
        }

        // The marks before the events, the head file first: each may lag behind what is read later, and must never lead it.
        Checkpoint[] checkpoints = journal is SqliteJournal sqlite
            ? [new("head file", sqlite.ReadHeadFile()), new("journal", sqlite.ReadStoredMark())]
            : [];
        return await Run(journal.ReadAll(0, cancellationToken), checkpoints, providerLedger, cancellationToken);
    }

    /// <summary>Verifies a PostgreSQL journal as it is at one moment, whoever writes it meanwhile.</summary>
    /// <exception cref="JournalRefusedException">
    /// The connection string is missing or cannot be read, there is no journal, or an older or newer program made it.
    /// </exception>
    /// <exception cref="JournalUnavailableException">It cannot be read now.</exception>
    public static Task<VerificationReport> Run(PostgresJournalOptions options, string? providerLedger, CancellationToken cancellationToken) =>
        Run(cancelled => PostgresSnapshot.Open(options, cancelled), providerLedger, cancellationToken);

    /// <summary>Verifies events, ascending by position from the first.</summary>
    /// <param name="recorded">All events.</param>
    /// <param name="checkpoints">How far the journal says it reaches; read before the events.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static async Task<VerificationReport> Run(
        IAsyncEnumerable<RecordedEvent> recorded, IReadOnlyList<Checkpoint> checkpoints, CancellationToken cancellationToken) =>
        (await Read(recorded, checkpoints, cancellationToken)).End();

    /// <summary>Verifies events, ascending by position from the first, and compares them with the payment provider's ledger.</summary>
    /// <param name="recorded">All events.</param>
    /// <param name="checkpoints">How far the journal says it reaches; read before the events.</param>
    /// <param name="providerLedger">File of that ledger, or null when there is none to be read.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="IOException">The ledger cannot be read.</exception>
    public static async Task<VerificationReport> Run(
        IAsyncEnumerable<RecordedEvent> recorded, IReadOnlyList<Checkpoint> checkpoints, string? providerLedger, CancellationToken cancellationToken)
    {
        // Before the events and after them: what moves meanwhile may be in one of the two books only.
        var before = await ReadLedger(providerLedger, cancellationToken);
        var verifier = await Read(recorded, checkpoints, cancellationToken);
        return await verifier.End(before, providerLedger, cancellationToken);
    }

    /// <summary>The report on a journal that would not open because of what it holds: nothing was read, and it is not well.</summary>
    public static VerificationReport Refused(string message)
    {
        var verifier = new Verifier([]);
        verifier.tally.CheckPart(Invariant.Head, false, "journal", $"{message}");
        return verifier.End();
    }

    private static async Task<VerificationReport> Run(
        Func<CancellationToken, ValueTask<PostgresSnapshot>> open, string? providerLedger, CancellationToken cancellationToken)
    {
        // The ledger before the journal, as everywhere: what it says now, the journal must explain.
        var before = await ReadLedger(providerLedger, cancellationToken);
        try
        {
            await using var snapshot = await open(cancellationToken);
            var verifier = await Read(snapshot.ReadAll(cancellationToken), [new Checkpoint("journal", snapshot.Mark)], cancellationToken);
            return await verifier.End(before, providerLedger, cancellationToken);
        }
        catch (JournalCorruptException e)
        {
            return Refused(e.Message);
        }
    }

    private static async Task<ProviderLedger?> ReadLedger(string? path, CancellationToken cancellationToken) =>
        path is null ? null : await ProviderLedger.Read(path, cancellationToken);

    private async Task<VerificationReport> End(ProviderLedger? before, string? providerLedger, CancellationToken cancellationToken)
    {
        if (before is not null && await ReadLedger(providerLedger, cancellationToken) is { } ledger)
        {
            isCompared = true;
            payments.Compare(ledger, ledger.MovedSince(before));
        }

        return End();
    }

    private static async Task<Verifier> Read(
        IAsyncEnumerable<RecordedEvent> recorded, IReadOnlyList<Checkpoint> checkpoints, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(recorded);
        var verifier = new Verifier(checkpoints);
        await foreach (var next in recorded.WithCancellation(cancellationToken))
        {
            verifier.Next(next);
        }

        return verifier;
    }

    /// <summary>Takes in the next event.</summary>
    public void Next(in RecordedEvent at)
    {
        events++;
        var trace = streams.Get(at.Stream);
        chain.Check(at, trace);
        switch (trace)
        {
            case OrderTrace order:
                Order(at, order);
                break;
            case StockTrace item:
                Stock(at, item);
                break;
            case ReturnTrace back:
                Return(at, back);
                break;
            case CartTrace cart:
                Cart(at, cart);
                break;
            case PaymentTrace payment:
                Payment(at, payment);
                break;
            default:
                Catalogue(at, trace);
                break;
        }
    }

    private void Stock(in RecordedEvent at, StockTrace item)
    {
        var store = StockCheck.KeyOf(at.Stream).Store;
        tally.Check(Invariant.Envelope, at.Context.Store == store, at, $"the envelope says store '{at.Context.Store}'");
        switch (at.Type)
        {
            case "stock.received" when Read(at, Payloads.Default.StockReceived) is { } received:
                stock.CameIn(at, item, received.Operation, received.Quantity, received.Balance);
                break;
            case "stock.restocked" when Read(at, Payloads.Default.StockRestocked) is { } restocked:
                stock.CameIn(at, item, restocked.Operation, restocked.Quantity, restocked.Balance);
                returns.Restocked(at, restocked);
                break;
            case "stock.adjusted" when Read(at, Payloads.Default.StockAdjusted) is { } adjusted:
                stock.Moved(at, item, adjusted.Operation, adjusted.Delta, adjusted.Balance);
                break;
            case "stock.counted" when Read(at, Payloads.Default.StockCounted) is { } counted:
                stock.Counted(at, item, counted);
                break;
            case "stock.policy-set" when Read(at, Payloads.Default.StockPolicySet) is { } set:
                stock.PolicySet(at, item, set);
                break;
            default:
                Hold(at, item);
                break;
        }
    }

    private void Hold(in RecordedEvent at, StockTrace item)
    {
        switch (at.Type)
        {
            case "stock.reserved" when Read(at, Payloads.Default.StockReserved) is { } reserved:
                stock.Reserved(at, item, reserved);
                break;
            case "stock.pinned" when Read(at, Payloads.Default.StockPinned) is { } pinned:
                stock.Pinned(at, item, pinned);
                break;
            case "stock.committed" when Read(at, Payloads.Default.StockCommitted) is { } committed:
                stock.Committed(at, item, committed);
                break;
            case "stock.released" when Read(at, Payloads.Default.StockReleased) is { } released:
                stock.Released(at, item, released);
                break;
            case "stock.expired" when Read(at, Payloads.Default.StockExpired) is { } expired:
                stock.Expired(at, item, expired);
                break;
            default:
                Unread(
                    at, "stock.received", "stock.restocked", "stock.adjusted", "stock.counted", "stock.policy-set",
                    "stock.reserved", "stock.pinned", "stock.committed", "stock.released", "stock.expired");
                break;
        }
    }

    private void Catalogue(in RecordedEvent at, StreamTrace trace)
    {
        tally.Check(Invariant.Envelope, at.Context.Store.Length == 0, at, $"the envelope says store '{at.Context.Store}', and it belongs to none");
        switch (at.Type)
        {
            case "product.defined" when Read(at, Payloads.Default.ProductDefined) is not null:
            case "store.defined" when Read(at, Payloads.Default.StoreDefined) is not null:
                break;
            case "barcode.claimed" or "barcode.released" when Read(at, Payloads.Default.BarcodeMoved) is { } moved:
                Barcode(at, trace, moved);
                break;
            case "product.changed" when Read(at, Payloads.Default.ProductChanged) is { } changed:
                tally.Check(
                    Invariant.Operations, trace.Note(changed.Operation, at.RecordedAt), at, $"operation {changed.Operation.Id} took effect twice");
                break;
            default:
                Unread(at, "product.defined", "product.changed", "store.defined", "barcode.claimed", "barcode.released");
                break;
        }
    }

    private void Barcode(in RecordedEvent at, StreamTrace trace, BarcodeMoved moved)
    {
        var claims = at.Type == "barcode.claimed";
        tally.Check(Invariant.BarcodeOwner, trace.Owner == (claims ? null : moved.Sku), at, $"{at.Type} by '{moved.Sku}' while it belongs to '{trace.Owner}'");
        trace.Owner = claims ? moved.Sku : null;
    }

    private T? Read<T>(in RecordedEvent at, JsonTypeInfo<T> json) where T : class
    {
        T? value = null;
        var trouble = "is null";
        try
        {
            value = JsonSerializer.Deserialize(at.Payload.Span, json);
        }
        catch (JsonException e)
        {
            trouble = e.Message;
        }

        tally.Check(Invariant.Readable, value is not null, at, $"{at.Type}: {trouble}");
        return value;
    }

    // A known type comes here only when its payload could not be read, which has been counted.
    private void Unread(in RecordedEvent at, params ReadOnlySpan<string> known)
    {
        if (!known.Contains(at.Type))
        {
            tally.Check(Invariant.Readable, false, at, $"events of type {at.Type} are not known in {at.Stream.Category} streams");
        }
    }

    /// <summary>Ends the reading: compares with the checkpoints and reports.</summary>
    public VerificationReport End()
    {
        chain.End();
        var invariants = tally.Reports();
        var violations = invariants.Sum(i => i.Violations);
        return new VerificationReport(violations == 0, chain.Head, events, streams.Count, violations, invariants, streams.Open(), new(payments.Count, isCompared, payments.Closed()));
    }
}
