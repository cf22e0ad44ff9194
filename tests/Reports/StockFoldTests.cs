using System.Text.Json.Nodes;
using Pos.Reports.Stock;

namespace Pos.Tests;

public sealed class StockFoldTests
{
    private const string At = "2026-06-01T08:30:00Z";

    private readonly Reader<OpenStock, StockPage> _reader = new(new StockFold(), cachedMax: StockFold.Pages);
    private readonly SalesJournal _journal = new();

    [Fact]
    public async Task Movements_and_holds_add_up()
    {
        Write("received", """{"quantity":100,"balance":100}""");
        Write("reserved", """{"hold":"o.1","quantity":6}""");
        Write("reserved", """{"hold":"h","quantity":3}""");
        Write("reserved", """{"hold":"i","quantity":2}""");
        Write("pinned", """{"hold":"o.1"}""");
        Write("committed", """{"hold":"o.1","quantity":6,"balance":94}""");
        Write("committed", """{"hold":"h","quantity":3,"balance":91,"reason":"given away"}""");
        Write("released", """{"hold":"early","owner":"x","quantity":0}""");
        Write("restocked", """{"quantity":2,"balance":93}""");
        Write("adjusted", """{"delta":-3,"balance":90}""");
        Write("counted", """{"counted":95,"delta":5,"balance":95}""");
        await _reader.Take(_journal.Events);
        var item = Item();
        Assert.Equal((95, 2, 100, 2, 2, 6, 3), (item.OnHand, item.Held, item.Received, item.Restocked, item.Adjusted, item.Sold, item.Issued));
        Assert.Equal(item.OnHand, item.Received + item.Restocked + item.Adjusted - item.Sold - item.Issued);

        await _reader.Take(Write("expired", """{"hold":"i","quantity":2}""").Events);
        Assert.Equal(0, Item().Held);
    }

    [Fact]
    public async Task A_crash_behind_any_write_adds_nothing_twice()
    {
        for (var sku = 0; sku < 20; sku++)
        {
            Write("received", """{"quantity":10,"balance":10}""", $"sku-{sku}");
        }

        var crashes = 0;
        for (var isDone = false; !isDone;)
        {
            _reader.Pages.WritesLeft = 1;
            try
            {
                await _reader.Take(_journal.Events);
                isDone = true;
            }
            catch (IOException)
            {
                _reader.Crash();
                crashes++;
            }
        }

        Assert.InRange(crashes, 5, 20);
        Assert.All(_reader.Pages.All.Values.SelectMany(static page => page.Items.Values), static item => Assert.Equal((10, 10), (item.Received, item.OnHand)));
        Assert.Equal(20, _reader.Pages.All.Values.Sum(static page => page.Items.Count));
    }

    private StockItem Item() => Assert.Single(_reader.Pages.All.Values.SelectMany(static page => page.Items)).Value;

    private SalesJournal Write(string type, string json, string sku = "mug") => _journal.Write($"stock/london/{sku}", "stock." + type, At, JsonNode.Parse(json)!.AsObject());
}
