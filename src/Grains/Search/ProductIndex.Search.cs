using System.Buffers;
using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace Pos.Grains.Search;

internal sealed partial class ProductIndex
{
    // Points of a product that is no hit. Sixteen words make 48 at most.
    private const byte Missed = byte.MaxValue;

    // As for the beginning of a word: where words are not told apart, there is no beginning.
    private const byte InsideName = 2;
    private const byte InsideText = 3;

    // Before every number of points.
    private const int ExactRank = -1;

    /// <inheritdoc cref="IProductSearch.Search"/>
    public ProductHits Search(ProductQuery query)
    {
        ArgumentNullException.ThrowIfNull(query);
        var whole = Words.Fold(query.Text.Trim());
        var words = Words.Of(query.Text);
        var best = new Best(query.Limit + 1, query.After);
        _gate.EnterReadLock();
        var points = ArrayPool<byte>.Shared.Rent(_rows.Count);
        var now = ArrayPool<byte>.Shared.Rent(_rows.Count);
        try
        {
            if (CategoryOf(query.Category) is { } category)
            {
                var all = points.AsSpan(0, _rows.Count);
                all.Fill(whole.Length > 0 && words.Count == 0 ? Missed : (byte)0);
                foreach (var word in words.Take(ProductQuery.WordsMax))
                {
                    Score(word, now);
                    Combine(all, now.AsSpan(0, all.Length));
                }

                Choose(best, all, Exact(whole, query.Codes), category, query.Active, words.Count > 0);
            }
        }
        finally
        {
            _gate.ExitReadLock();
            ArrayPool<byte>.Shared.Return(points);
            ArrayPool<byte>.Shared.Return(now);
        }

        return best.Page();
    }

    // Null: no product is of the category, so that there is nothing to find; 0: whichever.
    private int? CategoryOf(string? category) => string.IsNullOrEmpty(category) ? 0
        : _categories.TryGetValue(Words.Fold(category), out var number) ? number : null;

    private void Score(string word, byte[] now)
    {
        now.AsSpan(0, _rows.Count).Fill(Missed);
        _vocabulary.Find(word, (postings, isWhole) =>
        {
            var (name, text) = isWhole ? ((byte)0, (byte)1) : ((byte)2, (byte)3);
            foreach (var posting in postings)
            {
                var scored = (Postings.PlacesOf(posting) & Places.Name) != 0 ? name : text;
                ref var product = ref now[Postings.Product(posting)];
                product = Math.Min(product, scored);
            }
        });
        if (Scripts.IsUnspaced(word))
        {
            ScoreInside(word, now);
        }
    }

    // Products that have all pairs of a word need not have the word: the rarest pair says where to look.
    private void ScoreInside(string word, byte[] now)
    {
        string[] pairs = [.. Scripts.Pairs(word)];
        if (pairs.Length > 2)
        {
            // The last pair may go on in the product, and behind it is the last character alone.
            Look(_vocabulary.Of(pairs[..^2].MinBy(pair => _vocabulary.Of(pair).Length)!));
        }
        else
        {
            _vocabulary.Find(pairs[0], (postings, _) => Look(postings));
        }

        void Look(ReadOnlySpan<uint> postings)
        {
            foreach (var posting in postings)
            {
                var product = Postings.Product(posting);
                if (now[product] > InsideName)
                {
                    now[product] = Math.Min(now[product], Inside(_entries[product], word));
                }
            }
        }
    }

    private static byte Inside(Entry entry, string word) =>
        Array.Exists(entry.Names, name => name.Contains(word, StringComparison.Ordinal)) ? InsideName
        : Array.Exists(entry.Texts, text => text.Contains(word, StringComparison.Ordinal)) || entry.Category.Contains(word, StringComparison.Ordinal) ? InsideText
        : Missed;

    private static void Combine(Span<byte> points, ReadOnlySpan<byte> now)
    {
        for (var i = 0; i < points.Length && i < now.Length; i++)
        {
            points[i] = points[i] == Missed || now[i] == Missed ? Missed : (byte)(points[i] + now[i]);
        }
    }

    /// <summary>Products whose SKU is the whole query, few, as only their case and accents differ; and those whose barcode it is.</summary>
    private List<int> Exact(string whole, ImmutableArray<string> codes)
    {
        var found = new List<int>();
        if (whole.Length > 0)
        {
            foreach (var posting in _vocabulary.Of(whole))
            {
                var product = Postings.Product(posting);
                if (_entries[product].Names[0] == whole)
                {
                    found.Add(product);
                }
            }
        }

        foreach (var code in codes.IsDefault ? [] : codes)
        {
            if (_claims.TryGetValue(code, out var claim) && claim.Sku is { } sku && _numbers.TryGetValue(sku, out var product) && !found.Contains(product))
            {
                found.Add(product);
            }
        }

        return found;
    }

    private void Choose(Best best, ReadOnlySpan<byte> points, List<int> exact, int category, bool? active, bool ranked)
    {
        var rows = CollectionsMarshal.AsSpan(_rows);
        foreach (var product in exact)
        {
            Offer(product, ExactRank, rows[product]);
        }

        for (var product = 0; product < points.Length; product++)
        {
            if (points[product] != Missed && !exact.Contains(product))
            {
                ref readonly var row = ref rows[product];
                Offer(product, ranked ? (points[product] << 8) | row.NameLength : 0, row);
            }
        }

        void Offer(int product, int rank, in Row row)
        {
            if ((category == 0 || row.Category == category) && (active is null || row.Active == active))
            {
                best.Offer(rank, row.SkuOrder, product, _entries);
            }
        }
    }

    /// <summary>The best of what is offered behind a place, in order.</summary>
    private sealed class Best(int count, HitPlace? after)
    {
        private readonly (int Rank, ulong SkuOrder, string Sku)[] _hits = new (int, ulong, string)[count];
        private readonly (int Rank, ulong SkuOrder, string Sku)? _after =
            after is { } place ? (place.Rank, OrderOf(place.Sku.Value), place.Sku.Value) : null;

        private int _found;

        public void Offer(int rank, ulong skuOrder, int product, List<Entry> entries)
        {
            // Nearly all are refused here, without a look at the product itself.
            if (_found == count && (rank, skuOrder).CompareTo((_hits[^1].Rank, _hits[^1].SkuOrder)) > 0)
            {
                return;
            }

            var hit = (rank, skuOrder, entries[product].Sku.Value);
            if (_after is { } last && Compare(hit, last) <= 0)
            {
                return;
            }

            var at = _found;
            while (at > 0 && Compare(_hits[at - 1], hit) > 0)
            {
                at--;
            }

            if (at == count)
            {
                return;
            }

            var kept = Math.Min(_found, count - 1);
            Array.Copy(_hits, at, _hits, at + 1, kept - at);
            _hits[at] = hit;
            _found = kept + 1;
        }

        public ProductHits Page()
        {
            var shown = Math.Min(_found, count - 1);
            var skus = ImmutableArray.CreateBuilder<Sku>(shown);
            for (var i = 0; i < shown; i++)
            {
                skus.Add(new Sku(_hits[i].Sku));
            }

            return new(
                skus.MoveToImmutable(),
                shown > 0 ? new HitPlace(_hits[shown - 1].Rank, new Sku(_hits[shown - 1].Sku)) : null,
                _found > shown);
        }

        private static int Compare((int Rank, ulong SkuOrder, string Sku) a, (int Rank, ulong SkuOrder, string Sku) b) =>
            a.Rank != b.Rank ? a.Rank.CompareTo(b.Rank)
            : a.SkuOrder != b.SkuOrder ? a.SkuOrder.CompareTo(b.SkuOrder)
            : string.CompareOrdinal(a.Sku, b.Sku);
    }
}
