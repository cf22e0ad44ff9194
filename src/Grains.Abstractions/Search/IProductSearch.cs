using System.Collections.Immutable;
using Orleans;
using Orleans.Concurrency;

namespace Pos.Search;

/// <summary>
/// Finds products by what they say of themselves, from an index in the memory of this silo that follows the journal: what changed a moment
/// ago may still be found as it was. Part of the silo, not a grain: every silo answers for itself.
/// </summary>
public interface IProductSearch
{
    /// <summary>Whether everything that was in the journal when the silo started is in the index.</summary>
    bool IsReady { get; }

    /// <summary>The best hits behind a place, best first.</summary>
    /// <remarks>
    /// A product is found when each word of the query is, or begins, one of the words of its SKU, name, category or description. Case and
    /// accents do not matter (<c>strasse</c> finds Straße, <c>smorrebrod</c> finds Smørrebrød); the marks of other scripts do. In scripts
    /// without spaces (Chinese, Japanese, Korean, Thai and their neighbours) a word is also found inside others, and counts as their
    /// beginning. Order: the SKU that is the whole query, and the owners of the query's barcodes; then, for each word of the query, 0 points for a whole word of SKU or name, 1 for one of category or description, 2 and 3 for the
    /// beginnings of such, summed, fewest points first; then the shorter name; then the SKU.
    /// </remarks>
    ProductHits Search(ProductQuery query);
}

/// <summary>
/// Asks the index of one silo for everybody who has none: the API may be a process of its own. Key: a number below <see cref="Places"/>, the
/// same for every page of a query, so that one index answers all of them. Keeps nothing.
/// </summary>
[Alias("pos.ISearchGrain")]
public interface ISearchGrain : IGrainWithStringKey
{
    /// <summary>So many keys there are: queries spread over as many silos at most.</summary>
    const int Places = 64;

    /// <summary>As <see cref="IProductSearch.Search"/>; null while the index is not complete.</summary>
    [Alias("Search"), ReadOnly]
    Task<ProductHits?> Search(ProductQuery query);
}

/// <summary>A search.</summary>
/// <param name="Text">Words; without any, every product is a hit, in the order of SKUs.</param>
/// <param name="Category">Only products of this category, without regard to case and accents; null for all.</param>
/// <param name="Active">Only products that are, or are not, sold at present; null for all.</param>
/// <param name="Limit">Hits at most, from 1.</param>
/// <param name="After">The <see cref="ProductHits.Last"/> of the page before, or null.</param>
/// <param name="Codes">Barcodes that the text may be, each in its canonical form; their products come first.</param>
[GenerateSerializer, Immutable, Alias("pos.ProductQuery")]
public sealed record ProductQuery(string Text, string? Category, bool? Active, int Limit, HitPlace? After = null, ImmutableArray<string> Codes = default)
{
    /// <summary>Characters of <see cref="Text"/> at most.</summary>
    public const int TextLengthMax = 200;

    /// <summary>Words of <see cref="Text"/> at most; those beyond are not looked for.</summary>
    public const int WordsMax = 16;
}

/// <summary>A place in the order of hits: behind every better hit, whether or not it still is one.</summary>
/// <param name="Rank">Points, then the length of the name; smaller is better.</param>
/// <param name="Sku">Decides between equals.</param>
[GenerateSerializer, Immutable, Alias("pos.HitPlace")]
public readonly record struct HitPlace(int Rank, Sku Sku);

/// <summary>A page of hits.</summary>
/// <param name="Skus">Best first.</param>
/// <param name="Last">Place of the last of them; null when there is none.</param>
/// <param name="HasMore">Whether there are hits behind it.</param>
[GenerateSerializer, Immutable, Alias("pos.ProductHits")]
public sealed record ProductHits(ImmutableArray<Sku> Skus, HitPlace? Last, bool HasMore);
