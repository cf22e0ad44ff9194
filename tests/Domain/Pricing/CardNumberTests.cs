using Pos.Grains;

namespace Pos.Tests;

/// <summary>What is typed where a token belongs, and is the number of a card.</summary>
public sealed class CardNumberTests
{
    [Theory]
    [InlineData("4111111111111111")]
    [InlineData("4111 1111 1111 1111")]
    [InlineData("4111-1111-1111-1111")]
    [InlineData("4111.1111.1111.1111")]
    [InlineData("4111/1111/1111/1111")]
    [InlineData(" 4111111111111111 ")]
    [InlineData("4111\u00A01111\u20071111\u20091111")]
    [InlineData("378282246310005")]
    [InlineData("3782-822463-10005")]
    [InlineData("30569309025904")]
    [InlineData("4222222222222")]
    [InlineData("6011000990139424")]
    [InlineData("501800000009")]
    [InlineData("6304000000000000000")]
    [InlineData("\uFF14\uFF11\uFF11\uFF11\uFF11\uFF11\uFF11\uFF11\uFF11\uFF11\uFF11\uFF11\uFF11\uFF11\uFF11\uFF11")]
    [InlineData("\u0664\u0661\u0661\u0661\u0661\u0661\u0661\u0661\u0661\u0661\u0661\u0661\u0661\u0661\u0661\u0661")]
    [InlineData("tok_4111111111111111")]
    [InlineData("card:4111-1111-1111-1111")]
    [InlineData("visa 4111 1111 1111 1111 exp 12/29")]
    [InlineData("amex-3782-822463-10005")]
    public void A_card_number_is_seen_however_it_is_written(string text) => Assert.True(CardNumbers.IsIn(text));

    [Theory]
    [InlineData("")]
    [InlineData("tok_approve")]
    [InlineData("4111111111111112")]
    [InlineData("411111111")]
    [InlineData("41111111111111111111111")]
    [InlineData("pi_3MtwBwLkdIwHu7ix28a3tqPa")]
    [InlineData("123e4567-e89b-12d3-a456-426614174000")]
    [InlineData("sim-00000001")]
    public void A_token_is_none(string text) => Assert.False(CardNumbers.IsIn(text));

    [Fact]
    public void Every_number_with_a_right_check_digit_is_seen_and_no_other()
    {
        for (var length = 11; length <= 20; length++)
        {
            for (var n = 0; n < 200; n++)
            {
                var front = (ulong)n * 7_919UL + 123_456_789UL;
                var text = front.ToString(System.Globalization.CultureInfo.InvariantCulture).PadLeft(length, '4')[..length];
                Assert.Equal(length is >= 12 and <= 19 && Sum(text) % 10 == 0, CardNumbers.IsIn(text));
            }
        }

        // Luhn once more, from the front.
        static int Sum(string text) => text.Select((digit, i) =>
        {
            var value = digit - '0';
            return (text.Length - i) % 2 == 0 ? (value * 2 / 10) + (value * 2 % 10) : value;
        }).Sum();
    }
}
