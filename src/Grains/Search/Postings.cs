using System.Diagnostics.CodeAnalysis;

namespace Pos.Grains.Search;

/// <summary>The position of a word in a product.</summary>
[Flags]
internal enum Places
{
    None = 0,

    /// <summary>SKU or name.</summary>
    Name = 1,

    /// <summary>Category or description.</summary>
    Text = 2,
}

/// <summary>
/// The products that have a word, ascending, each with the places where it stands. Most words of a catalogue belong to one product: the
/// first takes no memory of its own.
/// </summary>
internal struct Postings
{
    private const int PlaceBits = 2;
    private uint _single;
    private uint[]? _many;

    public int Count { get; private set; }

    [UnscopedRef]
    public readonly ReadOnlySpan<uint> All => _many is null ? new ReadOnlySpan<uint>(in _single)[..Count] : _many.AsSpan(0, Count);

    public static int Product(uint posting) => (int)(posting >> PlaceBits);

    public static Places PlacesOf(uint posting) => (Places)(posting & ((1u << PlaceBits) - 1));

    /// <summary>Sets where the word stands in a product.</summary>
    public void Set(int product, Places places)
    {
        var at = Find(product, out var found);
        var posting = ((uint)product << PlaceBits) | (uint)places;
        if (found)
        {
            Writable()[at] = posting;
        }
        else
        {
            Insert(at, posting);
        }
    }

    /// <summary>The word does not stand in the product any more.</summary>
    public void Remove(int product)
    {
        var at = Find(product, out var found);
        if (!found)
        {
            return;
        }

        if (_many is not null)
        {
            Array.Copy(_many, at + 1, _many, at, Count - at - 1);
        }

        Count--;
    }

    private readonly int Find(int product, out bool found)
    {
        var all = All;
        var (low, high) = (0, all.Length);
        // Products are mostly added in the order of their numbers.
        if (high > 0 && Product(all[^1]) < product)
        {
            low = high;
        }

        while (low < high)
        {
            var middle = (low + high) / 2;
            if (Product(all[middle]) < product)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        found = low < all.Length && Product(all[low]) == product;
        return low;
    }

    private Span<uint> Writable() => _many is null ? System.Runtime.InteropServices.MemoryMarshal.CreateSpan(ref _single, 1) : _many;

    private void Insert(int at, uint posting)
    {
        if (Count == 0 && _many is null)
        {
            _single = posting;
        }
        else
        {
            _many ??= [_single, 0];
            if (Count == _many.Length)
            {
                Array.Resize(ref _many, Count + (Count / 2) + 1);
            }

            Array.Copy(_many, at, _many, at + 1, Count - at);
            _many[at] = posting;
        }

        Count++;
    }
}
