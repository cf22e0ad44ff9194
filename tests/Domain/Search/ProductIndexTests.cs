using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Pos.Grains;

namespace Pos.Tests;

/// <summary>Whatever products there are and however they change: the index finds what a look at each of them would find, in that order.</summary>
public sealed class ProductIndexTests
{
    // Few letters, so that words, beginnings and SKUs meet each other.
    private static readonly string[] Texts =
        ["", "a", "ab", "abc", "b", "ba", "Äb", "Straße", "strasse", "Smørrebrød", "ABC-1", "a b", "ab  Ba!", "Ø", "œuf 12", "12", "1", "café", "b-a-b", "ab,abc",
        "東京都", "京都", "東", "都", "日本東京都庁", "緑茶 ab", "กาแฟเย็น", "แฟ", "한국어", "국"];

    private sealed record Change(int Product, string? Name, string? Category, string? Text, bool? Active);

    private sealed record Known(string Name, string Category, string Text, bool Active);

    [Fact]
    public void it_finds_what_a_look_at_every_product_finds_in_that_order() =>
        Prop.ForAll(Changes(), changes => Play(changes)).Check(Config.QuickThrowOnFailure.WithMaxTest(200));

    [Theory]
    [InlineData("Straße", "strasse")]
    [InlineData("SMØRREBRØD", "smorrebrod")]
    [InlineData("Œuvre Æther", "oeuvre", "aether")]
    [InlineData("Łódź  Đakovo", "lodz", "dakovo")]
    [InlineData("İstanbul ışık", "istanbul", "isik")]
    [InlineData("Ångström, naïve; Zoë's", "angstrom", "naive", "zoe", "s")]
    [InlineData("ﬁne ２４ m²", "fine", "24", "m2")]
    [InlineData("ΟΔΟΣ οδος", "οδοσ")]
    [InlineData("85123A/b_c", "85123a", "b", "c")]
    [InlineData("日本 茶", "日本", "茶")]
    [InlineData("がか ｶﾞｶ ぱは", "がか", "ガカ", "ぱは")]
    [InlineData("か\u3099", "が")]
    [InlineData("कल काल कि चाय", "कल", "काल", "कि", "चाय")]
    [InlineData("กา ก่า ก้า", "กา", "ก่า", "ก้า")]
    [InlineData("தேநீர்", "தேநீர்")]
    [InlineData("한국어 각", "한국어", "각")]
    [InlineData("שָׁלוֹם مَرْحَبًا", "שלום", "مرحبا")]
    [InlineData("Ёлка й Ά ύ", "елка", "и", "α", "υ")]
    [InlineData("iPhone15ケース500円", "iphone15", "ケース", "500", "円")]
    [InlineData("e\u0301te\u0301 co\u00adop", "ete", "coop")]
    [InlineData("กา\u200bแฟ", "กา", "แฟ")]
    [InlineData("㌢ ①", "センチ", "1")]
    [InlineData("a\ud800b 😀", "a", "b")]
    public void words_have_no_case_and_no_accents(string text, params string[] words) => Assert.Equal(words, Words.Of(text));

    [Fact]
    public void an_event_that_comes_again_changes_nothing()
    {
        using var index = new ProductIndex();
        index.Apply(new Sku("x"), 1, "first", "", "", true);
        index.Apply(new Sku("x"), 2, "second", null, null, null);
        index.Apply(new Sku("x"), 1, "first", "", "", true);
        Assert.Empty(Find(index, "first"));
        Assert.Equal(["x"], Find(index, "second"));
        Assert.Equal(2, index.VersionOf(new Sku("x")));
    }

    [Theory]
    [InlineData("日本東京都庁の緑茶", "東京", "京都", "緑茶", "茶", "東京都庁", "の")]
    [InlineData("กาแฟเย็นหวาน", "กาแฟ", "เย็น", "หวาน", "แฟเย็น")]
    [InlineData("녹차라떼", "라떼", "차", "녹차")]
    [InlineData("抹茶アイスクリーム", "アイス", "クリーム", "ｱｲｽ")]
    [InlineData("𠮷野家牛丼", "野家", "牛丼", "𠮷")]
    public void words_are_found_inside_texts_without_spaces(string name, params string[] queries)
    {
        foreach (var place in (int[])[0, 1, 2])
        {
            using var index = new ProductIndex();
            index.Apply(new Sku("x"), 1, place == 0 ? name : "", place == 1 ? name : "", place == 2 ? name : "", true);
            Assert.All(queries, query => Assert.Equal(["x"], Find(index, query)));
            index.Apply(new Sku("x"), 2, "", "", "", true);
            Assert.All(queries, query => Assert.Empty(Find(index, query)));
            Assert.Equal(1, index.WordCount);
        }
    }

    [Theory]
    [InlineData("東京の京都", "東京都")]
    [InlineData("かき", "がき")]
    [InlineData("がき", "かき")]
    [InlineData("はり", "ばり")]
    [InlineData("कल", "काल")]
    [InlineData("กา", "ก้า")]
    [InlineData("tea", "ea")]
    public void other_words_are_not_found(string name, string query)
    {
        using var index = new ProductIndex();
        index.Apply(new Sku("x"), 1, name, "", "", true);
        Assert.Empty(Find(index, query));
    }

    [Fact]
    public void a_barcode_finds_its_product_first_while_it_is_its_own()
    {
        using var index = new ProductIndex();
        var code = Barcode.Parse("4006381333931", CultureInfo.InvariantCulture);
        index.Apply(code, 1, new Sku("pen"));
        Assert.Empty(Scan());
        index.Apply(new Sku("book"), 1, "About 4006381333931", "", "", true);
        index.Apply(new Sku("pen"), 1, "Pen", "", "", false);
        Assert.Equal(["pen", "book"], Scan());
        Assert.Equal(["book"], index.Search(new ProductQuery(code.Value, null, true, 10, Codes: [code.Value])).Skus.Select(sku => sku.Value));
        index.Apply(code, 2, null);
        index.Apply(code, 1, new Sku("pen"));
        Assert.Equal(["book"], Scan());

        string[] Scan() => [.. index.Search(new ProductQuery(code.Value, null, null, 10, Codes: [code.Value])).Skus.Select(sku => sku.Value)];
    }

    [Fact]
    public void words_that_no_product_has_any_more_are_forgotten()
    {
        using var index = new ProductIndex();
        for (var i = 0; i < 3_000; i++)
        {
            index.Apply(new Sku($"s{i}"), 1, $"word{i} shared", "", $"text{i}", true);
        }

        var words = index.WordCount;
        for (var round = 2; round < 6; round++)
        {
            for (var i = 0; i < 3_000; i++)
            {
                index.Apply(new Sku($"s{i}"), round, $"round{round}x{i} shared", null, $"text{i}", null);
            }
        }

        Assert.Equal(words, index.WordCount);
        Assert.Empty(Find(index, "word"));
        Assert.Equal(3_000, Find(index, "shared", limit: 5_000).Length);
        Assert.Equal(["s2999"], Find(index, "round5x2999"));
    }

    private static string[] Find(ProductIndex index, string text, int limit = 100) =>
        [.. index.Search(new ProductQuery(text, null, null, limit)).Skus.Select(sku => sku.Value)];

    private static Arbitrary<Change[]> Changes()
    {
        var text = Gen.Elements(Texts);
        var some = Gen.Frequency((1, Gen.Constant<string?>(null)), (2, text.Select(value => (string?)value)));
        return (
            from product in Gen.Choose(0, 11)
            from name in some
            from category in some
            from description in some
            from active in Gen.Elements<bool?>(null, true, false)
            select new Change(product, name, category, description, active)).ArrayOf().ToArbitrary();
    }

    private static void Play(Change[] changes)
    {
        using var index = new ProductIndex();
        var model = new Dictionary<string, Known>(StringComparer.Ordinal);
        var version = 0;
        foreach (var change in changes)
        {
            var sku = change.Product switch { 0 => "ABC-1", 1 => "abc-1", 2 => "ab", 3 => "a b", 4 => "Ø", 5 => "!!", var other => $"sku-{other}" };
            var before = model.GetValueOrDefault(sku, new("", "", "", false));
            model[sku] = new(change.Name ?? before.Name, change.Category ?? before.Category, change.Text ?? before.Text, change.Active ?? before.Active);
            index.Apply(new Sku(sku), ++version, change.Name, change.Category, change.Text, change.Active);
        }

        Assert.Equal(model.Count, index.Count);
        foreach (var query in Texts.Concat(["!!", "ab b", "a a", "str 1", "sku", "s", "b c a"]))
        {
            foreach (var category in (string?[])[null, "AB", "strasse", "nothing"])
            {
                foreach (var active in (bool?[])[null, true])
                {
                    var expected = Expected(model, query, category, active);
                    Assert.Equal(expected, Paged(index, new ProductQuery(query, category, active, 3)));
                    Assert.Equal(expected, Paged(index, new ProductQuery(query, category, active, 100)));
                }
            }
        }
    }

    private static List<string> Paged(ProductIndex index, ProductQuery query)
    {
        var found = new List<string>();
        ProductHits page;
        do
        {
            page = index.Search(query);
            Assert.True(page.Skus.Length <= query.Limit);
            found.AddRange(page.Skus.Select(sku => sku.Value));
            query = query with { After = page.Last };
        }
        while (page.HasMore);
        return found;
    }

    // The rules of IProductSearch, said again in the plainest way.
    private static List<string> Expected(Dictionary<string, Known> products, string query, string? category, bool? active) =>
    [
        .. products
            .Where(product => (active is null || product.Value.Active == active)
                && (category is null || Words.Fold(product.Value.Category) == Words.Fold(category)))
            .Select(product => (Sku: product.Key, product.Value.Name, Rank: Rank(product.Key, product.Value, query)))
            .Where(hit => hit.Rank is not null)
            .OrderBy(hit => hit.Rank)
            .ThenBy(hit => string.IsNullOrWhiteSpace(query) || hit.Rank < 0 ? 0 : hit.Name.Length)
            .ThenBy(hit => hit.Sku, StringComparer.Ordinal)
            .Select(hit => hit.Sku),
    ];

    private static bool IsInside(string word) => word[0] >= '\u0e00';

    private static int? Rank(string sku, Known product, string query)
    {
        if (string.IsNullOrWhiteSpace(query))
        {
            return 0;
        }

        if (Words.Fold(sku) == Words.Fold(query.Trim()))
        {
            return -1;
        }

        var names = Words.Of(sku).Concat(Words.Of(product.Name)).Append(Words.Fold(sku)).ToList();
        var texts = Words.Of(product.Category).Concat(Words.Of(product.Text)).ToList();
        var wanted = Words.Of(query);
        var points = 0;
        foreach (var word in wanted)
        {
            var scored = names.Contains(word) ? 0 : texts.Contains(word) ? 1
                : names.Exists(name => name.StartsWith(word, StringComparison.Ordinal)) ? 2
                : IsInside(word) && names.Exists(name => name.Contains(word, StringComparison.Ordinal)) ? 2
                : texts.Exists(text => text.StartsWith(word, StringComparison.Ordinal)) ? 3
                : IsInside(word) && texts.Exists(text => text.Contains(word, StringComparison.Ordinal)) ? 3 : -1;
            if (scored < 0)
            {
                return null;
            }

            points += scored;
        }

        return wanted.Count == 0 ? null : points;
    }
}
