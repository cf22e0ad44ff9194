using System.CommandLine;
using System.Globalization;

namespace Pos.Cli;

/// <summary>Options whose values are checked before a command runs. A wrong value is answered with one sentence that says what the option takes.</summary>
internal static class Options
{
    private const int StoreIdLengthMax = 32;

    public static Option<bool> Json { get; } = new("--json") { Description = "Write the result as JSON, and nothing else, to the standard output." };

    public static Option<int> Number(string name, string description, int min, int max, int otherwise) => Checked(
        new Option<int>(name) { Description = description, DefaultValueFactory = _ => otherwise }, text => IsIn(text, min, max), Range(name, min, max));

    public static Option<int?> OptionalNumber(string name, string description, int min, int max) => Checked(
        new Option<int?>(name) { Description = description }, text => IsIn(text, min, max), Range(name, min, max));

    /// <summary><c>--store</c>.</summary>
    /// <param name="description">What the store is for.</param>
    /// <param name="otherwise">The id when the command line names none; null: the option stays without a value.</param>
    public static Option<string?> Store(string description, string? otherwise)
    {
        var option = new Option<string?>("--store") { Description = description };
        if (otherwise is not null)
        {
            option.DefaultValueFactory = _ => otherwise;
        }

        return Checked(
            option,
            static text => text.Length is > 0 and <= StoreIdLengthMax && text[0] != '-' && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-'),
            $"--store is made of a–z, 0–9 and -, begins with a letter or digit, and has {StoreIdLengthMax} characters at most.");
    }

    /// <summary>Adds a check of every value that the command line gives. The parser's own message about a value comes after this one.</summary>
    public static Option<T> Checked<T>(Option<T> option, Func<string, bool> isValid, string message)
    {
        option.Validators.Add(result =>
        {
            if (result.Tokens.Any(token => !isValid(token.Value)))
            {
                result.AddError(message);
            }
        });
        return option;
    }

    private static bool IsIn(string text, int min, int max) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max;

    private static string Range(string name, int min, int max) => FormattableString.Invariant($"{name} is a number from {min} to {max}.");
}
