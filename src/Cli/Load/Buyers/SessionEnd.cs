using System.Text.Json;

namespace Pos.Cli.Load.Buyers;

/// <summary>How a session, or one of its requests, ended.</summary>
internal enum Verdict
{
    /// <summary>The step, or the sale, was done.</summary>
    Done,

    /// <summary>The shop refused with a good reason: sold out, or card declined.</summary>
    Refused,

    /// <summary>The answer is one that no customer should get. Nothing was sold.</summary>
    Failed,

    /// <summary>It is not known whether it was done.</summary>
    Open,
}

/// <summary>The end of a session, or of one of its requests.</summary>
/// <param name="Verdict">How it ended.</param>
/// <param name="Code">The problem's code, or one word for the failure; empty when it was done.</param>
/// <param name="Id">The id of the order or cart, when it was done.</param>
/// <param name="Passing">Whether a repetition may have another answer.</param>
/// <param name="RetryAfter">The wait that the server asked for.</param>
internal readonly record struct SessionEnd(Verdict Verdict, string Code, UInt128 Id = default, bool Passing = false, TimeSpan? RetryAfter = null)
{
    // With these codes the API promises that nothing was done.
    private static readonly HashSet<string> NothingDone = ["overloaded", "journal-full", "too-many-pending", "too-many-requests"];

    public static SessionEnd NotConnected(string code) => new(Verdict.Failed, code, Passing: true);

    public static SessionEnd NoAnswer(string code) => new(Verdict.Open, code, Passing: true);

    public static SessionEnd Of(in HttpAnswer answer)
    {
        var (id, code) = Members(answer.Body.Span);
        if (answer.Status is 200 or 201)
        {
            return UInt128.TryParse(id, System.Globalization.NumberStyles.HexNumber, null, out var parsed)
                ? new(Verdict.Done, "", parsed)
                : new(Verdict.Open, "answer-without-id");
        }

        code ??= FormattableString.Invariant($"http-{answer.Status}");
        return answer.Status switch
        {
            202 => new(Verdict.Open, "not-ended", Passing: true, RetryAfter: answer.RetryAfter),
            402 or 409 when code is "insufficient-stock" or "payment-declined" => new(Verdict.Refused, code),
            429 => new(Verdict.Failed, code, Passing: true, RetryAfter: answer.RetryAfter),
            503 when NothingDone.Contains(code) => new(Verdict.Failed, code, Passing: true, RetryAfter: answer.RetryAfter),
            >= 500 => new(Verdict.Open, code, Passing: true, RetryAfter: answer.RetryAfter),
            _ => new(Verdict.Failed, code),
        };
    }

    // Only the top level is read: a line of an order has members with the same names.
    private static (string? Id, string? Code) Members(ReadOnlySpan<byte> body)
    {
        string? code = null;
        try
        {
            var json = new Utf8JsonReader(body);
            if (!json.Read() || json.TokenType != JsonTokenType.StartObject)
            {
                return default;
            }

            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                var isId = json.ValueTextEquals("id"u8);
                var isCode = json.ValueTextEquals("code"u8);
                json.Read();
                if (isId && json.TokenType == JsonTokenType.String)
                {
                    return (json.GetString(), code);
                }

                if (isCode && json.TokenType == JsonTokenType.String)
                {
                    return (null, json.GetString());
                }

                json.Skip();
            }
        }
        catch (JsonException)
        {
            // The body is a proxy's page, so the status alone counts.
            return default;
        }

        return (null, code);
    }
}
