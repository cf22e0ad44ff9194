using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Pos.Payments;

namespace Pos.Grains.Payments;

/// <summary>
/// The calls of one activation to the payment provider. It remembers only whether an operation of unknown outcome may be in flight. An activation that
/// finds a debt does not know which calls the one before it made, so it begins with a query.
/// </summary>
/// <param name="provider">Moves the money.</param>
/// <param name="services">Time, settings, logs.</param>
/// <param name="isWanted">Whether the money is still wanted by everything decided so far, durable or not.</param>
/// <param name="requireNewest">Fails when another activation has gone on without this one.</param>
internal sealed partial class PaymentTalk(IPaymentProvider provider, GrainServices services, Func<bool> isWanted, Func<ValueTask> requireNewest)
{
    private bool _inDoubt;
    private bool _hasTried;
    private long? _unsentSince;

    /// <summary>Why the last call had no result, in a sentence; empty when it had one.</summary>
    public string Trouble { get; private set; } = "";

    /// <summary>Whether the provider said last that what is owed back cannot go back: it does not know the charge, or declines the refund.</summary>
    public bool IsRuledOut { get; private set; }

    /// <summary>Something was owed before this activation began.</summary>
    public void Doubt() => _inDoubt = true;

    /// <summary>A result was recorded. No call for the next debt has been made by anybody.</summary>
    public void OnRecorded() => _inDoubt = false;

    /// <summary>Does what is owed, or asks what became of it; null while that is not known.</summary>
    public async Task<PaymentFact?> Settle(PaymentState state)
    {
        (Trouble, IsRuledOut) = ("", false);
        return PaymentSaga.Owed(state) switch
        {
            PaymentDebt.Charge => await Charge(state.Requested!),
            PaymentDebt.Resolve => await Resolve(state),
            PaymentDebt.Void => await Void(state),
            PaymentDebt.Refund => await Refund(state, PaymentSaga.OpenRefund(state)!),
            PaymentDebt.Nothing or _ => throw new UnreachableException("Nothing is owed."),
        };
    }

    /// <summary>
    /// Asks once more, and tries once more, whether what is owed back can go back.
    /// </summary>
    /// <returns>The provider's answer that rules it out; null when the money may still go back, or has.</returns>
    public async Task<string?> RuleOut(PaymentState state, PaymentRefund owed)
    {
        var answer = PaymentSaga.Owed(state) == PaymentDebt.Void ? await Query(state.Requested!.Key) : await RuleOutRefund(state, owed);
        return answer switch
        {
            PaymentAnswer.NotFound => "not-found",
            PaymentAnswer.Declined a => $"declined: {a.Code}",
            _ => null,
        };
    }

    private async Task<PaymentAnswer> RuleOutRefund(PaymentState state, PaymentRefund owed)
    {
        var key = PaymentSaga.RefundKey(state, owed);
        if (await Query(key) is var done and not PaymentAnswer.NotFound)
        {
            return done;
        }

        var charge = await Query(state.Requested!.Key);
        if (charge is not (PaymentAnswer.Captured or PaymentAnswer.Voided or PaymentAnswer.Declined))
        {
            return charge;
        }

        // The provider knows the charge, so its answer to the refund decides.
        _inDoubt = true;
        var answer = await provider.Refund(new(key, state.Requested!.Key, state.Reference!, owed.Amount), CancellationToken.None);
        Heard("refund", key, answer);
        return answer;
    }

    /// <summary>Queries a charge that is not owed any more; null when nothing has changed.</summary>
    public async Task<PaymentFact?> Look(PaymentState state) => Fact(await Query(state.Requested!.Key));

    private async Task<PaymentFact?> Charge(PaymentEvent.Requested asked)
    {
        var wasInDoubt = _inDoubt;
        if (wasInDoubt)
        {
            var known = await Query(asked.Key);
            if (known is not PaymentAnswer.NotFound)
            {
                return Fact(known);
            }
        }

        // The charge was not made and is still owed. Another activation may know of an undo that happened during a pause of this one.
        if (wasInDoubt || _hasTried)
        {
            await requireNewest();
        }

        _hasTried = true;

        if (!isWanted())
        {
            return null;
        }

        _inDoubt = true;
        var answer = await provider.Charge(new(asked.Key, asked.Order, asked.Amount, asked.Token), CancellationToken.None);
        Heard("charge", asked.Key, answer);
        _inDoubt = wasInDoubt || answer is not PaymentAnswer.NotSent;

        return Fact(answer);
    }

    private async Task<PaymentFact?> Resolve(PaymentState state)
    {
        if (!_inDoubt)
        {
            return new PaymentFact.NothingMoved(services.Clock.GetUtcNow());
        }

        // No call has been made since the undo was decided. The elapsed time is measured monotonically, because clocks may be set.
        _unsentSince ??= services.Clock.GetTimestamp();
        var isTooLate = services.Clock.GetElapsedTime(_unsentSince.Value) >= services.Options.ProviderLateMax;
        var answer = await Query(state.Requested!.Key);
        return answer is not PaymentAnswer.NotFound ? Fact(answer)
            : isTooLate ? new PaymentFact.NothingMoved(services.Clock.GetUtcNow())
            : null;
    }

    private async Task<PaymentFact?> Void(PaymentState state)
    {
        var charge = state.Requested!.Key;
        if (_inDoubt && await Query(charge) is var known and not PaymentAnswer.Captured)
        {
            IsRuledOut = known is PaymentAnswer.NotFound or PaymentAnswer.Declined;
            Trouble = IsRuledOut ? Lost("void") : Trouble;
            return known is PaymentAnswer.Voided ? Fact(known) : null;
        }

        var wasInDoubt = _inDoubt;
        _inDoubt = true;
        var answer = await provider.Void(new(PaymentSaga.VoidKey(state), charge, state.Reference!), CancellationToken.None);
        Heard("void", charge, answer);
        IsRuledOut = answer is PaymentAnswer.NotFound;
        Trouble = IsRuledOut ? Lost("void") : Trouble;
        _inDoubt = wasInDoubt || answer is not PaymentAnswer.NotSent;
        return answer is PaymentAnswer.Voided or PaymentAnswer.TooLate ? Fact(answer) : null;
    }

    private async Task<PaymentFact?> Refund(PaymentState state, PaymentRefund refund)
    {
        var key = PaymentSaga.RefundKey(state, refund);
        if (_inDoubt)
        {
            var known = await Query(key);
            if (known is not PaymentAnswer.NotFound)
            {
                return Refunded(refund, known);
            }
        }

        var wasInDoubt = _inDoubt;
        _inDoubt = true;
        var answer = await provider.Refund(new(key, state.Requested!.Key, state.Reference!, refund.Amount), CancellationToken.None);
        Heard("refund", key, answer);
        _inDoubt = wasInDoubt || answer is not PaymentAnswer.NotSent;
        return Refunded(refund, answer);
    }

    private async Task<PaymentAnswer> Query(string key)
    {
        var answer = await provider.Query(key, CancellationToken.None);
        Heard("query", key, answer);
        return answer;
    }

    private PaymentFact.Refunded? Refunded(PaymentRefund refund, PaymentAnswer answer)
    {
        IsRuledOut = answer is PaymentAnswer.NotFound or PaymentAnswer.Declined;
        Trouble = answer is PaymentAnswer.NotFound ? Lost("refund") : Trouble;
        if (answer is PaymentAnswer.Declined refused)
        {
            // The provider declines the refund. The money stays owed, and an operator sees it.
            Trouble = $"refund: declined, {refused.Code}";
            LogNotRefunded(services.Logger, refund.Id, refused.Code);
        }

        return answer is PaymentAnswer.Refunded done ? new(refund.Id, done.Reference, services.Clock.GetUtcNow()) : null;
    }

    private PaymentFact? Fact(PaymentAnswer answer)
    {
        var now = services.Clock.GetUtcNow();
        return answer switch
        {
            PaymentAnswer.Captured a => new PaymentFact.Captured(a.Reference, now),
            PaymentAnswer.Declined a => new PaymentFact.Declined(a.Code, now),
            PaymentAnswer.Voided a => new PaymentFact.Voided(a.Reference, now),
            PaymentAnswer.TooLate => new PaymentFact.TooLateToVoid(),
            PaymentAnswer.Refunded or PaymentAnswer.Pending or PaymentAnswer.NotFound or PaymentAnswer.Unknown or PaymentAnswer.NotSent => null,
            _ => throw new UnreachableException($"No rule for {answer.Name}."),
        };
    }

    private static string Lost(string operation) => $"{operation}: The provider does not know the charge any more.";

    private void Heard(string operation, string key, PaymentAnswer answer)
    {
        var why = answer switch
        {
            PaymentAnswer.Unknown a => a.Why,
            PaymentAnswer.NotSent a => a.Why,
            PaymentAnswer.Pending => "The provider has not decided.",
            PaymentAnswer.NotFound => "The provider knows nothing of it, so far.",
            _ => "",
        };
        Trouble = why.Length == 0 ? "" : $"{operation}: {why}";
        if (answer is PaymentAnswer.Unknown)
        {
            LogUnknown(services.Logger, operation, key, why);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The outcome of the {Operation} of payment {Key} is unknown and is queried: {Why}")]
    private static partial void LogUnknown(ILogger logger, string operation, string key, string why);

    [LoggerMessage(Level = LogLevel.Error, Message = "The provider declines the refund {Refund}: {Code}. It stays owed.")]
    private static partial void LogNotRefunded(ILogger logger, string refund, string code);
}
