using System.Collections.Frozen;

namespace Pos.Payments.Simulator;

/// <summary>The tokens of test cards. The token decides what the simulator does with the card; <c>docs/payments.md</c> has the table.</summary>
public static class TestTokens
{
    /// <summary>The money moves, and the answer says so.</summary>
    public const string Approve = "tok_approve";

    /// <summary>Declined: <c>insufficient-funds</c>.</summary>
    public const string DeclineInsufficientFunds = "tok_decline_insufficient_funds";

    /// <summary>Declined: <c>lost-card</c>.</summary>
    public const string DeclineLostCard = "tok_decline_lost_card";

    /// <summary>Declined: <c>do-not-honour</c>.</summary>
    public const string DeclineDoNotHonour = "tok_decline_do_not_honour";

    /// <summary>The first request of a charge is lost on its way and never answered; the next one is approved.</summary>
    public const string TimeoutBefore = "tok_timeout_before";

    /// <summary>The money moves, but the first request is never answered.</summary>
    public const string TimeoutAfter = "tok_timeout_after";

    /// <summary>The money moves, but the connection breaks before the first answer.</summary>
    public const string LoseReply = "tok_lose_reply";

    /// <summary>The money moves, the answer says so, and is told a second time.</summary>
    public const string AnswerTwice = "tok_answer_twice";

    /// <summary>The money moves after a while; until then the charge is pending or not to be found.</summary>
    public const string AnswerLate = "tok_answer_late";

    /// <summary>The provider cannot be reached for this charge for a while, and approves it afterwards.</summary>
    public const string Down = "tok_down";

    private static readonly FrozenDictionary<string, TestCard> Cards = new Dictionary<string, TestCard>(StringComparer.Ordinal)
    {
        [Approve] = new(Mishap.None),
        [DeclineInsufficientFunds] = new(Mishap.None, "insufficient-funds"),
        [DeclineLostCard] = new(Mishap.None, "lost-card"),
        [DeclineDoNotHonour] = new(Mishap.None, "do-not-honour"),
        [TimeoutBefore] = new(Mishap.SilentBefore),
        [TimeoutAfter] = new(Mishap.SilentAfter),
        [LoseReply] = new(Mishap.LostReply),
        [AnswerTwice] = new(Mishap.Twice),
        [AnswerLate] = new(Mishap.Late),
        [Down] = new(Mishap.Down),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Every token there is.</summary>
    public static IEnumerable<string> All => Cards.Keys;

    internal static TestCard Of(string token) => Cards.TryGetValue(token, out var card) ? card : new(Mishap.None, "unknown-token");
}

/// <summary>Mishaps of a request.</summary>
internal enum Mishap
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The request cannot be sent.</summary>
    Down,

    /// <summary>The request does not arrive, and no answer comes.</summary>
    SilentBefore,

    /// <summary>The request is done, and no answer comes.</summary>
    SilentAfter,

    /// <summary>The request is done, and the connection breaks.</summary>
    LostReply,

    /// <summary>The request is done, answered, and told again.</summary>
    Twice,

    /// <summary>The request is done after a while.</summary>
    Late,
}

/// <summary>The meaning of a token.</summary>
/// <param name="First">The mishap of a charge's first request.</param>
/// <param name="Declined">The code with which the charge is declined, or null.</param>
internal sealed record TestCard(Mishap First, string? Declined = null);
