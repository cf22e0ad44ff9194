using Pos.Reports.Folding;
using Pos.Reports.Sales;

namespace Pos.Tests;

public sealed class SalesFoldTests
{
    private readonly Reader<OpenSales, SalesDay> _reader = new(new SalesFold());

    [Fact]
    public async Task A_sale_counts_by_hour_product_till_cashier_tender_and_tax_rate_when_it_is_paid()
    {
        var journal = new SalesJournal().Placed("a", "2026-06-01T08:30:00Z", [SalesJournal.Line("mug", 2, 250), SalesJournal.Line("tea", 1, 399, taxRate: 500), SalesJournal.Line("mug", 1, 200, listPrice: 250)]);
        await _reader.Take(journal.Events);
        Assert.Empty(_reader.Pages.All);
        Assert.Single(_reader.Open.Orders);

        await _reader.Take(journal.Paid("a", "2026-06-01T08:30:00Z", 1_099, 1).Events);
        Assert.Empty(_reader.Open.Orders);
        var day = Assert.Single(_reader.Pages.All, page => page.Key == "2026-06-01").Value;
        Assert.Equal("GBP", day.Currency);
        Assert.Equal((1, 4, 1_099, 50), (day.Total.Orders, day.Total.Pieces, day.Total.Gross, day.Total.Discount));
        Assert.Equal(1_099, day.Total.Net + day.Total.Tax);
        Assert.Equal(1_099, Assert.Single(day.Hours, hour => hour.Key == "2026-06-01T09:00+01:00").Value.Gross);
        var products = _reader.Pages.All["2026-06-01/products"].Products;
        Assert.Equal((1, 3, 700, 50, "The mug"), (products["mug"].Orders, products["mug"].Pieces, products["mug"].Gross, products["mug"].Discount, products["mug"].Name));
        Assert.Equal((1, 1, 399), (products["tea"].Orders, products["tea"].Pieces, products["tea"].Gross));
        Assert.Equal((1, 1_099), (day.Tills["till-1"].Orders, day.Tills["till-1"].Gross));
        Assert.Equal((1, 1_099), (day.Cashiers["ann"].Orders, day.Cashiers["ann"].Gross));
        Assert.Equal((1, 1_099), (day.Tenders["cash"].Orders, day.Tenders["cash"].Taken));
        Assert.Equal((399, 700), (day.Taxes["500"].Gross, day.Taxes["2000"].Gross));
        Assert.Equal((0, ""), (day.Revision, day.ReopenedOn));
    }

    [Fact]
    public async Task Tenders_take_what_each_paid_and_rounded_cash_is_what_was_in_the_drawer()
    {
        await _reader.Take(new SalesJournal()
            .Placed("a", "2026-06-01T08:30:00Z", [SalesJournal.Line("mug", 1, 1_003)], cards: [300, 200], credit: 100, rounding: 2)
            .Paid("a", "2026-06-01T08:30:00Z", 405, 95, "order.paid").Events);
        var day = _reader.Pages.All["2026-06-01"];
        Assert.Equal((1, 405), (day.Tenders["cash"].Orders, day.Tenders["cash"].Taken));
        Assert.Equal((1, 500), (day.Tenders["card"].Orders, day.Tenders["card"].Taken));
        Assert.Equal((1, 100), (day.Tenders["exchange"].Orders, day.Tenders["exchange"].Taken));
        Assert.Equal(day.Total.Gross + 2, day.Tenders.Values.Sum(tender => tender.Taken));
    }

    [Fact]
    public async Task A_gift_is_an_order_paid_with_no_cash()
    {
        await _reader.Take(new SalesJournal().Sale("a", "2026-06-01T08:30:00Z", SalesJournal.Line("mug", 1, 0)).Events);
        Assert.Equal((1, 0), (_reader.Pages.All["2026-06-01"].Tenders["cash"].Orders, _reader.Pages.All["2026-06-01"].Tenders["cash"].Taken));
    }

    [Theory]
    [InlineData(null, "requested")]
    [InlineData("InsufficientStock", "insufficient-stock")]
    [InlineData("PaymentDeclined", "payment-declined")]
    public async Task A_cancelled_order_counts_by_its_cause_and_sells_nothing(string? code, string cause)
    {
        await _reader.Take(new SalesJournal().Placed("a", "2026-06-01T08:30:00Z", [SalesJournal.Line("mug", 1, 250)]).Cancelled("a", "2026-06-01T08:31:00Z", code).Events);
        var day = _reader.Pages.All["2026-06-01"];
        Assert.Equal((0, 0, 1), (day.Total.Orders, day.Total.Gross, day.Total.Cancelled));
        Assert.Equal(1, Assert.Single(day.Cancellations, by => by.Key == cause).Value);
        Assert.Single(_reader.Pages.All);
        Assert.Empty(_reader.Open.Orders);
    }

    [Fact]
    public async Task A_return_counts_when_it_is_accepted_and_its_money_when_it_is_completed()
    {
        await _reader.Take(new SalesJournal()
            .Accepted("r", "2026-06-01T08:30:00Z", [SalesJournal.Line("mug", 2, 250)], "till-2", "bob")
            .Completed("r", "2026-06-01T08:30:00Z", """{"refund":{"amount":505,"currency":"GBP"},"refunds":[{"tender":1,"amount":400},{"tender":2,"amount":5,"inCash":true},{"tender":0,"amount":100}],"unpaid":[{"tender":1,"amount":150}],"credit":{"amount":45,"currency":"GBP"}}""")
            .Accepted("s", "2026-06-02T08:30:00Z", [SalesJournal.Line("mug", 1, 250)])
            .Completed("s", "2026-06-02T08:30:00Z", """{"refund":{"amount":250,"currency":"GBP"}}""").Events);
        var day = _reader.Pages.All["2026-06-01"];
        Assert.Equal((1, 2, 500, 0), (day.Total.Returns, day.Total.PiecesBack, day.Total.GrossBack, day.Total.Gross));
        var mugs = _reader.Pages.All["2026-06-01/products"].Products["mug"];
        Assert.Equal((1, 2, 500), (mugs.Returns, mugs.PiecesBack, mugs.GrossBack));
        Assert.Equal((500, 500), (day.Tills["till-2"].GrossBack, day.Cashiers["bob"].GrossBack));
        Assert.Equal((105, 250, 45), (day.Tenders["cash"].GivenBack, day.Tenders["card"].GivenBack, day.Tenders["exchange"].GivenBack));
        Assert.Equal(250, _reader.Pages.All["2026-06-02"].Tenders["cash"].GivenBack);
    }

    [Fact]
    public async Task A_sale_of_a_day_that_has_closed_reopens_it_once_for_each_business_day_on_which_such_sales_come()
    {
        var journal = new SalesJournal();
        journal.Sale("in-time", "2026-06-01T22:59:59Z", SalesJournal.Line("mug", 1, 100));
        // A quarter of an hour after the end of the day is not late.
        journal.RecordedAt = At("2026-06-01T23:14:00Z");
        journal.Sale("at-midnight", "2026-06-01T22:59:59Z", SalesJournal.Line("mug", 1, 100));
        await _reader.Take(journal.Events);
        Assert.Equal((0, ""), (_reader.Pages.All["2026-06-01"].Revision, _reader.Pages.All["2026-06-01"].ReopenedOn));

        journal.RecordedAt = At("2026-06-02T10:00:00Z");
        journal.Sale("late", "2026-06-01T10:00:00Z", SalesJournal.Line("mug", 1, 100)).Sale("late-too", "2026-06-01T11:00:00Z", SalesJournal.Line("mug", 1, 100));
        await _reader.Take(journal.Events);
        Assert.Equal((1, "2026-06-02", 400), (_reader.Pages.All["2026-06-01"].Revision, _reader.Pages.All["2026-06-01"].ReopenedOn, _reader.Pages.All["2026-06-01"].Total.Gross));

        journal.RecordedAt = At("2026-06-05T10:00:00Z");
        await _reader.Take(journal.Sale("later", "2026-06-01T12:00:00Z", SalesJournal.Line("mug", 1, 100)).Events);
        Assert.Equal((2, "2026-06-05", 500), (_reader.Pages.All["2026-06-01"].Revision, _reader.Pages.All["2026-06-01"].ReopenedOn, _reader.Pages.All["2026-06-01"].Total.Gross));
        Assert.Equal(("2026-06-01", "2026-06-01"), (_reader.Open.First, _reader.Open.Last));
    }

    [Fact]
    public async Task The_hour_that_comes_twice_is_two_hours()
    {
        await _reader.Take(new SalesJournal()
            .Sale("a", "2026-10-25T00:30:00Z", SalesJournal.Line("mug", 1, 100))
            .Sale("b", "2026-10-25T01:30:00Z", SalesJournal.Line("mug", 1, 200)).Events);
        var hours = _reader.Pages.All["2026-10-25"].Hours;
        Assert.Equal((100, 200), (hours["2026-10-25T01:00+01:00"].Gross, hours["2026-10-25T01:00+00:00"].Gross));
    }

    [Theory]
    [InlineData("order.paid", """{"tendered":{"amount":1,"currency":"GBP"},"change":{"amount":0,"currency":"GBP"}}""")]
    [InlineData("order.cancelled", """{"reason":"x"}""")]
    [InlineData("order.placed", """{"till":"till-1"}""")]
    [InlineData("return.accepted", """{}""")]
    public async Task An_event_that_fits_nothing_is_refused_and_changes_no_page(string type, string json)
    {
        var journal = new SalesJournal().Write("order/x", type, "2026-06-01T08:30:00Z", System.Text.Json.Nodes.JsonNode.Parse(json)!.AsObject());
        await Assert.ThrowsAsync<InvalidDataException>(() => _reader.Take(journal.Events));
        Assert.Empty(_reader.Pages.All);
    }

    [Fact]
    public async Task Sums_that_do_not_fit_are_refused_and_not_wrapped()
    {
        var journal = new SalesJournal();
        for (var i = 0; i < 2; i++)
        {
            var line = SalesJournal.Line("mug", 1, 1);
            line["gross"] = long.MaxValue - 10;
            journal.Placed($"o{i}", "2026-06-01T08:30:00Z", [line]).Paid($"o{i}", "2026-06-01T08:30:00Z", 20);
        }

        await Assert.ThrowsAsync<OverflowException>(() => _reader.Take(journal.Events));
    }

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}
