using System.Text.Json;
using System.Text.RegularExpressions;

namespace Pos.Api.Json;

/// <summary>Says what is wrong with a JSON body without naming the types behind it.</summary>
internal static partial class JsonFault
{
    public const string NullValue = "The value must not be null.";

    public static string Describe(JsonException fault)
    {
        var message = fault.Message;
        var end = message.IndexOf(" Path: ", StringComparison.Ordinal);
        message = end < 0 ? message : message[..end];
        if (Unmapped().Match(message) is { Success: true } unmapped)
        {
            return $"There is no member '{unmapped.Groups[1].Value}' here.";
        }

        if (Missing().Match(message) is { Success: true } missing)
        {
            return $"Required members are missing: {missing.Groups[1].Value}.";
        }

        if (Duplicate().Match(message) is { Success: true } duplicate)
        {
            return $"The member '{duplicate.Groups[1].Value}' comes twice.";
        }

        if (Null().IsMatch(message))
        {
            return NullValue;
        }

        return message.Contains("could not be converted", StringComparison.Ordinal)
            ? "The value has the wrong type or does not fit."
            : PlainLine(message);
    }

    private static string PlainLine(string message) => TypeName().Replace(message, "value").ReplaceLineEndings(" ");

    [GeneratedRegex("^The JSON property '(.*)' could not be mapped", RegexOptions.Singleline)]
    private static partial Regex Unmapped();

    [GeneratedRegex("missing required properties including: (.*?)\\.?$", RegexOptions.Singleline)]
    private static partial Regex Missing();

    [GeneratedRegex("^Duplicate property '(.*)' encountered", RegexOptions.Singleline)]
    private static partial Regex Duplicate();

    [GeneratedRegex("doesn't allow (setting )?null|does not allow null|null value", RegexOptions.Singleline)]
    private static partial Regex Null();

    [GeneratedRegex(@"\b(System|Pos)\.[A-Za-z0-9_.`]+(\[.*\])?")]
    private static partial Regex TypeName();
}
