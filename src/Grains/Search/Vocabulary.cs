namespace Pos.Grains.Search;

/// <summary>
/// The words of all products in their order, each with its products: a list of sorted blocks, so that a new word moves one block's words at
/// most, and all words of one beginning lie side by side.
/// </summary>
internal sealed class Vocabulary
{
    private const int BlockWordsMax = 512;
    private readonly List<Block> _blocks = [new()];

    /// <summary>Words that stand in a product.</summary>
    public int Count { get; private set; }

    /// <summary>Receives the products of a word.</summary>
    public delegate void Visit(ReadOnlySpan<uint> postings, bool whole);

    /// <summary>Says where a word stands in a product; nowhere takes the word out of it.</summary>
    public void Set(string word, int product, Places places)
    {
        var at = BlockOf(word);
        var block = _blocks[at];
        var index = block.Find(word, out var found);
        if (!found)
        {
            if (places == Places.None)
            {
                return;
            }

            if (block.Count == BlockWordsMax)
            {
                _blocks.Insert(at + 1, block.Split());
                Set(word, product, places);
                return;
            }

            block.Insert(index, word);
            Count++;
        }

        ref var postings = ref block.Postings[index];
        if (places != Places.None)
        {
            postings.Set(product, places);
            return;
        }

        postings.Remove(product);
        if (postings.Count == 0)
        {
            block.Remove(index);
            Count--;
            if (block.Count == 0 && _blocks.Count > 1)
            {
                _blocks.RemoveAt(at);
            }
        }
    }

    /// <summary>The products of a word.</summary>
    public ReadOnlySpan<uint> Of(string word)
    {
        var block = _blocks[BlockOf(word)];
        var index = block.Find(word, out var found);
        return found ? block.Postings[index].All : [];
    }

    /// <summary>A word that stands in a product, in the text that is kept here.</summary>
    public string Kept(string word)
    {
        var block = _blocks[BlockOf(word)];
        var index = block.Find(word, out var found);
        return found ? block.Words[index] : word;
    }

    /// <summary>Shows every word that is or begins with a text.</summary>
    public void Find(string beginning, Visit visit)
    {
        for (var at = BlockOf(beginning); at < _blocks.Count; at++)
        {
            var block = _blocks[at];
            for (var i = at == 0 || string.CompareOrdinal(block.Words[0], beginning) < 0 ? block.Find(beginning, out _) : 0; i < block.Count; i++)
            {
                var word = block.Words[i];
                if (!word.StartsWith(beginning, StringComparison.Ordinal))
                {
                    return;
                }

                visit(block.Postings[i].All, word.Length == beginning.Length);
            }
        }
    }

    /// <summary>The last block whose first word is not behind a word.</summary>
    private int BlockOf(string word)
    {
        var (low, high) = (1, _blocks.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (string.CompareOrdinal(_blocks[middle].Words[0], word) <= 0)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low - 1;
    }

    private sealed class Block
    {
        public string[] Words { get; private set; } = new string[8];

        public Postings[] Postings { get; private set; } = new Postings[8];

        public int Count { get; private set; }

        public int Find(string word, out bool found)
        {
            var index = Words.AsSpan(0, Count).BinarySearch(word, StringComparer.Ordinal);
            found = index >= 0;
            return found ? index : ~index;
        }

        public void Insert(int index, string word)
        {
            if (Count == Words.Length)
            {
                (Words, Postings) = (Resized(Words, Count * 2), Resized(Postings, Count * 2));
            }

            Array.Copy(Words, index, Words, index + 1, Count - index);
            Array.Copy(Postings, index, Postings, index + 1, Count - index);
            (Words[index], Postings[index]) = (word, default);
            Count++;
        }

        public void Remove(int index)
        {
            Count--;
            Array.Copy(Words, index + 1, Words, index, Count - index);
            Array.Copy(Postings, index + 1, Postings, index, Count - index);
            (Words[Count], Postings[Count]) = (null!, default);
        }

        /// <summary>Gives its upper half away.</summary>
        public Block Split()
        {
            var half = Count / 2;
            var upper = new Block { Words = Words[half..Count], Postings = Postings[half..Count], Count = Count - half };
            Array.Clear(Words, half, Count - half);
            Array.Clear(Postings, half, Count - half);
            Count = half;
            return upper;
        }

        private static T[] Resized<T>(T[] array, int length)
        {
            Array.Resize(ref array, length);
            return array;
        }
    }
}
