namespace Pos.Payments.Simulator;

/// <summary>The answer to an operation, and the task that ends when the answer is on the disk.</summary>
internal readonly record struct Booked(PaymentAnswer Answer, Task Durable);

/// <summary>
/// The provider's rules over its ledger: the answers to charges, voids and refunds. Not thread-safe. The ledger is the truth, and its line is
/// read again for each question. Memory holds the place of each line, the lines on their way to the disk, and the sums that went back.
/// </summary>
internal sealed class SimulatedAccounts
{
    private readonly IPaymentLedger _ledger;
    private readonly SimulatorOptions _options;
    private readonly TimeProvider _clock;
    private readonly LedgerIndex _index;
    private readonly Dictionary<long, GoneBack> _goneBack = [];
    private readonly Dictionary<long, Found> _underWay = [];
    private readonly Queue<Found> _oldestUnderWay = [];
    private Task _unknown = Task.CompletedTask;
    private Found? _lastRead;
    private long _lines;

    public SimulatedAccounts(IPaymentLedger ledger, SimulatorOptions options, TimeProvider clock)
    {
        (_ledger, _options, _clock) = (ledger, options, clock);
        _index = new(place => At(place).Line.Key);
        foreach (var (place, line) in ledger.Read())
        {
            _lines++;
            if (Apply(new(place, line, Task.CompletedTask)) is { } contradiction)
            {
                throw new LedgerUnavailableException($"Line {_lines} of the payment ledger contradicts those before it: {contradiction}");
            }
        }
    }

    public bool Knows(string charge) => FindCharge(charge) is not null;

    /// <summary>Captures, or declines with a code. A repetition gets the first answer.</summary>
    public Booked Take(ChargeRequest request, string? declined)
    {
        if (Find(request.Key) is { } known)
        {
            var line = known.Line;
            return IsCharge(line) && line.Order == request.Order && Amount(line) == request.Amount && line.Token == request.Token
                ? Answer(known)
                : throw new PaymentKeyReusedException(request.Key);
        }

        return Append(new(
            _clock.GetUtcNow(), declined is null ? LedgerKind.Captured : LedgerKind.Declined, request.Key, request.Key, request.Order,
            request.Amount.Amount, request.Amount.Currency, NextReference(), declined, request.Token));
    }

    public Booked Query(string key) => Find(key) is { } found ? Answer(found) : NotFound();

    public Booked Void(VoidRequest request)
    {
        if (Find(request.Key) is { } known)
        {
            return known.Line.Kind == LedgerKind.Voided && known.Line.Charge == request.Charge
                ? Answer(known)
                : throw new PaymentKeyReusedException(request.Key);
        }

        if (FindCharge(request.Charge) is not { } charge)
        {
            return NotFound();
        }

        var back = _goneBack.GetValueOrDefault(charge.Place, GoneBack.Nothing);
        if (charge.Line.Kind == LedgerKind.Declined || back.IsVoided)
        {
            return Answer(charge);
        }

        if (back.Refunded > 0 || _clock.GetUtcNow() > charge.Line.At + _options.VoidWindow)
        {
            return new(new PaymentAnswer.TooLate(), charge.Durable);
        }

        return Append(charge.Line with
        {
            At = _clock.GetUtcNow(),
            Kind = LedgerKind.Voided,
            Key = request.Key,
            Reference = NextReference(),
            Token = null,
        });
    }

    public Booked Refund(RefundRequest request)
    {
        if (Find(request.Key) is { } known)
        {
            var line = known.Line;
            return line.Kind == LedgerKind.Refunded && line.Charge == request.Charge && Amount(line) == request.Amount
                ? Answer(known)
                : throw new PaymentKeyReusedException(request.Key);
        }

        if (FindCharge(request.Charge) is not { } charge)
        {
            return NotFound();
        }

        var back = _goneBack.GetValueOrDefault(charge.Place, GoneBack.Nothing);
        if (charge.Line.Kind == LedgerKind.Declined || back.IsVoided || request.Amount.Currency != charge.Line.Currency
            || request.Amount.Amount <= 0 || request.Amount.Amount > charge.Line.Amount - back.Refunded)
        {
            return new(new PaymentAnswer.Declined("not-refundable"), charge.Durable);
        }

        return Append(charge.Line with
        {
            At = _clock.GetUtcNow(),
            Kind = LedgerKind.Refunded,
            Key = request.Key,
            Amount = request.Amount.Amount,
            Reference = NextReference(),
            Token = null,
        });
    }

    private static Money Amount(LedgerLine line) => new(line.Amount, line.Currency);

    private static bool IsCharge(LedgerLine line) => line.Kind is LedgerKind.Captured or LedgerKind.Declined;

    private static PaymentAnswer Answer(LedgerLine line) => line.Kind switch
    {
        LedgerKind.Captured => new PaymentAnswer.Captured(line.Reference),
        LedgerKind.Declined => new PaymentAnswer.Declined(line.Code ?? ""),
        LedgerKind.Voided => new PaymentAnswer.Voided(line.Reference),
        LedgerKind.Refunded => new PaymentAnswer.Refunded(line.Reference),
        _ => throw new System.Diagnostics.UnreachableException($"No rule for {line.Kind}."),
    };

    // The answer about a voided charge is its void.
    private Booked Answer(Found found)
    {
        var said = IsCharge(found.Line) && _goneBack.TryGetValue(found.Place, out var back) && back.IsVoided ? At(back.Void) : found;
        return new(Answer(said.Line), said.Durable);
    }

    // After the ledger broke, a line that was not written may have been this one: the answer is as uncertain as that line.
    private Booked NotFound()
    {
        ForgetWritten();
        return new(new PaymentAnswer.NotFound(), _unknown);
    }

    private Found? FindCharge(string charge) => Find(charge) is { } found && IsCharge(found.Line) ? found : null;

    private Found? Find(string key) => _index.Find(key) is { } place ? At(place) : null;

    private Found At(long place)
    {
        if (_underWay.TryGetValue(place, out var underWay))
        {
            return underWay;
        }

        // The index has just read this line to compare its key.
        if (_lastRead is not { } last || last.Place != place)
        {
            _lastRead = last = new(place, _ledger.ReadAt(place), Task.CompletedTask);
        }

        return last;
    }

    private Booked Append(LedgerLine line)
    {
        ForgetWritten();
        var durable = _ledger.Append(line, out var place);
        if (durable.IsFaulted)
        {
            _unknown = durable;
            return new(Answer(line), durable);
        }

        _lines++;
        var found = new Found(place, line, durable);
        if (!durable.IsCompletedSuccessfully)
        {
            _underWay.Add(place, found);
            _oldestUnderWay.Enqueue(found);
        }

        var contradiction = Apply(found);
        System.Diagnostics.Debug.Assert(contradiction is null, contradiction);
        return new(Answer(line), durable);
    }

    // The ledger writes in order: a line behind one that is not written is not written either.
    private void ForgetWritten()
    {
        while (_oldestUnderWay.TryPeek(out var oldest) && oldest.Durable.IsCompleted)
        {
            if (!oldest.Durable.IsCompletedSuccessfully)
            {
                _unknown = oldest.Durable;
                return;
            }

            _oldestUnderWay.Dequeue();
            _underWay.Remove(oldest.Place);
        }
    }

    /// <returns>What a line contradicts, or null.</returns>
    private string? Apply(Found found)
    {
        var line = found.Line;
        if (!_index.TryAdd(line.Key, found.Place))
        {
            return $"the key '{line.Key}' was used before.";
        }

        if (IsCharge(line))
        {
            return null;
        }

        if (FindCharge(line.Charge) is not { } charge)
        {
            return $"there is no charge '{line.Charge}'.";
        }

        var back = _goneBack.GetValueOrDefault(charge.Place, GoneBack.Nothing);
        _goneBack[charge.Place] = line.Kind switch
        {
            LedgerKind.Voided => back with { Void = found.Place },
            LedgerKind.Refunded => back with { Refunded = back.Refunded + line.Amount },
            _ => throw new System.Diagnostics.UnreachableException($"No rule for {line.Kind}."),
        };
        return null;
    }

    private string NextReference() => FormattableString.Invariant($"sim-{_lines + 1:x8}");

    private readonly record struct Found(long Place, LedgerLine Line, Task Durable);

    /// <summary>The amount that went back of a charge.</summary>
    /// <param name="Refunded">Minor units.</param>
    /// <param name="Void">Place of its void; below zero for none.</param>
    private readonly record struct GoneBack(long Refunded, long Void)
    {
        public static GoneBack Nothing { get; } = new(0, -1);

        public bool IsVoided => Void >= 0;
    }
}
