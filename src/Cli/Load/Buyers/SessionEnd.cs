using System.Text.Json;

namespace Pos.Cli.Load.Buyers;

/// <summary>What became of a session, or of a request of it.</summary>
internal enum Verdict
{
    /// <summary>Done: a step, or the sale.</summary>
    Done,

    /// <summary>The shop said no, as it should: sold out, card declined.</summary>
    Refused,

    /// <summary>An answer that no customer should get; nothing was sold.</summary>
    Failed,

    /// <summary>Whether it was done is not known.</summary>
    Open,
}

/// <param name="Verdict">What became of it.</param>
/// <param name="Code">The problem's code, or what went wrong in one word; empty when it was done.</param>
/// <param name="Id">Of the order or cart, when it was done.</param>
/// <param name="Passing">Whether it may be different when asked again.</param>
/// <param name="RetryAfter">When the server wishes to be asked again.</param>
internal readonly record struct SessionEnd(Verdict Verdict, string Code, UInt128 Id = default, bool Passing = false, TimeSpan? RetryAfter = null)
{
    // The API promises of these that nothing was done.
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

    // The top level only: a line of an order has members of the same names.
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
            // A proxy's page: the status alone counts.
            return default;
        }

        return (null, code);
    }
}
