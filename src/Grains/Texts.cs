using System.Buffers;

namespace Pos.Grains;

/// <summary>Bounds of free texts and codes, refused by name.</summary>
internal static class Texts
{
    private const int CodeLengthMax = 32;

    private static readonly SearchValues<char> CodeCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-");

    public static Rejection? Required(string? text, int lengthMax, string name) => string.IsNullOrWhiteSpace(text)
        ? new(RejectionCode.InvalidValue, $"The {name} is missing.")
        : Optional(text, lengthMax, name);

    public static Rejection? Optional(string? text, int lengthMax, string name) => text is null
        ? new(RejectionCode.InvalidValue, $"The {name} is missing.")
        : text.Length > lengthMax
            ? new(RejectionCode.InvalidValue, $"The {name} has at most {lengthMax} characters, not {text.Length}.")
            : null;

    public static Rejection? Code(string? text, string name) =>
        text is { Length: >= 1 and <= CodeLengthMax } && !text.AsSpan().ContainsAnyExcept(CodeCharacters)
            ? null
            : new(RejectionCode.InvalidValue, $"A {name} is 1 to {CodeLengthMax} of a-z 0-9 -, not '{text}'.");
}
