using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Pos.Cli.Retail.Data;
using Pos.Cli.Server;

namespace Pos.Cli.Retail.Replay;

/// <summary>The share of a sale that a card pays.</summary>
internal enum CardShare
{
    /// <summary>Cash pays everything.</summary>
    None,

    /// <summary>The card pays half and cash the rest.</summary>
    Half,

    /// <summary>The card pays everything.</summary>
    Whole,
}

/// <summary>How an invoice is sold and paid.</summary>
/// <param name="InCart">Whether it goes line by line through a cart, or else as one order.</param>
/// <param name="Card">The share that a card pays.</param>
/// <param name="Token">The test card.</param>
internal sealed record RetailWay(bool InCart, CardShare Card, string Token)
{
    private const string Approved = "tok_approve";

    // Customers pay with five-pound notes, so that the till gives change.
    private const long Note = 500;

    // Of eight cards one is declined, one loses the provider's answer, and one gets the answer twice. The empty text stands for a declined card.
    private static readonly string[] Tokens =
        ["", "tok_lose_reply", "tok_answer_twice", Approved, Approved, Approved, Approved, Approved];

    private static readonly string[] Declined = ["tok_decline_insufficient_funds", "tok_decline_lost_card", "tok_decline_do_not_honour"];

    /// <summary>
    /// Chooses by a hash of the invoice's number, so that every combination occurs and a repetition chooses the same. Half of the invoices go through a
    /// cart. A third is paid by card, and a quarter of these partly in cash.
    /// </summary>
    public static RetailWay Of(RetailInvoice invoice)
    {
        // In the Online Retail file seven returns have a receipt. With this prefix two of them belong to card sales, so card refunds are replayed too.
        var hash = BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"invoice-{invoice.Number}")));
        var inCart = Draw(ref hash, 2) == 0;
        var byCard = Draw(ref hash, 3) == 0;
        var split = Draw(ref hash, 4) == 0;
        var token = Tokens[Draw(ref hash, Tokens.Length)];
        // A card cannot be charged nothing or half a penny.
        var card = !byCard || invoice.Total < 2 ? CardShare.None : split ? CardShare.Half : CardShare.Whole;
        return new RetailWay(inCart, card, token.Length > 0 ? token : Declined[Draw(ref hash, Declined.Length)]);
    }

    /// <summary>The pence of a total that the card pays.</summary>
    public long Charge(long total) => Card switch
    {
        CardShare.Whole => total,
        CardShare.Half => total / 2,
        _ => 0,
    };

    /// <summary>The cash handed over for a total; null when the card pays everything.</summary>
    public MoneyMessage? Cash(long total) =>
        Card == CardShare.Whole ? null : new((total - Charge(total) + Note - 1) / Note * Note, RetailShop.Currency);

    /// <summary>The card for a total; null when cash pays everything.</summary>
    public IReadOnlyList<CardMessage>? Cards(long total) => Card switch
    {
        CardShare.Whole => [new(Token, null)],
        CardShare.Half => [new(Token, new(Charge(total), RetailShop.Currency))],
        _ => null,
    };

    private static int Draw(ref ulong hash, int choices)
    {
        var (rest, drawn) = Math.DivRem(hash, (ulong)choices);
        hash = rest;
        return (int)drawn;
    }
}
