using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Pos.Api.Barcodes;
using Pos.Api.Carts;
using Pos.Api.Catalogue;
using Pos.Api.Health;
using Pos.Api.Orders;
using Pos.Api.Reports;
using Pos.Api.Returns;
using Pos.Api.Stock;
using Pos.Receipts;
using Pos.Reports;

namespace Pos.Api.Json;

/// <summary>How everything is read and written on the wire: generated at compile time, strict in what it accepts.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    NumberHandling = JsonNumberHandling.Strict,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    MaxDepth = DepthMax,
    Converters =
    [
        typeof(InstantConverter), typeof(RejectionCodeConverter), typeof(EnumConverter<OrderStatus>), typeof(EnumConverter<CartStatus>), typeof(EnumConverter<ReturnStatus>),
        typeof(EnumConverter<HoldStatus>), typeof(EnumConverter<StockPolicy>), typeof(EnumConverter<ProductKind>), typeof(EnumConverter<Disposition>),
        typeof(EnumConverter<TenderKind>), typeof(EnumConverter<EmbeddedKind>), typeof(EnumConverter<Payout>), typeof(EnumConverter<PaymentStatus>),
        typeof(EnumConverter<ReportKind>), typeof(EnumConverter<SalesGrouping>), typeof(EnumConverter<SalesOrder>), typeof(EnumConverter<StockFilter>),
        typeof(EnumConverter<ReceiptMedium>),
    ])]
[JsonSerializable(typeof(StoreDetails))]
[JsonSerializable(typeof(StoreView))]
[JsonSerializable(typeof(Page<StoreView>))]
[JsonSerializable(typeof(ProductDetails))]
[JsonSerializable(typeof(ChangeProductRequest))]
[JsonSerializable(typeof(ProductView))]
[JsonSerializable(typeof(Page<ProductView>))]
[JsonSerializable(typeof(Page<FoundProduct>))]
[JsonSerializable(typeof(ReceiptRequest))]
[JsonSerializable(typeof(AdjustmentRequest))]
[JsonSerializable(typeof(CountRequest))]
[JsonSerializable(typeof(PolicyRequest))]
[JsonSerializable(typeof(HoldRequest))]
[JsonSerializable(typeof(CommitHoldRequest))]
[JsonSerializable(typeof(EndHoldRequest))]
[JsonSerializable(typeof(StockView))]
[JsonSerializable(typeof(Page<StockView>))]
[JsonSerializable(typeof(HoldView))]
[JsonSerializable(typeof(Page<HoldView>))]
[JsonSerializable(typeof(Page<LedgerEntry>))]
[JsonSerializable(typeof(PlaceOrderRequest))]
[JsonSerializable(typeof(CancelOrderRequest))]
[JsonSerializable(typeof(CloseRefundRequest))]
[JsonSerializable(typeof(OrderView))]
[JsonSerializable(typeof(OrderHistory))]
[JsonSerializable(typeof(Receipt))]
[JsonSerializable(typeof(ReceiptMedium))]
[JsonSerializable(typeof(Page<OrderView>))]
[JsonSerializable(typeof(PlaceReturnRequest))]
[JsonSerializable(typeof(ReturnLinesRequest))]
[JsonSerializable(typeof(PayOutRequest))]
[JsonSerializable(typeof(ReturnView))]
[JsonSerializable(typeof(Page<ReturnView>))]
[JsonSerializable(typeof(PaymentView))]
[JsonSerializable(typeof(SagaView))]
[JsonSerializable(typeof(Page<SagaView>))]
[JsonSerializable(typeof(Page<ReportDescription>))]
[JsonSerializable(typeof(ReportDescription))]
[JsonSerializable(typeof(ReportAnswer<SalesReport>))]
[JsonSerializable(typeof(ReportAnswer<StockReport>))]
[JsonSerializable(typeof(ReportAnswer<SagaReport>))]
[JsonSerializable(typeof(ReportProgress))]
[JsonSerializable(typeof(Page<ReportProgress>))]
[JsonSerializable(typeof(SalesOrder))]
[JsonSerializable(typeof(StockFilter))]
[JsonSerializable(typeof(SkipEventRequest))]
[JsonSerializable(typeof(ClaimBarcodeRequest))]
[JsonSerializable(typeof(BarcodeView))]
[JsonSerializable(typeof(DecodedBarcode))]
[JsonSerializable(typeof(OpenCartRequest))]
[JsonSerializable(typeof(AddCartLineRequest))]
[JsonSerializable(typeof(ChangeCartLineRequest))]
[JsonSerializable(typeof(AnnotateCartRequest))]
[JsonSerializable(typeof(ParkCartRequest))]
[JsonSerializable(typeof(ResumeCartRequest))]
[JsonSerializable(typeof(CancelCartRequest))]
[JsonSerializable(typeof(CheckOutCartRequest))]
[JsonSerializable(typeof(CartView))]
[JsonSerializable(typeof(Page<CartView>))]
[JsonSerializable(typeof(Problem))]
[JsonSerializable(typeof(ProblemKind))]
[JsonSerializable(typeof(HealthView))]
internal sealed partial class ApiJson : JsonSerializerContext
{
    /// <summary>Objects and arrays within each other in a body.</summary>
    public const int DepthMax = 32;

    /// <summary>
    /// Reads and writes everything. Texts are written as they are: answers are JSON and never a part of HTML, and say so with
    /// <c>X-Content-Type-Options</c>.
    /// </summary>
    public static ApiJson Wire => Relaxed.Json;

    /// <summary>Makes the framework's own writers write as this context does.</summary>
    public static void ApplyTo(JsonSerializerOptions options)
    {
        options.Encoder = Wire.Options.Encoder;
        options.PropertyNamingPolicy = JsonNamingPolicy.CamelCase;
        options.PropertyNameCaseInsensitive = false;
        options.NumberHandling = JsonNumberHandling.Strict;
        options.RespectNullableAnnotations = true;
        options.RespectRequiredConstructorParameters = true;
        options.AllowDuplicateProperties = false;
        foreach (var converter in Wire.Options.Converters)
        {
            options.Converters.Add(converter);
        }

        options.TypeInfoResolverChain.Insert(0, Wire);
    }

    // A class of its own: the generated half of this one initialises Default in an order that nobody promises.
    private static class Relaxed
    {
        public static readonly ApiJson Json =
            new(new JsonSerializerOptions(Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
    }
}

/// <summary>An instant: RFC 3339 with its offset; written in UTC.</summary>
internal sealed class InstantConverter : JsonConverter<DateTimeOffset>
{
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.String || !Rfc3339.TryParse(reader.GetString()!, out var value))
        {
            throw new ValueFaultException("The value is no RFC 3339 time with an offset, for example 2026-01-31T12:00:00Z.");
        }

        return value;
    }

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.UtcDateTime);
}

/// <summary>An enumeration by its names only: a number is a wrong type.</summary>
internal sealed class EnumConverter<T>() : JsonStringEnumConverter<T>(namingPolicy: null, allowIntegerValues: false) where T : struct, Enum;

/// <summary>A refusal's code as problems write it.</summary>
internal sealed class RejectionCodeConverter : JsonConverter<RejectionCode>
{
    public override RejectionCode Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var code = reader.GetString();
        foreach (var value in Enum.GetValues<RejectionCode>())
        {
            if (Problems.Of(value).Code == code)
            {
                return value;
            }
        }

        throw new ValueFaultException("The value is no problem code.");
    }

    public override void Write(Utf8JsonWriter writer, RejectionCode value, JsonSerializerOptions options) =>
        writer.WriteStringValue(Problems.Of(value).Code);
}
