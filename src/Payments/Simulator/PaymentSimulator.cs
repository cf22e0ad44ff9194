using System.Diagnostics;

namespace Pos.Payments.Simulator;

/// <summary>The calls that arrived at a provider, repetitions included.</summary>
public readonly record struct SimulatedCalls(long Charges, long Queries, long Voids, long Refunds);

/// <summary>
/// A payment provider in this process, with a ledger of its own. It decides by test tokens (<see cref="TestTokens"/>), loses requests and
/// replies, and moves money late. Thread-safe. With a <see cref="MemoryLedger"/> and one thread everything happens in the calls and timers
/// of that thread, so that a simulation can own the provider.
/// </summary>
public sealed class PaymentSimulator : IPaymentProvider, IPaymentNews
{
    // A charge that has met its mishap is remembered until it is booked. Charges that never come again would pile up beyond this number.
    private const int UnlandedMax = 10_000;

    private readonly Lock _gate = new();
    private readonly SimulatorOptions _options;
    private readonly TimeProvider _clock;
    private readonly Random _chance;
    private readonly SimulatedAccounts _accounts;
    private readonly Dictionary<string, LateCharge> _late = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DateTimeOffset> _downUntil = new(StringComparer.Ordinal);
    private readonly HashSet<string> _met = new(StringComparer.Ordinal);
    private readonly SimulatorTime _time;
    private Action<string> _heard = static _ => { };

    /// <summary>Goes on where the ledger ends.</summary>
    /// <exception cref="LedgerUnavailableException">The ledger contradicts itself.</exception>
    public PaymentSimulator(IPaymentLedger ledger, SimulatorOptions options, TimeProvider clock, Random chance)
    {
        ArgumentNullException.ThrowIfNull(options);
        (_options, _clock, _chance) = (options, clock, chance);
        _time = new(clock);
        _accounts = new(ledger, options, clock);
    }

    /// <summary>While true, no request can be sent to the provider. Late charges go on.</summary>
    public bool IsDown { get; set; }

    /// <summary>Calls that arrived so far, also those whose answer was lost.</summary>
    public SimulatedCalls Calls { get; private set; }

    /// <inheritdoc/>
    public void Listen(Action<string> heard) => _heard = heard;

    /// <inheritdoc/>
    public Task<PaymentAnswer> Charge(ChargeRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return Call(request.Key, () => Meet(request), mishap => Take(request, mishap), cancellationToken);
    }

    /// <inheritdoc/>
    public Task<PaymentAnswer> Query(string key, CancellationToken cancellationToken) =>
        Call(key, () => Draw(isCharge: false), _ => Find(key), cancellationToken);

    /// <inheritdoc/>
    public Task<PaymentAnswer> Void(VoidRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return Call(request.Charge, () => Draw(isCharge: false), _ => Void(request), cancellationToken);
    }

    /// <inheritdoc/>
    public Task<PaymentAnswer> Refund(RefundRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        return Call(request.Charge, () => Draw(isCharge: false), _ => Refund(request), cancellationToken);
    }

    private async Task<PaymentAnswer> Call(string charge, Func<Mishap> meet, Func<Mishap, Booked> act, CancellationToken cancellationToken)
    {
        try
        {
            Mishap mishap;
            TimeSpan there, back;
            lock (_gate)
            {
                mishap = meet();
                mishap = IsDown || (_downUntil.TryGetValue(charge, out var until) && _clock.GetUtcNow() < until) ? Mishap.Down : mishap;
                (there, back) = (_options.LatencyMax * _chance.NextDouble(), _options.LatencyMax * _chance.NextDouble());
            }

            // Nothing here belongs to the caller: a caller that dies does not take back a request that is on its way.
            await _time.Pass(there, cancellationToken).ConfigureAwait(false);
            switch (mishap)
            {
                case Mishap.Down:
                    return new PaymentAnswer.NotSent("The connection was refused.");
                case Mishap.SilentBefore:
                    return await Silence(cancellationToken).ConfigureAwait(false);
            }

            Booked booked;
            lock (_gate)
            {
                booked = act(mishap);
            }

            await booked.Durable.ConfigureAwait(false);
            return await Reply(charge, booked.Answer, mishap, back, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException failure)
        {
            return new PaymentAnswer.Unknown(failure.Message);
        }
    }

    private async Task<PaymentAnswer> Reply(string charge, PaymentAnswer answer, Mishap mishap, TimeSpan back, CancellationToken cancellationToken)
    {
        switch (mishap)
        {
            case Mishap.SilentAfter:
                return await Silence(cancellationToken).ConfigureAwait(false);
            case Mishap.LostReply:
                return new PaymentAnswer.Unknown("The connection broke before the answer.");
            case Mishap.Twice:
                _time.After(back + TimeSpan.FromMilliseconds(1), () => _heard(charge));
                break;
            case Mishap.None or Mishap.Late:
                break;
            default:
                throw new UnreachableException($"No rule for {mishap}.");
        }

        await _time.Pass(back, cancellationToken).ConfigureAwait(false);
        return answer;
    }

    private async Task<PaymentAnswer> Silence(CancellationToken cancellationToken)
    {
        await _time.Pass(_options.Silence, cancellationToken).ConfigureAwait(false);
        return new PaymentAnswer.Unknown("No answer came.");
    }

    // The mishap of a charge's token strikes the first request alone.
    private Mishap Meet(ChargeRequest request)
    {
        if (request.Token == TestTokens.Approve)
        {
            return Draw(isCharge: true);
        }

        var first = TestTokens.Of(request.Token).First;
        if (first == Mishap.None || _accounts.Knows(request.Key) || !_met.Add(request.Key))
        {
            return Mishap.None;
        }

        if (first == Mishap.Down)
        {
            _downUntil[request.Key] = _clock.GetUtcNow() + _options.DownFor;
        }

        ForgetUnlanded();
        return first;
    }

    // A charge in the ledger is known by the ledger. Forgetting the others means that a card may fail twice.
    private void ForgetUnlanded()
    {
        if (_met.Count > UnlandedMax)
        {
            _met.Clear();
        }

        if (_downUntil.Count > UnlandedMax)
        {
            var now = _clock.GetUtcNow();
            foreach (var over in _downUntil.Where(down => down.Value <= now).Select(static down => down.Key).ToList())
            {
                _downUntil.Remove(over);
            }
        }
    }

    private Booked Book(ChargeRequest request)
    {
        var booked = _accounts.Take(request, TestTokens.Of(request.Token).Declined);
        _met.Remove(request.Key);
        _downUntil.Remove(request.Key);
        return booked;
    }

    private Mishap Draw(bool isCharge) => _options.Chances.IsNever ? Mishap.None : _options.Chances.Draw(_chance, isCharge);

    private Booked Take(ChargeRequest request, Mishap mishap)
    {
        Calls = Calls with { Charges = Calls.Charges + 1 };
        if (_late.TryGetValue(request.Key, out var late))
        {
            return late.Request == request ? Known(new PaymentAnswer.Pending()) : throw new PaymentKeyReusedException(request.Key);
        }

        if (mishap != Mishap.Late || _accounts.Knows(request.Key))
        {
            return Book(request);
        }

        var isHidden = _chance.Next(2) == 0;
        _late.Add(request.Key, new(request, isHidden));
        _time.After(_options.LateAfter * (0.5 + _chance.NextDouble()), () => _ = Land(request));
        return Known(isHidden ? new PaymentAnswer.Unknown("The provider took too long.") : new PaymentAnswer.Pending());
    }

    private async Task Land(ChargeRequest request)
    {
        Booked booked;
        try
        {
            lock (_gate)
            {
                _late.Remove(request.Key);
                booked = Book(request);
            }

            await booked.Durable.ConfigureAwait(false);
        }
        catch (IOException)
        {
            // The charge may or may not be booked, so nobody is told. Whoever asks learns that the outcome is unknown.
            return;
        }

        _heard(request.Key);
    }

    private Booked Find(string key)
    {
        Calls = Calls with { Queries = Calls.Queries + 1 };
        return OnItsWay(key) ?? _accounts.Query(key);
    }

    private Booked Void(VoidRequest request)
    {
        Calls = Calls with { Voids = Calls.Voids + 1 };
        return OnItsWay(request.Charge) ?? _accounts.Void(request);
    }

    private Booked Refund(RefundRequest request)
    {
        Calls = Calls with { Refunds = Calls.Refunds + 1 };
        return OnItsWay(request.Charge) ?? _accounts.Refund(request);
    }

    private Booked? OnItsWay(string charge) => _late.TryGetValue(charge, out var late)
        ? Known(late.IsHidden ? new PaymentAnswer.NotFound() : new PaymentAnswer.Pending())
        : null;

    private static Booked Known(PaymentAnswer answer) => new(answer, Task.CompletedTask);

    private sealed record LateCharge(ChargeRequest Request, bool IsHidden);
}
