namespace Pos;

/// <summary>The largest values of one request. Beyond them the answer is a named refusal.</summary>
public static class Limits
{
    /// <summary>Lines of one order or return.</summary>
    public const int LinesPerOrderMax = 1_000;

    /// <summary>Lines of one cart.</summary>
    public const int LinesPerCartMax = LinesPerOrderMax;

    /// <summary>Operations that one cart remembers at one time.</summary>
    public const int RememberedPerCartMax = 10_000;

    /// <summary>Characters of the label of a parked cart.</summary>
    public const int CartLabelLengthMax = 100;

    /// <summary>Cards of one order.</summary>
    public const int CardsPerOrderMax = 8;

    /// <summary>Minor units of the step to which a store rounds cash.</summary>
    public const int CashRoundingMax = 1_000;

    /// <summary>Returns of one order's lines.</summary>
    public const int ReturnsPerOrderMax = 1_000;

    /// <summary>Pieces of one order or return line.</summary>
    public const int QuantityPerLineMax = 100_000;

    /// <summary>Pieces of one receipt, adjustment, count or hold.</summary>
    public const int QuantityPerOperationMax = 1_000_000_000;

    /// <summary>Minor units of one price or of one order's total, so that sums of a thousand lines cannot overflow 64 bits.</summary>
    public const long AmountMax = 1_000_000_000_000;

    /// <summary>Holds of one stock item that one caller of the API keeps at one time.</summary>
    public const int HoldsPerCallerMax = 100;

    /// <summary>Pieces of one stock item that one caller of the API holds at one time, on a backorder item too.</summary>
    public const int HeldPerCallerMax = 100_000;

    /// <summary>Holds that one stock item keeps at one time.</summary>
    public const int LiveHoldsPerItemMax = 100_000;

    /// <summary>Ended holds and operations that one stock item remembers at one time.</summary>
    public const int RememberedPerItemMax = 1_000_000;

    /// <summary>Operations that one product remembers at one time.</summary>
    public const int RememberedPerProductMax = 10_000;

    /// <summary>Operations that one store remembers at one time.</summary>
    public const int RememberedPerStoreMax = 10_000;

    /// <summary>Operations that one barcode remembers at one time.</summary>
    public const int RememberedPerBarcodeMax = 10_000;

    /// <summary>Tax classes of one store.</summary>
    public const int TaxRatesPerStoreMax = 100;

    /// <summary>Basis points of a tax rate: 100 %.</summary>
    public const int TaxRateMax = 10_000;

    /// <summary>Characters of a name.</summary>
    public const int NameLengthMax = 200;

    /// <summary>Characters of a description, reason or note.</summary>
    public const int TextLengthMax = 2_000;

    /// <summary>Characters of a client's own reference to a cart, an order, a return or a customer.</summary>
    public const int ReferenceLengthMax = 100;

    /// <summary>Keys of the metadata of a cart, an order or a return.</summary>
    public const int MetadataKeysMax = 16;

    /// <summary>Characters of a key of metadata.</summary>
    public const int MetadataKeyLengthMax = 40;

    /// <summary>Characters of a value of metadata.</summary>
    public const int MetadataValueLengthMax = 500;

    /// <summary>Tills of one store.</summary>
    public const int TillsPerStoreMax = 1_000;

    /// <summary>Refunds of one payment.</summary>
    public const int RefundsPerPaymentMax = 1_000;

    /// <summary>Characters of a card's token.</summary>
    public const int TokenLengthMax = 255;

    /// <summary>How long after it happened a sale or a return may be told without a manager, unless the host's settings say otherwise.</summary>
    public static readonly TimeSpan ToldLateMax = TimeSpan.FromHours(72);

    /// <summary>How far a clock may run ahead of ours before a time counts as in the future.</summary>
    public static readonly TimeSpan ClockSkewMax = TimeSpan.FromSeconds(5);

    /// <summary>How long a manager's word for a price covers the sale of that line.</summary>
    public static readonly TimeSpan PriceApprovalLifetime = TimeSpan.FromHours(1);

    /// <summary>How long an idempotency key is kept at least.</summary>
    public static readonly TimeSpan IdempotencyKeyLifetime = TimeSpan.FromHours(24);
}
