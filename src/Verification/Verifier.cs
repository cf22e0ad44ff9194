using Pos.Journal;
using Pos.Journal.Postgres;
using Pos.Journal.Sqlite;
using Pos.Verification.Carts;
using Pos.Verification.Catalogue;
using Pos.Verification.Money;
using Pos.Verification.Orders;
using Pos.Verification.Payments;
using Pos.Verification.Returns;
using Pos.Verification.Stock;

namespace Pos.Verification;

/// <summary>
/// Reads a journal once, from its first event to its last, as JSON and without the code that wrote it, and checks every invariant. May run
/// beside a server: the events up to any position are a consistent whole, and work under way is reported as open.
/// </summary>
public sealed class Verifier
{
    private readonly Tally _tally = new();
    private readonly Streams _streams = new();
    private readonly ChainCheck _chain;
    private readonly PayloadReader _payloads;
    private readonly StockCheck _stock;
    private readonly OrderCheck _orders;
    private readonly ReturnCheck _returns;
    private readonly PaymentCheck _payments;
    private readonly CartCheck _carts;
    private readonly CatalogueCheck _catalogue;
    private long _events;
    private bool _isCompared;

    /// <summary>Verifies event by event, for a caller that has each event as it is written.</summary>
    /// <param name="checkpoints">How far the journal says it reaches; read before the events.</param>
    public Verifier(IReadOnlyList<Checkpoint> checkpoints)
    {
        _tally.Found = (invariant, violation) => Found?.Invoke(invariant.Name, violation);
        _chain = new ChainCheck(_tally, checkpoints);
        _payloads = new PayloadReader(_tally);
        var purses = new PurseCheck(_tally, _streams);
        _carts = new CartCheck(_tally, _payloads, _streams);
        _orders = new OrderCheck(
            _tally, _payloads, _streams, new OrderTenderCheck(_tally, _streams), new OrderReturnCheck(_tally, purses), purses, _carts);
        _returns = new ReturnCheck(_tally, _payloads, _streams, purses);
        _payments = new PaymentCheck(_tally, _payloads, _streams);
        _stock = new StockCheck(_tally, _payloads, _orders, _returns);
        _catalogue = new CatalogueCheck(_tally, _payloads);
    }

    /// <summary>Told of each violation at the event that shows it, with the invariant's name.</summary>
    public event Action<string, Violation>? Found;

    /// <summary>
    /// Verifies an open journal: its invariants, that it reaches as far as its database and its head file say, if it has them, and that
    /// the payment provider's ledger agrees with it about the money.
    /// </summary>
    /// <param name="journal">Read to the head of this moment.</param>
    /// <param name="providerLedger">File of the payment provider's ledger, or null when there is none to be read.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="JournalUnavailableException">It cannot be read now.</exception>
    public static async Task<VerificationReport> Run(IJournal journal, string? providerLedger, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(journal);
        if (journal is PostgresJournal postgres)
        {
            return await Run(postgres.ReadSnapshot, providerLedger, cancellationToken);
        }

        // The marks are read before the events, and the head file first: each may be behind what is read later, and never ahead of it.
        Checkpoint[] checkpoints = journal is SqliteJournal sqlite
            ? [new("head file", sqlite.ReadHeadFile()), new("journal", sqlite.ReadStoredMark())]
            : [];
        return await Run(journal.ReadAll(0, cancellationToken), checkpoints, providerLedger, cancellationToken);
    }

    /// <summary>Verifies a PostgreSQL journal as it is at one moment, while others write it.</summary>
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
    /// <param name="providerLedger">File of the payment provider's ledger, or null when there is none to be read.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="IOException">The ledger cannot be read.</exception>
    public static async Task<VerificationReport> Run(
        IAsyncEnumerable<RecordedEvent> recorded, IReadOnlyList<Checkpoint> checkpoints, string? providerLedger, CancellationToken cancellationToken)
    {
        // The ledger is read before the events and after them: money that moves meanwhile may be in one of the two books only.
        var before = await ReadLedger(providerLedger, cancellationToken);
        var verifier = await Read(recorded, checkpoints, cancellationToken);
        return await verifier.End(before, providerLedger, cancellationToken);
    }

    /// <summary>The report on a journal that did not open because its content is wrong: nothing was read.</summary>
    public static VerificationReport Refused(string message)
    {
        var verifier = new Verifier([]);
        verifier._tally.CheckPart(Invariant.Head, false, "journal", $"{message}");
        return verifier.End();
    }

    private static async Task<VerificationReport> Run(
        Func<CancellationToken, ValueTask<PostgresSnapshot>> open, string? providerLedger, CancellationToken cancellationToken)
    {
        // The ledger before the journal: the journal must explain everything in it.
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
            _isCompared = true;
            _payments.Compare(ledger, ledger.MovedSince(before));
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
        _events++;
        _payloads.Begin();
        var trace = _streams.Get(at.Stream);
        _chain.Check(at, trace);
        switch (trace)
        {
            case OrderTrace order:
                _orders.Next(at, order);
                break;
            case StockTrace item:
                _stock.Next(at, item);
                break;
            case ReturnTrace back:
                _returns.Next(at, back);
                break;
            case CartTrace cart:
                _carts.Next(at, cart);
                break;
            case PaymentTrace payment:
                _payments.Next(at, payment);
                break;
            default:
                _catalogue.Next(at, trace);
                break;
        }
    }

    /// <summary>Ends the reading: compares with the checkpoints and reports.</summary>
    public VerificationReport End()
    {
        _chain.End();
        var invariants = _tally.Reports();
        var violations = invariants.Sum(i => i.Violations);
        return new VerificationReport(
            violations == 0, _chain.Head, _events, _streams.Count, violations, invariants, _streams.Open(),
            new CardMoney(_payments.Count, _isCompared, _payments.Closed()));
    }
}
