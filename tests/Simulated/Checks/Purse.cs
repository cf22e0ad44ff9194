using System.Text.Json;

namespace Pos.Tests.Simulated;

/// <summary>
/// The coins of a sale and of all that it was exchanged for, counted as a customer would: handed over less change came in, and no more may go out. Credit brings
/// the purse along, so that no number of exchanges makes coins of nothing, or of a card.
/// </summary>
internal sealed class Purse
{
    private long _in;
    private long _out;

    /// <summary>Coins come in, or a manager lets go in coins of what a card paid.</summary>
    public void Fill(long coins) => _in += coins;

    /// <summary>Coins go out.</summary>
    /// <returns>What is wrong with that, or null.</returns>
    public string? Pay(long coins)
    {
        _out += coins;
        return _out <= _in ? null : $"{_out} are given back in coins, {_in} were paid";
    }

    /// <summary>Coins that a completed return has paid.</summary>
    public static long CoinsOf(JsonElement completed)
    {
        if (!completed.TryGetProperty("refunds", out var refunds))
        {
            return completed.Amount("refund");
        }

        return refunds.EnumerateArray().Where(refund => refund.GetProperty("tender").GetInt32() == 0).Sum(refund => refund.Long("amount"));
    }
}
