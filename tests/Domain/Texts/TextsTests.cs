using Pos.Grains;

namespace Pos.Tests;

/// <summary>What a text may hold.</summary>
public sealed class TextsTests
{
    [Theory]
    [InlineData("Tea")]
    [InlineData("Smørrebrød, 2 × 250 g – “extra”")]
    [InlineData("緑茶")]
    [InlineData("กาแฟเย็น")]
    [InlineData("चाय काली")]
    [InlineData("שָׁלוֹם")]
    [InlineData("نون‌خامه‌ای")]
    [InlineData("👨‍👩‍👧‍👦 pack")]
    [InlineData("🏴󠁧󠁢󠁳󠁣󠁴󠁿 shortbread")]
    [InlineData("soft\u00adhyphen")]
    [InlineData("no\u00a0break")]
    public void A_text_that_people_read_is_taken(string text) => Assert.Null(Texts.Required(text, Limits.NameLengthMax, "name"));

    [Theory]
    [InlineData("a\0b", "control character (U+0000)")]
    [InlineData("\u001b[2J", "U+001B")]
    [InlineData("a\u007fb", "U+007F")]
    [InlineData("a\u0085b", "U+0085")]
    [InlineData("a\nb", "U+000A")]
    [InlineData("a\tb", "U+0009")]
    [InlineData("a\u2028b", "U+2028")]
    [InlineData("price \u202e01", "U+202E")]
    [InlineData("a\u2066b", "U+2066")]
    [InlineData("a\ufffe", "U+FFFE")]
    [InlineData("\u200b", "nothing to see")]
    [InlineData("\u200b \u2060\ufeff", "nothing to see")]
    [InlineData("\u3164\u115f", "nothing to see")]
    [InlineData("\u2800", "nothing to see")]
    [InlineData("\u0301", "nothing to see")]
    [InlineData("\ue000", "nothing to see")]
    [InlineData("\u00ad", "nothing to see")]
    [InlineData("cafe\u0301", "normal form")]
    [InlineData(" \u00a0\u3000", "missing")]
    public void A_text_that_nobody_reads_is_refused(string text, string why)
    {
        Assert.Contains(why, Texts.Required(text, Limits.NameLengthMax, "name")!.Detail, StringComparison.Ordinal);
        if (why != "missing")
        {
            Assert.Contains(why, Texts.Optional(text, Limits.NameLengthMax, "name")!.Detail, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("a", 200)]
    [InlineData("é", 200)]
    [InlineData("👨‍👩‍👧‍👦", 64)]
    [InlineData("🇩🇪", 200)]
    [InlineData("नि", 200)]
    [InlineData("𠮷", 200)]
    public void Lengths_are_what_people_count(string character, int count)
    {
        Assert.Null(Texts.Required(string.Concat(Enumerable.Repeat(character, count)), Limits.NameLengthMax, "name"));
        Assert.NotNull(Texts.Required(string.Concat(Enumerable.Repeat(character, Limits.NameLengthMax + 1)), Limits.NameLengthMax, "name"));
    }

    [Fact]
    public void Half_a_character_is_refused() =>
        Assert.Contains("half a character", Texts.Required("a\ud800b", Limits.NameLengthMax, "name")!.Detail, StringComparison.Ordinal);

    [Fact]
    public void A_character_of_a_thousand_accents_is_refused_for_its_bytes() =>
        Assert.Contains("bytes", Texts.Required("a" + new string('\u0316', 1_000), Limits.NameLengthMax, "name")!.Detail, StringComparison.Ordinal);

    [Fact]
    public void Descriptions_reasons_and_notes_have_lines()
    {
        Assert.Null(Texts.Required("one\r\n\ttwo", Limits.TextLengthMax, "description"));
        Assert.NotNull(Texts.Required("one\u001btwo", Limits.TextLengthMax, "description"));
        Assert.NotNull(Texts.Required("one\u2028two", Limits.TextLengthMax, "description"));
    }

    [Fact]
    public void Empty_and_blank_are_nothing_where_nothing_is_enough()
    {
        Assert.Null(Texts.Optional("", Limits.NameLengthMax, "category"));
        Assert.Null(Texts.Optional("  ", Limits.NameLengthMax, "category"));
    }
}
