using System.Buffers;
using System.Globalization;
using System.Net.Mime;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Pos.Api.Reports;

/// <summary>A table as RFC 4180 writes it. Texts that a spreadsheet would take for a formula begin with an apostrophe.</summary>
internal sealed class Csv(string name, params string[] head) : IResult, IStatusCodeHttpResult
{
    public const string MediaType = "text/csv";

    private const string LineEnd = "\r\n";

    private static readonly SearchValues<char> Quoted = SearchValues.Create("\",\r\n'; ");

    private readonly StringBuilder _text = new StringBuilder(string.Join(',', head)).Append(LineEnd);

    public int? StatusCode => StatusCodes.Status200OK;

    /// <summary>Whether the request asks for CSV: by <c>format</c>, or else by <c>Accept</c>.</summary>
    /// <exception cref="RefusedRequestException">There is no such format.</exception>
    public static bool IsAsked(HttpRequest request, string? format)
    {
        if (format is not null)
        {
            return format is "csv" or "json"
                ? format == "csv"
                : throw new RefusedRequestException(Problems.InvalidParameter, "The parameter 'format' is csv or json.");
        }

        request.HttpContext.Response.Headers.Append(HeaderNames.Vary, HeaderNames.Accept);
        return MediaTypeHeaderValue.TryParseList(request.Headers.Accept, out var accepted)
            && Quality(accepted, MediaType) is > 0 and var csv
            && csv > Quality(accepted, MediaTypeNames.Application.Json);
    }

    /// <summary>A row of texts, numbers, times and amounts of money.</summary>
    public Csv Row(params ReadOnlySpan<object?> cells)
    {
        for (var i = 0; i < cells.Length; i++)
        {
            _text.Append(i == 0 ? "" : ",").Append(cells[i] switch
            {
                null => "",
                string text => Text(text),
                Money money => Amount(money),
                DateTimeOffset time => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
                bool flag => flag ? "true" : "false",
                IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
                var other => Text(other.ToString() ?? ""),
            });
        }

        _text.Append(LineEnd);
        return this;
    }

    public Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        var bytes = Encoding.UTF8.GetBytes(_text.ToString());
        response.ContentType = MediaType + "; charset=utf-8; header=present";
        response.Headers.ContentDisposition = new ContentDispositionHeaderValue("attachment") { FileName = name + ".csv" }.ToString();
        return response.Body.WriteAsync(bytes, 0, bytes.Length);
    }

    /// <summary>A text as a cell.</summary>
    internal static string Text(string text)
    {
        // A spreadsheet evaluates these, also behind spaces.
        var safe = text.TrimStart(' ') is ['=' or '+' or '-' or '@' or '\t' or '\r' or '\n' or '＝' or '＋' or '－' or '＠', ..] ? "'" + text : text;
        return safe.AsSpan().ContainsAny(Quoted) ? "\"" + safe.Replace("\"", "\"\"", StringComparison.Ordinal) + "\"" : safe;
    }

    // Without the currency, which has a column of its own: a program reads a number.
    private static string Amount(Money money)
    {
        var text = money.ToString();
        return text[..text.IndexOf(' ', StringComparison.Ordinal)];
    }

    private static double Quality(IList<MediaTypeHeaderValue> accepted, string type) => accepted
        .Where(range => range.MatchesMediaType(type) && !(type == MediaType && range.MatchesAllTypes))
        .Select(static range => range.Quality ?? 1)
        .DefaultIfEmpty(0)
        .Max();
}
