using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Pos.Cli.Retail.Data;
using Pos.Cli.Server;

namespace Pos.Cli.Retail.Replay;

/// <summary>How much of a sale a card pays.</summary>
internal enum CardShare
{
    /// <summary>Nothing: cash pays.</summary>
    None,

    /// <summary>Half; cash pays the rest.</summary>
    Half,

    /// <summary>All.</summary>
    Whole,
}

/// <summary>How an invoice is sold and paid.</summary>
/// <param name="InCart">Line by line through a cart; else as one order.</param>
/// <param name="Card">What a card pays.</param>
/// <param name="Token">Stands for that card.</param>
internal sealed record RetailWay(bool InCart, CardShare Card, string Token)
{
    private const string Approved = "tok_approve";

    // Customers pay with five-pound notes, so that there is change to give.
    private const long Note = 500;

    // One card in eight is declined; another loses the provider's answer, and another hears it twice.
    private static readonly string[] Tokens =
        ["", "tok_lose_reply", "tok_answer_twice", Approved, Approved, Approved, Approved, Approved];

    private static readonly string[] Declined = ["tok_decline_insufficient_funds", "tok_decline_lost_card", "tok_decline_do_not_honour"];

    /// <summary>
    /// Half of the invoices go through a cart and a third is paid by card, a quarter of these with cash besides: by a hash of the
    /// invoice's number, so that every combination occurs and a repetition chooses the same.
    /// </summary>
    public static RetailWay Of(RetailInvoice invoice)
    {
        // With this prefix goods come back to card sales too in the Online Retail file, where seven returns have a receipt.
        var hash = BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"invoice-{invoice.Number}")));
        var inCart = Draw(ref hash, 2) == 0;
        var byCard = Draw(ref hash, 3) == 0;
        var split = Draw(ref hash, 4) == 0;
        var token = Tokens[Draw(ref hash, Tokens.Length)];
        // Neither nothing nor half a penny can be charged.
        var card = !byCard || invoice.Total < 2 ? CardShare.None : split ? CardShare.Half : CardShare.Whole;
        return new RetailWay(inCart, card, token.Length > 0 ? token : Declined[Draw(ref hash, Declined.Length)]);
    }

    /// <summary>Pence that the card pays of a total.</summary>
    public long Charge(long total) => Card switch
    {
        CardShare.Whole => total,
        CardShare.Half => total / 2,
        _ => 0,
    };

    /// <summary>Coins and notes handed over for a total, or null.</summary>
    public MoneyMessage? Cash(long total) =>
        Card == CardShare.Whole ? null : new((total - Charge(total) + Note - 1) / Note * Note, RetailShop.Currency);

    /// <summary>The card for a total, or null.</summary>
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
