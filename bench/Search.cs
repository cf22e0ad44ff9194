using System.Diagnostics;
using System.Globalization;
using Pos.Grains;

namespace Pos.Bench;

/// <summary>The duration of searches in the index of a large catalogue while it changes, for each kind of query.</summary>
internal static class Search
{
    private const int ProductsCount = 100_000;
    private const int WordsCount = 20_000;
    private const int QueriesCount = 20_000;

    internal static async Task RunAsync()
    {
#pragma warning disable RS0030 // The same catalogue and the same queries each time.
        var chance = new Random(1);
#pragma warning restore RS0030
        var words = Enumerable.Range(0, WordsCount).Select(_ => Word(chance)).Distinct().ToArray();
        var before = GC.GetTotalMemory(forceFullCollection: true);
        using var index = new ProductIndex();
        var began = Stopwatch.GetTimestamp();
        for (var i = 0; i < ProductsCount; i++)
        {
            Define(index, i, 1, words, chance);
        }

        var built = Stopwatch.GetElapsedTime(began);
        var bytes = GC.GetTotalMemory(forceFullCollection: true) - before;
        await Console.Out.WriteLineAsync(
            $"{ProductsCount:N0} products, {index.WordCount:N0} words: built in {built.TotalSeconds:N1} s, {bytes / 1024 / 1024:N0} MB");

        (string Name, Func<string> Query)[] kinds =
        [
            ("a word", () => Common(words, chance)),
            ("two words", () => $"{Common(words, chance)} {Common(words, chance)}"),
            ("a beginning of 1 letter", () => Common(words, chance)[..1]),
            ("a beginning of 2 letters", () => Common(words, chance)[..2]),
            ("a beginning of 3 letters", () => Common(words, chance)[..3]),
            ("word and beginning", () => $"{Common(words, chance)} {Common(words, chance)[..2]}"),
            ("a SKU", () => Sku(chance.Next(ProductsCount)).Value),
            ("beginning of every SKU", () => "sku"),
            ("nothing, only filters", () => ""),
        ];
        using var stop = new CancellationTokenSource();
        var changing = ChangeAsync(index, words, stop.Token);
        await Console.Out.WriteLineAsync($"{"",-28}{"p50 ms",9}{"p99 ms",9}{"max ms",9}");
        var all = new List<double>();
        foreach (var (name, query) in kinds)
        {
            var waits = new List<double>();
            for (var i = 0; i < QueriesCount / kinds.Length; i++)
            {
                var asked = new ProductQuery(query(), i % 5 == 0 ? $"Category {i % 200}" : null, i % 3 == 0 ? true : null, 50);
                var start = Stopwatch.GetTimestamp();
                index.Search(asked);
                waits.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }

            all.AddRange(waits);
            await PrintAsync(name, waits);
        }

        await PrintAsync("all", all);
        stop.Cancel();
        await Console.Out.WriteLineAsync($"meanwhile {await changing:N0} changes");
    }

    private static async Task PrintAsync(string name, List<double> waits)
    {
        double[] sorted = [.. waits.Order()];
        await Console.Out.WriteLineAsync($"{name,-28}{sorted[sorted.Length / 2],9:N3}{sorted[(int)(sorted.Length * 0.99)],9:N3}{sorted[^1],9:N3}");
    }

    // Some thousand changes a second, which is more than any catalogue has.
    private static async Task<int> ChangeAsync(ProductIndex index, string[] words, CancellationToken stop)
    {
#pragma warning disable RS0030 // The same changes each time.
        var chance = new Random(2);
#pragma warning restore RS0030
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        var changes = 0;
        for (var version = 2; !stop.IsCancellationRequested; version++)
        {
            await tick.WaitForNextTickAsync(CancellationToken.None);
            for (var i = 0; i < 10; i++, changes++)
            {
                Define(index, chance.Next(ProductsCount), version, words, chance);
            }
        }

        return changes;
    }

    private static void Define(ProductIndex index, int product, int version, string[] words, Random chance) => index.Apply(
        Sku(product), version, Text(words, chance, 2, 6), $"Category {product % 200}", Text(words, chance, 5, 20), product % 10 != 0);

    private static Sku Sku(int product) => new(string.Create(CultureInfo.InvariantCulture, $"SKU-{product:D6}"));

    private static string Text(string[] words, Random chance, int from, int to) =>
        string.Join(' ', Enumerable.Range(0, chance.Next(from, to + 1)).Select(_ => Common(words, chance)));

    // Few words are in most texts, most words in few.
    private static string Common(string[] words, Random chance) => words[(int)(words.Length * Math.Pow(chance.NextDouble(), 4))];

    private static string Word(Random chance) => string.Create(chance.Next(3, 11), chance, static (word, chance) =>
    {
        for (var i = 0; i < word.Length; i++)
        {
            word[i] = i % 2 == 0 ? "bcdfghklmnprstvwz"[chance.Next(17)] : "aeiouäéø"[chance.Next(8)];
        }
    });
}
