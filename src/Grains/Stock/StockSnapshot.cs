using System.Collections.Immutable;

namespace Pos.Grains.Stock;

/// <summary>
/// A stock item as a snapshot saves it: what cannot be derived, in an order that does not depend on hashes. In bytes of its own and not in
/// JSON: a hot item remembers hundreds of thousands of holds, and is saved several times a minute.
/// </summary>
internal static class StockSnapshot
{
    /// <summary>Raise this whenever the shape below or its meaning changes.</summary>
    public const int StateVersion = 4;

    private const string OfOrder = "order:";
    private const int HashLength = 32;

    public static SnapshotFormat<StockState> Format { get; } = new(StateVersion, Write, Read, EventsBetween);

    // Parts that most holds have in common are flags, and are not written out.
    [Flags]
    private enum Parts : byte
    {
        None = 0,

        /// <summary>The id begins with a hash, which is written in half as many bytes.</summary>
        Hash = 1,

        /// <summary>The owner is the order of that hash.</summary>
        Order = 2,
        Expiry = 4,
        Fingerprint = 8,
        Maker = 16,
    }

    // A snapshot costs as much as the item remembers: an item that remembers more is saved less often.
    private static int EventsBetween(StockState state) => 1_000 + (2 * state.Holds.Count) + (2 * state.Operations.Count);

    private static byte[] Write(StockState state)
    {
        using var bytes = new MemoryStream(1_024 + (40 * state.Holds.Count));
        using var into = new BinaryWriter(bytes);
        into.Write(state.OnHand);
        into.Write((int)state.Policy);
        into.Write(state.EndedHolds.ForgottenTo.UtcTicks);
        into.Write(state.Operations.Forget.ForgottenTo.UtcTicks);
        into.Write(state.Operations.Count);
        foreach (var operation in state.Operations.Known.Values.OrderBy(static known => known.Id, StringComparer.Ordinal))
        {
            into.Write(operation.Id);
            into.Write(operation.Fingerprint);
            into.Write(operation.NotAfter.UtcTicks);
        }

        into.Write(state.Begun);
        into.Write(state.Holds.Count);
        foreach (var (id, hold) in Ordered(state.Holds))
        {
            Write(into, id.Value, hold);
        }

        return bytes.ToArray();
    }

    // By the beginning of the id first, beside each other in an array: comparing hundreds of thousands of strings, each somewhere else in
    // memory, would take longer than all the rest.
    private static KeyValuePair<HoldId, Hold>[] Ordered(ImmutableDictionary<HoldId, Hold> all)
    {
        var holds = new KeyValuePair<HoldId, Hold>[all.Count];
        var beginnings = new ulong[all.Count];
        var count = 0;
        foreach (var hold in all)
        {
            (beginnings[count], holds[count++]) = (Beginning(hold.Key.Value), hold);
        }

        Array.Sort(beginnings, holds);
        for (var (start, end) = (0, 1); start < count; (start, end) = (end, end + 1))
        {
            while (end < count && beginnings[end] == beginnings[start])
            {
                end++;
            }

            if (end - start > 1)
            {
                holds.AsSpan(start..end).Sort(static (left, right) => string.CompareOrdinal(left.Key.Value, right.Key.Value));
            }
        }

        return holds;
    }

    private static ulong Beginning(string id)
    {
        var beginning = 0UL;
        for (var i = 0; i < 8; i++)
        {
            beginning = (beginning << 8) | (i < id.Length ? (byte)id[i] : 0U);
        }

        return beginning;
    }

    private static void Write(BinaryWriter into, string id, Hold hold)
    {
        Span<byte> hash = stackalloc byte[HashLength / 2];
        var parts = (hold.ExpiresAt is null ? Parts.None : Parts.Expiry) | (hold.Fingerprint is null ? Parts.None : Parts.Fingerprint)
            | (hold.MadeBy is null ? Parts.None : Parts.Maker);
        if (IsHash(id, hash))
        {
            parts |= Parts.Hash;
            parts |= IsOrder(hold.Owner, id) ? Parts.Order : Parts.None;
        }

        into.Write((byte)parts);
        if (parts.HasFlag(Parts.Hash))
        {
            into.Write(hash);
            into.Write(id[HashLength..]);
        }
        else
        {
            into.Write(id);
        }

        if (!parts.HasFlag(Parts.Order))
        {
            into.Write(hold.Owner);
        }

        into.Write((byte)hold.State);
        into.Write7BitEncodedInt(hold.Quantity);
        into.Write(hold.NotAfter.UtcTicks);
        if (hold.IsLive)
        {
            into.Write7BitEncodedInt64(hold.Number);
        }

        if (hold.ExpiresAt is { } expiry)
        {
            into.Write(expiry.UtcTicks);
        }

        if (hold.Fingerprint is { } fingerprint)
        {
            into.Write(fingerprint);
        }

        if (hold.MadeBy is { } maker)
        {
            into.Write(maker);
            into.Write((hold.MadeAt ?? default).UtcTicks);
        }
    }

    private static bool IsHash(string id, Span<byte> hash) =>
        id.Length >= HashLength && !id.AsSpan(0, HashLength).ContainsAnyInRange('A', 'F')
        && Convert.FromHexString(id.AsSpan(0, HashLength), hash, out _, out _) == System.Buffers.OperationStatus.Done;

    private static bool IsOrder(string owner, string id) =>
        owner.Length == OfOrder.Length + HashLength && owner.StartsWith(OfOrder, StringComparison.Ordinal)
        && owner.AsSpan(OfOrder.Length).SequenceEqual(id.AsSpan(0, HashLength));

    private static StockState Read(ReadOnlyMemory<byte> bytes)
    {
        using var from = new BinaryReader(new MemoryStream(bytes.ToArray(), writable: false));
        var onHand = from.ReadInt64();
        var policy = (StockPolicy)from.ReadInt32();
        var ended = Forgetting.Nothing<HoldId>() with { ForgottenTo = Instant(from) };
        var operations = OperationMemory.Empty with { Forget = Forgetting.Nothing<string>() with { ForgottenTo = Instant(from) } };
        for (var left = from.ReadInt32(); left > 0; left--)
        {
            operations = operations.Remember(new OperationKey(from.ReadString(), from.ReadString(), Instant(from)));
        }

        var begun = from.ReadInt64();
        var alive = ImmutableSortedSet.CreateBuilder<LiveHold>();
        var callers = StockRules.Initial.Callers;
        var holds = ImmutableDictionary.CreateBuilder<HoldId, Hold>();
        var expiries = ImmutableSortedSet.CreateBuilder<Expiry>();
        var (held, live) = (0L, 0);
        for (var left = from.ReadInt32(); left > 0; left--)
        {
            var (id, hold) = ReadHold(from);
            holds.Add(id, hold);
            if (!hold.IsLive)
            {
                ended = ended.Add(hold.NotAfter, id);
                continue;
            }

            held += hold.Quantity;
            live++;
            alive.Add(new(hold.Number, id));
            callers = StockRules.CountHold(callers, hold, 1);
            if (hold.ExpiresAt is { } at)
            {
                expiries.Add(new Expiry(at, id));
            }
        }

        return new(onHand, held, policy, live, holds.ToImmutable(), expiries.ToImmutable(), ended, operations)
        {
            Begun = begun,
            Live = alive.ToImmutable(),
            Callers = callers,
        };
    }

    private static (HoldId Id, Hold Hold) ReadHold(BinaryReader from)
    {
        var parts = (Parts)from.ReadByte();
        var hash = "";
        if (parts.HasFlag(Parts.Hash))
        {
            Span<byte> bytes = stackalloc byte[HashLength / 2];
            from.BaseStream.ReadExactly(bytes);
            hash = Convert.ToHexStringLower(bytes);
        }

        var id = new HoldId(hash + from.ReadString());
        var owner = parts.HasFlag(Parts.Order) ? OfOrder + hash : from.ReadString();
        var (state, quantity, notAfter) = ((HoldStatus)from.ReadByte(), from.Read7BitEncodedInt(), Instant(from));
        var number = state is HoldStatus.Held or HoldStatus.Pinned ? from.Read7BitEncodedInt64() : 0;
        var hold = new Hold(
            owner, quantity, state, notAfter, parts.HasFlag(Parts.Expiry) ? Instant(from) : null, parts.HasFlag(Parts.Fingerprint) ? from.ReadString() : null)
        {
            Number = number,
        };
        return (id, parts.HasFlag(Parts.Maker) ? hold with { MadeBy = from.ReadString(), MadeAt = Instant(from) } : hold);
    }

    private static DateTimeOffset Instant(BinaryReader from) => new(from.ReadInt64(), TimeSpan.Zero);
}
