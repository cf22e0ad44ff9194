using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;

namespace Pos.Api.Reports;

/// <summary>Reads the parameters of questions about reports.</summary>
internal static class ReportParameters
{
    /// <summary>Business days of one question.</summary>
    public const int DaysMax = 400;

    /// <summary>The names of a parameter's values, as JSON has them.</summary>
    public static IReadOnlyList<string> Names<T>() where T : struct, Enum => Known<T>.Names;

    /// <summary>One of some names; the first value without one.</summary>
    /// <exception cref="RefusedRequestException">It is none of them.</exception>
    public static T Choice<T>(string parameter, string? text) where T : struct, Enum
    {
        if (text is null)
        {
            return Enum.GetValues<T>()[0];
        }

        var at = Known<T>.Names.IndexOf(text);
        return at >= 0
            ? Enum.GetValues<T>()[at]
            : throw new RefusedRequestException(
                Problems.InvalidParameter,
                $"The parameter '{parameter}' is one of {string.Join(", ", Known<T>.Names)}. The nearest is '{Nearest.Of(text, Known<T>.Names)}'.");
    }

    /// <summary>Two business days, each null when it is not named.</summary>
    /// <exception cref="RefusedRequestException">They are no days, are reversed, or are too far from each other.</exception>
    public static (DateOnly? From, DateOnly? To) Days(string? from, string? to)
    {
        var (first, last) = (Day("from", from), Day("to", to));
        if (first is { } begin && last is { } end)
        {
            if (begin > end)
            {
                throw new RefusedRequestException(Problems.InvalidParameter, $"The parameter 'from' is {from}, and lies behind 'to', {to}.");
            }

            if (end.DayNumber - begin.DayNumber >= DaysMax)
            {
                throw TooLong(end.DayNumber - begin.DayNumber + 1);
            }
        }

        return (first, last);
    }

    public static RefusedRequestException TooLong(int days) =>
        new(Problems.InvalidParameter, $"From 'from' to 'to' are {days} days: a report has at most {DaysMax}.");

    /// <summary>Rows of a page; 0 for all, which a file has.</summary>
    /// <exception cref="RefusedRequestException">The limit cannot be read, or a page of a file is asked for.</exception>
    public static int Limit(bool isCsv, string? limit, string? cursor) =>
        !isCsv ? Paging.Limit(limit)
        : limit is null && cursor is null ? 0
        : throw new RefusedRequestException(Problems.InvalidParameter, "A CSV answer has all rows: leave 'limit' and 'cursor' out.");

    private static DateOnly? Day(string parameter, string? text)
    {
        if (text is null)
        {
            return null;
        }

        return DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) && day.Year is >= 1900 and <= 9000
            ? day
            : throw new RefusedRequestException(Problems.InvalidParameter, $"The parameter '{parameter}' is a business day of the store, for example 2026-01-31.");
    }

    private static class Known<T> where T : struct, Enum
    {
        public static readonly List<string> Names =
            [.. Enum.GetValues<T>().Select(static value => JsonSerializer.SerializeToElement(value, ApiJson.Wire.GetTypeInfo(typeof(T))!).GetString()!)];
    }
}
