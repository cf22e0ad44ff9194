using System.Globalization;
using Pos.Reports.Folding;

namespace Pos.Tests;

public sealed class BusinessCalendarTests
{
    [Theory]
    [InlineData("Europe/London", "2026-06-01", "2026-05-31T23:00:00Z", 24)]
    [InlineData("Europe/London", "2026-03-29", "2026-03-29T00:00:00Z", 23)]
    [InlineData("Europe/London", "2026-10-25", "2026-10-24T23:00:00Z", 25)]
    [InlineData("America/New_York", "2026-03-08", "2026-03-08T05:00:00Z", 23)]
    [InlineData("America/New_York", "2026-11-01", "2026-11-01T04:00:00Z", 25)]
    [InlineData("Australia/Lord_Howe", "2026-04-05", "2026-04-04T13:00:00Z", 24.5)]
    [InlineData("Asia/Kolkata", "2026-06-01", "2026-05-31T18:30:00Z", 24)]
    // Clocks that change at midnight: forward, and back.
    [InlineData("Africa/Cairo", "2026-04-24", "2026-04-23T22:00:00Z", 23)]
    [InlineData("America/Havana", "2026-11-01", "2026-11-01T04:00:00Z", 25)]
    [InlineData("Atlantic/Azores", "2026-10-25", "2026-10-25T00:00:00Z", 25)]
    public void A_day_begins_at_the_stores_midnight_and_has_as_many_hours_as_the_clock_gives_it(string zone, string day, string start, double hours)
    {
        var calendar = BusinessCalendar.Of(zone);
        var date = DateOnly.Parse(day, CultureInfo.InvariantCulture);
        Assert.Equal(DateTimeOffset.Parse(start, CultureInfo.InvariantCulture), calendar.StartOf(date));
        Assert.Equal(hours, (calendar.EndOf(date) - calendar.StartOf(date)).TotalHours);
    }

    [Fact]
    public void Every_instant_of_a_year_belongs_to_the_day_within_whose_bounds_it_lies()
    {
        foreach (var zone in (string[])["Europe/London", "America/Havana", "Africa/Cairo", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Auckland", "America/Santiago"])
        {
            var calendar = BusinessCalendar.Of(zone);
            for (var at = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero); at.Year == 2026; at = at.AddMinutes(15))
            {
                var day = calendar.DayOf(at);
                Assert.True(calendar.StartOf(day) <= at && at < calendar.EndOf(day), $"{zone} {at:O} is on {day:O}");
            }
        }
    }
}
