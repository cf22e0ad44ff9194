using System.Collections.Immutable;
using Orleans;
using Orleans.Concurrency;

namespace Pos.Directories;

/// <summary>
/// Lists what began in a store, in the order it began, straight from the journal. Key: a store's id, <see cref="Catalogue"/> for
/// what belongs to no store, or <see cref="Everywhere"/> for the sagas of all of them. Off the write path.
/// </summary>
[Alias("pos.IDirectoryGrain")]
public interface IDirectoryGrain : IGrainWithStringKey
{
    /// <summary>The key under which stores and products are listed.</summary>
    const string Catalogue = "catalogue";

    /// <summary>The key under which the sagas of all stores are listed. No store is called so.</summary>
    const string Everywhere = "*";

    /// <summary>One page.</summary>
    /// <param name="kind">The kind of things to list.</param>
    /// <param name="after">The <see cref="DirectoryPage.Next"/> of the page before, or 0.</param>
    /// <param name="limit">Entries at most, 1–100.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    [Alias("List"), ReadOnly]
    Task<DirectoryPage> List(DirectoryKind kind, long after, int limit, CancellationToken cancellationToken);

    /// <summary>The sagas of a kind and of the key's store that have a wake-up. Every saga that owes something has one.</summary>
    /// <param name="kind">As <see cref="SagaView.Kind"/> says it.</param>
    /// <param name="after">The last id of the page before, or empty.</param>
    /// <param name="limit">Entries at most, 1–100.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    [Alias("Sagas"), ReadOnly]
    Task<ImmutableArray<string>> Sagas(string kind, string after, int limit, CancellationToken cancellationToken);
}

/// <summary>The kinds of things that a directory lists.</summary>
[GenerateSerializer, Alias("pos.DirectoryKind")]
public enum DirectoryKind
{
    /// <summary>Products, by SKU; key <see cref="IDirectoryGrain.Catalogue"/>.</summary>
    Products = 1,

    /// <summary>Stores; key <see cref="IDirectoryGrain.Catalogue"/>.</summary>
    Stores = 2,

    /// <summary>Stock items of a store, by SKU.</summary>
    Stock = 3,

    /// <summary>Orders of a store.</summary>
    Orders = 4,

    /// <summary>Returns of a store.</summary>
    Returns = 5,
}

/// <summary>A page of ids.</summary>
/// <param name="Ids">SKUs, store ids, order ids or return ids.</param>
/// <param name="Next">The beginning of the next page.</param>
/// <param name="HasMore">Whether there is a next page.</param>
/// <param name="Positions">The beginning of the page after each id; the default from a silo of an earlier release.</param>
[GenerateSerializer, Immutable, Alias("pos.DirectoryPage")]
public sealed record DirectoryPage(ImmutableArray<string> Ids, long Next, bool HasMore, ImmutableArray<long> Positions = default);
