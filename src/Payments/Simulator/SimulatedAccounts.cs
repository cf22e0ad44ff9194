namespace Pos.Payments;

/// <summary>What an operation came to, and when that is certain.</summary>
internal readonly record struct Booked(PaymentAnswer Answer, Task Durable);

/// <summary>
/// The provider's rules over its ledger: what each charge, void and refund came to. Not thread-safe. Keeps every charge in memory: a
/// simulator serves a shop for weeks, not a bank for years.
/// </summary>
internal sealed class SimulatedAccounts
{
    private readonly IPaymentLedger _ledger;
    private readonly SimulatorOptions _options;
    private readonly TimeProvider _clock;
    private readonly Dictionary<string, Charge> _charges = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Operation> _operations = new(StringComparer.Ordinal);
    private long _lines;

    public SimulatedAccounts(IPaymentLedger ledger, SimulatorOptions options, TimeProvider clock)
    {
        (_ledger, _options, _clock) = (ledger, options, clock);
        foreach (var line in ledger.Read())
        {
            _lines++;
            try
            {
                Apply(line, Task.CompletedTask);
            }
            catch (Exception contradiction) when (contradiction is ArgumentException or KeyNotFoundException)
            {
                throw new LedgerUnavailableException(
                    $"Line {_lines} of the payment ledger contradicts those before it: {contradiction.Message}", contradiction);
            }
        }
    }

    public bool Knows(string charge) => _charges.ContainsKey(charge);

    /// <summary>Captures, or declines with a code; a repetition is answered as before.</summary>
    public Booked Take(ChargeRequest request, string? declined)
    {
        if (Known(request) is { } known)
        {
            return known;
        }

        var line = new LedgerLine(
            _clock.GetUtcNow(), declined is null ? LedgerKind.Captured : LedgerKind.Declined, request.Key, request.Key, request.Order,
            request.Amount.Amount, request.Amount.Currency, NextReference(), declined, request.Token);
        Append(line);
        return Answer(_charges[request.Key]);
    }

    /// <summary>What a charge came to, or null when it is new.</summary>
    public Booked? Known(ChargeRequest request)
    {
        if (!_charges.TryGetValue(request.Key, out var charge))
        {
            return null;
        }

        var line = charge.Line;
        return line.Order == request.Order && Amount(line) == request.Amount && line.Token == request.Token
            ? Answer(charge)
            : throw new PaymentKeyReusedException(request.Key);
    }

    public Booked? Query(string key) => _charges.TryGetValue(key, out var charge)
        ? Answer(charge)
        : _operations.TryGetValue(key, out var operation)
            ? new Booked(Answer(operation.Line), operation.Durable)
            : null;

    public Booked Void(VoidRequest request)
    {
        if (_operations.TryGetValue(request.Key, out var known))
        {
            return known.Line.Kind == LedgerKind.Voided && known.Line.Charge == request.Charge
                ? new(Answer(known.Line), known.Durable)
                : throw new PaymentKeyReusedException(request.Key);
        }

        if (!_charges.TryGetValue(request.Charge, out var charge))
        {
            return new(new PaymentAnswer.NotFound(), Task.CompletedTask);
        }

        if (charge.Line.Kind == LedgerKind.Declined || charge.Void is not null)
        {
            return Answer(charge);
        }

        if (charge.Refunded > 0 || _clock.GetUtcNow() > charge.Line.At + _options.VoidWindow)
        {
            return new(new PaymentAnswer.TooLate(), charge.Durable);
        }

        return Append(charge.Line with
        {
            At = _clock.GetUtcNow(), Kind = LedgerKind.Voided, Key = request.Key, Reference = NextReference(), Token = null,
        });
    }

    public Booked Refund(RefundRequest request)
    {
        if (_operations.TryGetValue(request.Key, out var known))
        {
            var line = known.Line;
            return line.Kind == LedgerKind.Refunded && line.Charge == request.Charge && Amount(line) == request.Amount
                ? new(Answer(line), known.Durable)
                : throw new PaymentKeyReusedException(request.Key);
        }

        if (!_charges.TryGetValue(request.Charge, out var charge))
        {
            return new(new PaymentAnswer.NotFound(), Task.CompletedTask);
        }

        if (charge.Line.Kind == LedgerKind.Declined || charge.Void is not null || request.Amount.Currency != charge.Line.Currency
            || request.Amount.Amount <= 0 || request.Amount.Amount > charge.Line.Amount - charge.Refunded)
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

    private static Booked Answer(Charge charge) => charge.Void is { } voided
        ? new(Answer(voided.Line), voided.Durable)
        : new(Answer(charge.Line), charge.Durable);

    private static PaymentAnswer Answer(LedgerLine line) => line.Kind switch
    {
        LedgerKind.Captured => new PaymentAnswer.Captured(line.Reference),
        LedgerKind.Declined => new PaymentAnswer.Declined(line.Code ?? ""),
        LedgerKind.Voided => new PaymentAnswer.Voided(line.Reference),
        LedgerKind.Refunded => new PaymentAnswer.Refunded(line.Reference),
        _ => throw new System.Diagnostics.UnreachableException($"No rule for {line.Kind}."),
    };

    private Booked Append(LedgerLine line)
    {
        var durable = _ledger.Append(line);
        _lines++;
        Apply(line, durable);
        return new(Answer(line), durable);
    }

    private void Apply(LedgerLine line, Task durable)
    {
        switch (line.Kind)
        {
            case LedgerKind.Captured or LedgerKind.Declined:
                _charges.Add(line.Key, new Charge(line, durable));
                break;
            case LedgerKind.Voided:
                _charges[line.Charge].Void = _operations[line.Key] = new Operation(line, durable);
                break;
            case LedgerKind.Refunded:
                _operations[line.Key] = new Operation(line, durable);
                _charges[line.Charge].Refunded += line.Amount;
                break;
            default:
                throw new System.Diagnostics.UnreachableException($"No rule for {line.Kind}.");
        }
    }

    private string NextReference() => FormattableString.Invariant($"sim-{_lines + 1:x8}");

    private sealed class Operation(LedgerLine line, Task durable)
    {
        public LedgerLine Line => line;

        public Task Durable => durable;
    }

    private sealed class Charge(LedgerLine line, Task durable)
    {
        public LedgerLine Line => line;

        public Task Durable => durable;

        public Operation? Void { get; set; }

        public long Refunded { get; set; }
    }
}
