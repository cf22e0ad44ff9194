using Microsoft.Extensions.DependencyInjection;
using Orleans;

namespace Pos.Tests;

/// <summary>
/// Many requests at once for one grain that leaves as soon as it has answered: each request that waits behind the answer is passed on to the grain's next
/// activation, again and again.
/// </summary>
public sealed class CrowdTests(OpenShop open) : IClassFixture<OpenShop>
{
    private const int Crowd = 200;

    private IGrainFactory Grains => open.Host.Silo.GetRequiredService<IGrainFactory>();

    [Fact]
    public async Task a_product_that_does_not_exist_answers_everybody()
    {
        var grain = Grains.GetGrain<IProductGrain>("none");
        var answers = await Task.WhenAll(Enumerable.Range(0, Crowd).Select(_ => grain.Get()));
        Assert.All(answers, Assert.Null);
    }

    [Fact]
    public async Task an_order_that_has_ended_answers_everybody()
    {
        await open.Shop.Product("crowded", stock: 5);
        var order = (string)(await open.Shop.Sell("crowded"))["id"]!;
        await open.Shop.Settled(order);
        var grain = Grains.GetGrain<IOrderGrain>(order);
        var answers = await Task.WhenAll(Enumerable.Range(0, Crowd).Select(_ => grain.Get()));
        Assert.All(answers, Assert.NotNull);
    }
}
