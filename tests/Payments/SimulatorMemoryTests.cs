using System.Globalization;
using Pos.Payments;
using Pos.Payments.Simulator;

namespace Pos.Tests;

/// <summary>Counts what this process keeps, so nothing else runs meanwhile.</summary>
[CollectionDefinition(nameof(SimulatorMemoryTests), DisableParallelization = true)]
public sealed class Alone;

/// <summary>What the simulated provider keeps in memory of a charge that is over: its place in the ledger, and no text.</summary>
[Collection(nameof(SimulatorMemoryTests))]
public sealed class SimulatorMemoryTests : IDisposable
{
    private const int Charges = 50_000;

    // Two numbers in a dictionary that has just grown; before, the line with its five texts took some 800.
    private const int BytesPerChargeMax = 100;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pos-memory-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(TestTokens.Approve, 1)]
    [InlineData(TestTokens.DeclineLostCard, 1)]
    [InlineData(TestTokens.LoseReply, 1)]
    [InlineData(TestTokens.Approve, 2)]
    public async Task A_charge_that_is_over_keeps_its_place_in_the_ledger_and_no_text(string token, int lines)
    {
        using var ledger = FileLedger.Open(Path.Combine(_folder.FullName, "ledger.jsonl"));
        var provider = new Till(ledger: ledger).Provider;
        await Charge(provider, token, 0, 100, lines);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        await Charge(provider, token, 100, Charges, lines);
        var kept = (GC.GetTotalMemory(forceFullCollection: true) - before) / (Charges - 100);
        Assert.True(kept <= BytesPerChargeMax * lines, $"{kept} bytes of a charge with {lines} lines stay.");

        // And yet each is known, by its body as well.
        foreach (var number in (int[])[0, Charges / 2, Charges - 1])
        {
            Assert.NotEqual(nameof(PaymentAnswer.NotFound), (await provider.Query(Key(number), default)).Name);
            await Assert.ThrowsAsync<PaymentKeyReusedException>(() => provider.Charge(Till.Request(token, 1_001, Key(number)), default));
        }

        Assert.Equal(Charges * lines, ledger.Read().Count());
        GC.KeepAlive(provider);
    }

    [Fact]
    public void Keys_with_one_hash_are_told_apart_by_what_is_there()
    {
        List<string> lines = [];
        var index = new LedgerIndex(place => lines[(int)place], static _ => 7);
        for (var number = 0; number < 10; number++)
        {
            Assert.Null(index.Find($"key-{number}"));
            Assert.True(index.TryAdd($"key-{number}", number));
            lines.Add($"key-{number}");
            Assert.False(index.TryAdd($"key-{number}", 99));
        }

        for (var number = 0; number < 10; number++)
        {
            Assert.Equal(number, index.Find($"key-{number}"));
        }
    }

    [Fact]
    public async Task A_repetition_before_its_line_is_on_the_disk_is_answered_when_the_line_is()
    {
        using var ledger = FileLedger.Open(Path.Combine(_folder.FullName, "ledger.jsonl"));
        var provider = new Till(ledger: ledger).Provider;
        var first = provider.Charge(Till.Request(TestTokens.Approve), default);
        var again = provider.Charge(Till.Request(TestTokens.Approve), default);
        var refunded = provider.Refund(new("r", Till.Key, "", Till.Gbp(400)), default);
        var asked = provider.Query("r", default);
        Assert.Equal(await first, await again);
        Assert.Equal(await refunded, await asked);
        Assert.Equal(2, ledger.Read().Count());
    }

    private static string Key(int number) => string.Create(CultureInfo.InvariantCulture, $"{number:x32}.1");

    private static async Task Charge(PaymentSimulator provider, string token, int from, int to, int lines)
    {
        foreach (var some in Enumerable.Range(from, to - from).Chunk(1_000))
        {
            await Task.WhenAll(some.Select(number => provider.Charge(Till.Request(token, key: Key(number)), default)));
            if (lines == 2)
            {
                await Task.WhenAll(some.Select(number => provider.Refund(new(Key(number) + ".refund", Key(number), "", Till.Gbp(400)), default)));
            }
        }
    }
}
