using System.Globalization;

namespace Pos.Reports.Folding;

/// <summary>Business days and hours of a time zone. A day has as many hours as the zone gives it: 23 and 25 when clocks change.</summary>
public sealed class BusinessCalendar(TimeZoneInfo zone)
{
    /// <summary>A day closes so long after its end, so that a sale at midnight is not late.</summary>
    public static readonly TimeSpan ClosesAfter = TimeSpan.FromMinutes(15);

    /// <summary>The zone.</summary>
    public TimeZoneInfo Zone => zone;

    /// <summary>The calendar of an IANA zone.</summary>
    /// <exception cref="TimeZoneNotFoundException">There is no such zone.</exception>
    public static BusinessCalendar Of(string zone) => new(TimeZoneInfo.FindSystemTimeZoneById(zone));

    /// <summary>A day as a key and in answers: 2026-03-29.</summary>
    public static string Name(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    /// <summary>The business day of an instant.</summary>
    public DateOnly DayOf(DateTimeOffset instant) => DateOnly.FromDateTime(Local(instant).DateTime);

    /// <summary>The day that is open when a fact is recorded. A fact of an earlier day is late.</summary>
    public DateOnly OpenAt(DateTimeOffset recordedAt) => DayOf(recordedAt - ClosesAfter);

    /// <summary>
    /// The business hour of an instant, by its beginning with the zone's offset: 2026-10-25T02:00+01:00. The offset tells the two hours apart that
    /// have one name when clocks are set back.
    /// </summary>
    public string HourOf(DateTimeOffset instant) => Local(instant).ToString("yyyy-MM-dd'T'HH:00zzz", CultureInfo.InvariantCulture);

    /// <summary>The first instant of a day, UTC.</summary>
    public DateTimeOffset StartOf(DateOnly day)
    {
        var midnight = day.ToDateTime(TimeOnly.MinValue, DateTimeKind.Unspecified);
        // Clocks that go forward at midnight skip it: the day begins at the change, which the offset before it names. Clocks that go back to
        // midnight pass it twice: the day begins at the first.
        var offset = zone.IsInvalidTime(midnight) ? zone.GetUtcOffset(midnight.AddMinutes(-1))
            : zone.IsAmbiguousTime(midnight) ? zone.GetAmbiguousTimeOffsets(midnight).Max()
            : zone.GetUtcOffset(midnight);
        return new DateTimeOffset(midnight, offset).ToUniversalTime();
    }

    /// <summary>The first instant after a day, UTC.</summary>
    public DateTimeOffset EndOf(DateOnly day) => StartOf(day.AddDays(1));

    private DateTimeOffset Local(DateTimeOffset instant) => TimeZoneInfo.ConvertTime(instant, zone);
}
