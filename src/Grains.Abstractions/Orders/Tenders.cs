using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Orleans;
using Orleans.Concurrency;

namespace Pos.Orders;

/// <summary>
/// How a sale is to be paid. What cards and exchange credit leave is due in cash, rounded as the store rounds. Only cash that is handed over is
/// rounded: cards and credit come to the total exactly.
/// </summary>
/// <param name="Cash">Handed over, at least what is due in cash; null without cash.</param>
/// <param name="Cards">At most <see cref="Limits.CardsPerOrderMax"/>, each charged for itself; may be default for none.</param>
/// <param name="Exchange">A return whose credit pays, as far as it goes; or null.</param>
[GenerateSerializer, Immutable, Alias("pos.TenderRequest")]
public sealed record TenderRequest(Money? Cash, ImmutableArray<CardRequest> Cards = default, ReturnId? Exchange = null)
{
    /// <summary>Cash alone.</summary>
    public static implicit operator TenderRequest(Money cash) => new(cash);
}

/// <summary>A card to be charged.</summary>
/// <param name="Token">Stands for the card, 1–255 printable characters; never a card number.</param>
/// <param name="Amount">Above zero; null for what the others leave, which one card may and only without cash.</param>
[GenerateSerializer, Immutable, Alias("pos.CardRequest")]
public sealed record CardRequest(string Token, Money? Amount = null);

/// <summary>A card of a sale. Amounts are minor units of the sale's currency.</summary>
/// <param name="Tender">From 1.</param>
/// <param name="Amount">Above zero.</param>
/// <param name="Token">Stands for the card.</param>
[GenerateSerializer, Immutable, Alias("pos.CardTender")]
public sealed record CardTender(int Tender, long Amount, string Token);

/// <summary>Credit of a return that pays for a sale.</summary>
/// <param name="Return">The return.</param>
/// <param name="Amount">Minor units of the sale's currency, above zero.</param>
/// <param name="Cards">The cards whose money it is, each with its order: what this sale sells goes back to them. Null in events from before it was recorded.</param>
/// <param name="Coins">The coins paid for it; null in events from before it was recorded.</param>
[GenerateSerializer, Immutable, Alias("pos.CreditTender")]
public sealed record CreditTender(ReturnId Return, long Amount, ImmutableArray<TenderRefund>? Cards = null, long? Coins = null);

/// <summary>The kinds of money.</summary>
[GenerateSerializer, Alias("pos.TenderKind")]
public enum TenderKind
{
    /// <summary>Coins and notes.</summary>
    [JsonStringEnumMemberName("cash")]
    Cash = 1,

    /// <summary>A card, charged by its payment.</summary>
    [JsonStringEnumMemberName("card")]
    Card = 2,

    /// <summary>Credit of a return.</summary>
    [JsonStringEnumMemberName("exchange")]
    Exchange = 3,
}

/// <summary>One tender of an order.</summary>
/// <param name="Type">The kind of money.</param>
/// <param name="Amount">The part of the total that it pays; for cash after rounding.</param>
/// <param name="Payment">For a card: its payment.</param>
/// <param name="Return">For an exchange: whose credit.</param>
[GenerateSerializer, Immutable, Alias("pos.TenderView")]
public sealed record TenderView(TenderKind Type, Money Amount, PaymentId? Payment = null, ReturnId? Return = null);
