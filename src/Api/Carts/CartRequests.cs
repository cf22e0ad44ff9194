using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Pos.Api.Carts;

/// <summary>A line of a cart, as its address names it.</summary>
internal readonly record struct LineNumber(int Value) : ITextId<LineNumber>
{
    public static string Rule => "a line's number is a whole number from 1";

    public static string Pattern => "^[1-9][0-9]{0,5}$";

    public static string Sample => "1";

    private const int DigitsMax = 6;

    public static LineNumber Parse(string s, IFormatProvider? provider) =>
        TryParse(s, provider, out var line) ? line : throw new FormatException($"'{s}' is no number of a line.");

    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out LineNumber result)
    {
        var number = 0;
        var valid = s is { Length: > 0 and <= DigitsMax } && int.TryParse(s, NumberStyles.None, CultureInfo.InvariantCulture, out number) && s[0] != '0';
        result = new(number);
        return valid;
    }

    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}

/// <summary>Opens a cart.</summary>
/// <param name="Store">The store that the cart belongs to.</param>
/// <param name="Till">One of the store's tills.</param>
/// <param name="From">A cart whose order was cancelled: its lines are put into this one, at today's prices.</param>
/// <param name="Reference">The client's own reference, 1–100 characters.</param>
/// <param name="Note">A note for people, 1–2,000 characters.</param>
/// <param name="Customer">The customer in the client's own system, 1–100 characters.</param>
/// <param name="Metadata">Up to 16 pairs of the client's own: keys of 1–40 of `A-Z a-z 0-9 . _ -`, values of 1–500 characters.</param>
internal sealed record OpenCartRequest(
    StoreId Store,
    TillId Till,
    CartId? From = null,
    string? Reference = null,
    string? Note = null,
    string? Customer = null,
    IReadOnlyDictionary<string, string>? Metadata = null) : INamesStore;

/// <summary>Puts something in, named by its SKU or by its barcode.</summary>
/// <param name="Sku">The product; absent when the barcode names it.</param>
/// <param name="Barcode">The code that was scanned.</param>
/// <param name="Quantity">Pieces, 1–100,000.</param>
/// <param name="Override">A price other than the list price; needs a manager's approval.</param>
internal sealed record AddCartLineRequest(int Quantity = 1, Sku? Sku = null, string? Barcode = null, PriceOverride? Override = null);

/// <summary>Changes the quantity of a line.</summary>
/// <param name="Quantity">Pieces, 1–100,000.</param>
internal sealed record ChangeCartLineRequest(int Quantity);

/// <summary>Replaces the client's own words on a cart. A member that is absent is taken away.</summary>
/// <param name="Reference">The client's own reference, 1–100 characters.</param>
/// <param name="Note">A note for people, 1–2,000 characters.</param>
/// <param name="Customer">The customer in the client's own system, 1–100 characters.</param>
/// <param name="Metadata">Up to 16 pairs of the client's own: keys of 1–40 of `A-Z a-z 0-9 . _ -`, values of 1–500 characters.</param>
internal sealed record AnnotateCartRequest(
    string? Reference = null,
    string? Note = null,
    string? Customer = null,
    IReadOnlyDictionary<string, string>? Metadata = null);

/// <summary>Puts the cart aside.</summary>
/// <param name="Label">The text by which the cart is found again, 1–100 characters.</param>
internal sealed record ParkCartRequest(string Label);

/// <summary>Goes on with a parked cart.</summary>
/// <param name="Till">Any of the store's tills.</param>
internal sealed record ResumeCartRequest(TillId Till);

/// <summary>Gives the cart up.</summary>
/// <param name="Reason">1–200 characters.</param>
internal sealed record CancelCartRequest(string Reason);

/// <summary>Makes the cart an order.</summary>
/// <param name="Cash">Cash handed over, at least what cards and exchange leave, rounded as the store rounds cash.</param>
/// <param name="Cards">Up to 8 cards, each charged for itself; one without an amount is charged what is left.</param>
/// <param name="Exchange">A return whose credit pays, as far as it goes.</param>
/// <param name="ExpectedTotal">The total that the customer was told; another total is refused.</param>
/// <param name="OccurredAt">Business time when the sale is told later; not in the future. Told more than 72 hours later it takes a manager's approval.</param>
internal sealed record CheckOutCartRequest(
    Money? Cash = null,
    ImmutableArray<CardRequest>? Cards = null,
    ReturnId? Exchange = null,
    Money? ExpectedTotal = null,
    DateTimeOffset? OccurredAt = null);
