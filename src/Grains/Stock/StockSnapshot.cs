using System.Collections.Immutable;
using System.IO.Compression;
using System.Text.Json;

namespace Pos.Grains;

/// <summary>A stock item as a snapshot saves it: what cannot be derived, in an order that does not depend on hashes.</summary>
internal sealed record StockSnapshot(
    long OnHand,
    StockPolicy Policy,
    ImmutableArray<SavedHold> Holds,
    ImmutableArray<OperationKey> Operations,
    DateTimeOffset HoldsForgottenTo,
    DateTimeOffset OperationsForgottenTo)
{
    /// <summary>Raise this whenever the shape above or its meaning changes.</summary>
    public const int StateVersion = 2;

    public static SnapshotFormat<StockState> Format { get; } = new(StateVersion, static state => Write(Of(state)), static bytes => Read(bytes).Restore(), EventsBetween);

    // A snapshot costs as much as the item remembers: an item that remembers more is saved less often.
    private static int EventsBetween(StockState state) => 1_000 + (2 * state.Holds.Count) + (2 * state.Operations.Count);

    // Compressed: what a hot item remembers would keep the journal's writer from everything else, and a hold's id, owner and end repeat
    // each other.
    private static byte[] Write(StockSnapshot snapshot)
    {
        using var bytes = new MemoryStream();
        using (var packed = new ZLibStream(bytes, CompressionLevel.Fastest))
        {
            JsonSerializer.Serialize(packed, snapshot, StockJson.Default.StockSnapshot);
        }

        return bytes.ToArray();
    }

    private static StockSnapshot Read(ReadOnlyMemory<byte> bytes)
    {
        using var packed = new ZLibStream(new MemoryStream(bytes.ToArray()), CompressionMode.Decompress);
        return JsonSerializer.Deserialize(packed, StockJson.Default.StockSnapshot)!;
    }

    private static StockSnapshot Of(StockState state)
    {
        var holds = ImmutableArray.CreateBuilder<SavedHold>(state.Holds.Count);
        foreach (var (id, hold) in state.Holds)
        {
            holds.Add(new SavedHold(id, hold));
        }

        holds.Sort(static (left, right) => string.CompareOrdinal(left.Id.Value, right.Id.Value));
        var operations = state.Operations.Known.Values.ToImmutableArray().Sort(
            static (left, right) => string.CompareOrdinal(left.Id, right.Id));
        return new(state.OnHand, state.Policy, holds.MoveToImmutable(), operations, state.EndedHolds.ForgottenTo, state.Operations.Forget.ForgottenTo);
    }

    private StockState Restore()
    {
        var holds = ImmutableDictionary.CreateBuilder<HoldId, Hold>();
        var expiries = ImmutableSortedSet.CreateBuilder<Expiry>();
        var ended = Forgetting.Nothing<HoldId>() with { ForgottenTo = HoldsForgottenTo };
        var (held, live) = (0L, 0);
        foreach (var (id, hold) in Holds)
        {
            holds.Add(id, hold);
            if (!hold.IsLive)
            {
                ended = ended.Add(hold.NotAfter, id);
                continue;
            }

            held += hold.Quantity;
            live++;
            if (hold.ExpiresAt is { } at)
            {
                expiries.Add(new Expiry(at, id));
            }
        }

        var operations = OperationMemory.Empty with { Forget = Forgetting.Nothing<string>() with { ForgottenTo = OperationsForgottenTo } };
        foreach (var operation in Operations)
        {
            operations = operations.Remember(operation);
        }

        return new(OnHand, held, Policy, live, holds.ToImmutable(), expiries.ToImmutable(), ended, operations);
    }
}

/// <summary>A hold as a snapshot saves it.</summary>
internal sealed record SavedHold(HoldId Id, Hold Hold);
