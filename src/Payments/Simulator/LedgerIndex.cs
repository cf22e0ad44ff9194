using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Pos.Payments.Simulator;

/// <summary>
/// Remembers the place of each key's line, in two numbers a line and without the text. Two keys with one hash are told apart by reading the
/// line at the place. Not thread-safe.
/// </summary>
/// <param name="keyAt">Reads the key of the line at a place.</param>
/// <param name="hash">Null for SHA-256; tests use a hash that collides.</param>
internal sealed class LedgerIndex(Func<long, string> keyAt, Func<string, ulong>? hash = null)
{
    private readonly Func<string, ulong> _hash = hash ?? Hash;
    private readonly Dictionary<ulong, long> _places = [];
    private readonly Dictionary<string, long> _colliding = new(StringComparer.Ordinal);

    /// <summary>Remembers the place of a new key's line.</summary>
    /// <returns>False when the key is known already: nothing was remembered.</returns>
    public bool TryAdd(string key, long place)
    {
        if (_places.TryAdd(_hash(key), place))
        {
            return true;
        }

        return Find(key) is null && _colliding.TryAdd(key, place);
    }

    /// <summary>The place of a key's line, or null.</summary>
    public long? Find(string key) =>
        _colliding.TryGetValue(key, out var place) ? place
        : _places.TryGetValue(_hash(key), out place) && keyAt(place) == key ? place
        : null;

    private static ulong Hash(string key)
    {
        Span<byte> all = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(MemoryMarshal.AsBytes(key.AsSpan()), all);
        return BinaryPrimitives.ReadUInt64LittleEndian(all);
    }
}
