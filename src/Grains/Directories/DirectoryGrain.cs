using System.Collections.Immutable;
using System.Diagnostics;
using Orleans;
using Orleans.Concurrency;
using Orleans.Configuration;
using Orleans.Placement;
using Pos.Journal;

namespace Pos.Grains.Directories;

/// <summary>Lists streams from the journal's index. Keeps nothing, so it never disagrees with the truth.</summary>
[Reentrant, GrainType("directory"), ResourceOptimizedPlacement]
[CollectionAgeLimit(Minutes = 5)]
public sealed class DirectoryGrain(IGrainContext context, GrainServices services) : Grain(context), IDirectoryGrain
{
    private const int LimitMax = 100;

    /// <inheritdoc/>
    public async Task<DirectoryPage> List(DirectoryKind kind, long after, int limit, CancellationToken cancellationToken)
    {
        var (category, store) = Place(kind, this.GetPrimaryKeyString());
        var page = Math.Clamp(limit, 1, LimitMax);
        try
        {
            // One more than asked for tells whether there is a next page.
            var found = await services.Journal.ListStreams(store, category, after, page + 1, cancellationToken);
            var ids = ImmutableArray.CreateBuilder<string>(page);
            var next = after;
            for (var i = 0; i < found.Count && i < page; i++)
            {
                // A stock item's key is store/sku; its SKU is what the list is of.
                ids.Add(kind == DirectoryKind.Stock ? found[i].Stream.Key[(store.Length + 1)..] : found[i].Stream.Key);
                next = found[i].Position;
            }

            if (ids.Count == 0)
            {
                // Any name can be asked for, and most of them name no store.
                DeactivateOnIdle();
            }

            return new(ids.ToImmutable(), next, found.Count > page, [.. found.Take(ids.Count).Select(static stream => stream.Position)]);
        }
        catch (JournalUnavailableException unreadable)
        {
            throw new NotDurableException($"The directory cannot be read: {unreadable.Message}");
        }
    }

    /// <inheritdoc/>
    public async Task<ImmutableArray<string>> Sagas(string kind, string after, int limit, CancellationToken cancellationToken)
    {
        try
        {
            var key = this.GetPrimaryKeyString();
            var store = key == IDirectoryGrain.Everywhere ? "" : key;
            var found = await services.Journal.ListWakeUps(kind, store, after, Math.Clamp(limit, 1, LimitMax), cancellationToken);
            if (found.Count == 0 && store.Length > 0)
            {
                // As above: of any name.
                DeactivateOnIdle();
            }

            return [.. found.Select(static wakeUp => wakeUp.Stream.Key)];
        }
        catch (JournalUnavailableException unreadable)
        {
            throw new NotDurableException($"The sagas cannot be listed: {unreadable.Message}");
        }
    }

    private static (string Category, string Store) Place(DirectoryKind kind, string key) => kind switch
    {
        DirectoryKind.Products => (ProductJournal.Category, ""),
        DirectoryKind.Stores => (StoreJournal.Category, ""),
        DirectoryKind.Stock => (StockJournal.Category, key),
        DirectoryKind.Orders => (OrderJournal.Category, key),
        DirectoryKind.Returns => (ReturnJournal.Category, key),
        _ => throw new UnreachableException($"There is no directory of {kind}."),
    };
}
