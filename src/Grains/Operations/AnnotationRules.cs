using System.Buffers;

namespace Pos.Grains.Operations;

/// <summary>Bounds of what clients annotate.</summary>
internal static class AnnotationRules
{
    private static readonly SearchValues<char> KeyCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");

    /// <summary>Why annotations are refused, or null. No annotations are fine.</summary>
    public static Rejection? Refuse(Annotations? annotations) => annotations is null
        ? null
        : IfThere(annotations.Reference, Limits.ReferenceLengthMax, "reference")
            ?? IfThere(annotations.Note, Limits.TextLengthMax, "note")
            ?? IfThere(annotations.Customer, Limits.ReferenceLengthMax, "customer")
            ?? (annotations.Metadata is { } metadata ? Refuse(metadata) : null);

    private static Rejection? IfThere(string? text, int lengthMax, string name) => text is null ? null : Texts.Required(text, lengthMax, name);

    private static Rejection? Refuse(Metadata metadata)
    {
        if (metadata.Entries.Length > Limits.MetadataKeysMax)
        {
            return new(RejectionCode.InvalidValue, $"The metadata has at most {Limits.MetadataKeysMax} keys, not {metadata.Entries.Length}.");
        }

        foreach (var (key, value) in metadata.Entries)
        {
            if (key.Length is < 1 or > Limits.MetadataKeyLengthMax || key.AsSpan().ContainsAnyExcept(KeyCharacters))
            {
                return new(RejectionCode.InvalidValue, $"A key of metadata is 1 to {Limits.MetadataKeyLengthMax} of A-Z a-z 0-9 . _ -, not '{key}'.");
            }

            if (Texts.Required(value, Limits.MetadataValueLengthMax, $"value of the metadata '{key}'") is { } refused)
            {
                return refused;
            }
        }

        return null;
    }
}
