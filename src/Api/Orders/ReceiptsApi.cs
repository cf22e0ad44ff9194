using System.Net.Mime;
using System.Text;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;
using Orleans;
using Pos.Api.Reports;
using Pos.Api.Stores;
using Pos.Receipts;

namespace Pos.Api.Orders;

/// <summary>What a receipt is made for.</summary>
internal enum ReceiptMedium
{
    /// <summary>A program.</summary>
    [JsonStringEnumMemberName("json")]
    Json,

    /// <summary>A screen, or a mail.</summary>
    [JsonStringEnumMemberName("text")]
    Text,

    /// <summary>A receipt printer.</summary>
    [JsonStringEnumMemberName("escpos")]
    EscPos,

    /// <summary>A file.</summary>
    [JsonStringEnumMemberName("pdf")]
    Pdf,
}

/// <summary><c>/orders/{id}/receipt</c>: what a customer is given.</summary>
internal static class ReceiptsApi
{
    public static void MapReceipts(this IEndpointRouteBuilder api) =>
        api.MapGet("/orders/{id}/receipt", Get).WithTags("Orders").WithName("getReceipt").Requires(Permission.Read, OrdersApi.OfOrder)
            .WithSummary("Read an order's receipt")
            .WithDescription(
                "Of a CONFIRMED order, with what has come back since. `medium=text` is for screens and mails, `escpos` are the bytes for a receipt printer, `pdf` is a page as "
                + "wide as a roll of 80 mm. The QR code of `escpos` and `pdf` contains the order's id, so a till that scans it finds the order for a return. "
                + "A till that prints a receipt again sends `copy=true`, and the receipt says that it is a copy. 409 `illegal-transition`: the order is not CONFIRMED.")
            .Refuses(RejectionCode.IllegalTransition);

    private static async Task<Results<Ok<Receipt>, PrintedReceipt, Refusal>> Get(
        OrderId id, string? medium, string? columns, string? language, string? copy, HttpContext context, IGrainFactory grains)
    {
        var asked = ReportParameters.Choice<ReceiptMedium>("medium", medium);
        var width = Columns(columns, asked);
        var words = Language(language, context);
        var isCopy = copy switch
        {
            null or "false" => false,
            "true" => true,
            _ => throw new RefusedRequestException(Problems.InvalidParameter, "The parameter 'copy' is true or false."),
        };
        var order = await grains.GetGrain<IOrderGrain>(id.Value).Get().Within(context.Response);
        if (order is null)
        {
            return OrdersApi.Unknown(id);
        }

        if (order.State != OrderStatus.Confirmed)
        {
            return new Refusal(RejectionCode.IllegalTransition, $"Only a confirmed order has a receipt: order {id} is not.");
        }

        if (await grains.GetGrain<IStoreGrain>(order.Store.Value).Get().Within(context.Response) is not { } store)
        {
            return StoresApi.Unknown(order.Store);
        }

        var returns = await Task.WhenAll(order.Returns.Select(back => grains.GetGrain<IReturnGrain>(back.Value).Get())).Within(context.Response);
        var receipt = Receipt.Of(order, store, [.. returns.OfType<ReturnView>()], isCopy);
        return asked switch
        {
            ReceiptMedium.Json => TypedResults.Ok(receipt),
            ReceiptMedium.Text => new PrintedReceipt(MediaTypeNames.Text.Plain + "; charset=utf-8", Encoding.UTF8.GetBytes(ReceiptText.Write(receipt, words, width)), words),
            ReceiptMedium.EscPos => new PrintedReceipt(MediaTypeNames.Application.Octet, EscPosReceipt.Write(receipt, words, width), words),
            _ => new PrintedReceipt(MediaTypeNames.Application.Pdf, PdfReceipt.Write(receipt, words), words),
        };
    }

    private static int Columns(string? columns, ReceiptMedium medium) => (columns, medium) switch
    {
        (null, _) => ReceiptText.Wide,
        ("42", ReceiptMedium.Text or ReceiptMedium.EscPos) => ReceiptText.Wide,
        ("32", ReceiptMedium.Text or ReceiptMedium.EscPos) => ReceiptText.Narrow,
        (_, ReceiptMedium.Text or ReceiptMedium.EscPos) => throw new RefusedRequestException(Problems.InvalidParameter, "The parameter 'columns' is 42 or 32."),
        _ => throw new RefusedRequestException(Problems.InvalidParameter, "The parameter 'columns' belongs to 'medium=text' and 'medium=escpos'."),
    };

    private static ReceiptLanguage Language(string? language, HttpContext context)
    {
        if (language is not null)
        {
            return ReceiptLanguage.All.FirstOrDefault(one => one.Code == language)
                ?? throw new RefusedRequestException(
                    Problems.InvalidParameter, $"The parameter 'language' is one of {string.Join(", ", ReceiptLanguage.All.Select(static one => one.Code))}.");
        }

        context.Response.Headers.Append(HeaderNames.Vary, HeaderNames.AcceptLanguage);
        return StringWithQualityHeaderValue.TryParseList(context.Request.Headers.AcceptLanguage, out var accepted)
            ? accepted.OrderByDescending(static range => range.Quality ?? 1)
                .Select(static range => ReceiptLanguage.All.FirstOrDefault(one => range.Value.StartsWith(one.Code, StringComparison.OrdinalIgnoreCase)))
                .FirstOrDefault(static one => one is not null) ?? ReceiptLanguage.English
            : ReceiptLanguage.English;
    }
}

/// <summary>A receipt for people or printers.</summary>
internal sealed class PrintedReceipt(string mediaType, byte[] bytes, ReceiptLanguage language) : IResult, IStatusCodeHttpResult
{
    public int? StatusCode => StatusCodes.Status200OK;

    public Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.ContentType = mediaType;
        response.ContentLength = bytes.Length;
        response.Headers.ContentLanguage = language.Code;
        return response.Body.WriteAsync(bytes, 0, bytes.Length);
    }
}
