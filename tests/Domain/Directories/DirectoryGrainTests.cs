using static Pos.Tests.Shopkeeper;

namespace Pos.Tests;

/// <summary>What began in a store, page by page.</summary>
public sealed class DirectoryGrainTests
{
    [Fact]
    public void Everything_is_listed_in_the_order_it_began() => World.Run(1, async world =>
    {
        var shop = new Shopkeeper(world.Silo.Grains, world.Time);
        await shop.Open(10, "mug", "cup", "jug");
        Assert.Equal(["london"], (await List(shop, IDirectoryGrain.Catalogue, DirectoryKind.Stores)).Ids.ToArray());
        Assert.Equal(["post", "mug", "cup", "jug"], (await List(shop, IDirectoryGrain.Catalogue, DirectoryKind.Products)).Ids.ToArray());
        var first = await List(shop, London.Value, DirectoryKind.Stock, 0, 2);
        Assert.Equal(["mug", "cup"], first.Ids.ToArray());
        Assert.True(first.HasMore);
        var second = await List(shop, London.Value, DirectoryKind.Stock, first.Next, 2);
        Assert.Equal(["jug"], second.Ids.ToArray());
        Assert.False(second.HasMore);
        Assert.Empty((await List(shop, "paris", DirectoryKind.Orders)).Ids);
    });

    private static Task<DirectoryPage> List(Shopkeeper shop, string key, DirectoryKind kind, long after = 0, int limit = 100) =>
        shop.Directory(key).List(kind, after, limit, CancellationToken.None);
}
