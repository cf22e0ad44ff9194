using System.Runtime.InteropServices;

namespace Pos.Grains.Search;

/// <summary>
/// The words of all products, for <see cref="IProductSearch"/>. One writer, any number of readers; a change touches the words that changed.
/// </summary>
internal sealed partial class ProductIndex : IDisposable
{
    private readonly ReaderWriterLockSlim _gate = new();
    private readonly Vocabulary _vocabulary = new();
    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _categories = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Claim> _claims = new(StringComparer.Ordinal);
    private readonly List<Entry> _entries = [];
    private readonly List<Row> _rows = [];

    /// <summary>Products.</summary>
    public int Count => _entries.Count;

    /// <summary>Words.</summary>
    public int WordCount => _vocabulary.Count;

    /// <summary>Version of a product's stream that is in the index; 0 for an unknown product.</summary>
    public long VersionOf(Sku sku) => _numbers.TryGetValue(sku.Value, out var number) ? _entries[number].Version : 0;

    /// <summary>
    /// Takes over what a product says of itself since a version of its stream; what is null stays as it is. What is known already changes
    /// nothing. Called by one thread at a time.
    /// </summary>
    public void Apply(Sku sku, long version, string? name, string? category, string? description, bool? active)
    {
        if (version <= VersionOf(sku))
        {
            return;
        }

        // Only this thread writes, so that it may read, and take the texts apart, without the lock.
        var isKnown = _numbers.TryGetValue(sku.Value, out var number);
        name = isKnown ? name : name ?? "";
        var before = isKnown ? _entries[number] : new Entry(sku, 0, [], [], "");
        var row = isKnown ? _rows[number] : new Row { SkuOrder = OrderOf(sku.Value) };
        var after = before with
        {
            Version = version,
            Names = name is null ? before.Names : NamesOf(sku, name),
            Category = category is null ? before.Category : Words.Fold(category),
            Texts = description is null ? before.Texts : [.. Words.Of(description)],
        };
        var (was, becomes) = (PlacesIn(before), PlacesIn(after));
        _gate.EnterWriteLock();
        try
        {
            if (!isKnown)
            {
                number = _entries.Count;
                _numbers.Add(sku.Value, number);
                _entries.Add(after);
                _rows.Add(row);
            }

            row.NameLength = name is null ? row.NameLength : (byte)Math.Min(name.Length, byte.MaxValue);
            row.Active = active ?? row.Active;
            row.Category = NumberOf(after.Category);
            Move(number, was, becomes);
            Share(after.Names);
            Share(after.Texts);
            (_rows[number], _entries[number]) = (row, after);
        }
        finally
        {
            _gate.ExitWriteLock();
        }
    }

    /// <summary>Version of a barcode's stream that is in the index; 0 for an unknown code.</summary>
    public long VersionOf(Barcode code) => _claims.TryGetValue(code.Value, out var claim) ? claim.Version : 0;

    /// <summary>Takes over whose a barcode is since a version of its stream; nobody's when null. Called by the same thread as the other.</summary>
    public void Apply(Barcode code, long version, Sku? sku)
    {
        if (version <= VersionOf(code))
        {
            return;
        }

        _gate.EnterWriteLock();
        try
        {
            _claims[code.Value] = new(sku?.Value, version);
        }
        finally
        {
            _gate.ExitWriteLock();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _gate.Dispose();

    private static string[] NamesOf(Sku sku, string name)
    {
        List<string> words = [Words.Fold(sku.Value)];
        words.AddRange(Words.Of(sku.Value).Concat(Words.Of(name)).Except(words));
        return [.. words];
    }

    private static Dictionary<string, Places> PlacesIn(Entry entry)
    {
        var places = new Dictionary<string, Places>(StringComparer.Ordinal);
        Add(entry.Names, Places.Name);
        Add(Words.Of(entry.Category), Places.Text);
        Add(entry.Texts, Places.Text);
        return places;

        void Add(IEnumerable<string> words, Places place)
        {
            foreach (var word in words)
            {
                CollectionsMarshal.GetValueRefOrAddDefault(places, word, out _) |= place;
                if (Scripts.IsUnspaced(word))
                {
                    Add(Scripts.Pairs(word), place);
                }
            }
        }
    }

    private void Move(int number, Dictionary<string, Places> was, Dictionary<string, Places> becomes)
    {
        foreach (var word in was.Keys)
        {
            if (!becomes.ContainsKey(word))
            {
                _vocabulary.Set(word, number, Places.None);
            }
        }

        foreach (var (word, places) in becomes)
        {
            if (!was.TryGetValue(word, out var old) || old != places)
            {
                _vocabulary.Set(word, number, places);
            }
        }
    }

    // One text of a word for all products that have it.
    private void Share(string[] words)
    {
        for (var i = 0; i < words.Length; i++)
        {
            words[i] = _vocabulary.Kept(words[i]);
        }
    }

    private int NumberOf(string category)
    {
        ref var number = ref CollectionsMarshal.GetValueRefOrAddDefault(_categories, category, out var isKnown);
        return isKnown ? number : number = _categories.Count;
    }

    // The first eight characters in one number that compares as they do; a character that does not fit leaves the rest to the text.
    private static ulong OrderOf(string sku)
    {
        ulong order = 0;
        var fits = true;
        for (var i = 0; i < sizeof(ulong); i++)
        {
            var character = fits && i < sku.Length ? (byte)Math.Min(sku[i], byte.MaxValue) : (byte)0;
            fits &= character != byte.MaxValue;
            order = (order << 8) | character;
        }

        return order;
    }

    /// <summary>The words of a product by the place where they stand, for changes. Names begins with the folded SKU.</summary>
    private sealed record Entry(Sku Sku, long Version, string[] Names, string[] Texts, string Category);

    /// <summary>The product that has a barcode. It may not be in the index yet.</summary>
    private readonly record struct Claim(string? Sku, long Version);

    /// <summary>The part of each product that a search reads: small, and side by side.</summary>
    private struct Row
    {
        public ulong SkuOrder;
        public int Category;
        public byte NameLength;
        public bool Active;
    }
}
