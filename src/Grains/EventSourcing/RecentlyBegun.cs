namespace Pos.Grains.EventSourcing;

/// <summary>
/// The streams that activations of this silo have lately begun without a look at them. A repeated request mostly comes soon and to the same silo, and then its
/// stream is read at once. What is forgotten costs an append that conflicts, nothing else.
/// </summary>
internal sealed class RecentlyBegun
{
    private const int Slots = 16_384;
    private const ulong Offset = 14_695_981_039_346_656_037;
    private const ulong Prime = 1_099_511_628_211;

    // The upper half of each key's hash, in the slot of its lower bits. A later key takes the slot of an earlier one.
    private readonly uint[] _seen = new uint[Slots];

    /// <summary>Remembers a key; false when the key was remembered already.</summary>
    public bool Add(string key)
    {
        var hash = Offset;
        foreach (var character in key)
        {
            hash = unchecked((hash ^ character) * Prime);
        }

        ref var slot = ref _seen[(int)(hash % Slots)];
        var mark = (uint)(hash >> 32);
        if (Volatile.Read(ref slot) == mark)
        {
            return false;
        }

        Volatile.Write(ref slot, mark);
        return true;
    }
}
