using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Pos.Api;
using Pos.Api.Access;
using Pos.Hosting;
using Pos.Silo;

namespace Pos.Tests;

/// <summary>A newcomer gets keys; a shop that has its own, or wants no demonstration, gets none.</summary>
public sealed class DemoKeysTests
{
    [Fact]
    public void a_demonstration_has_a_key_of_each_role_made_anew_at_every_start()
    {
        var (first, second) = (Start([]), Start([]));
        Assert.Equal(["reader", "cashier", "manager", "operator"], first.Demo!.Keys.Select(key => key.Role));
        Assert.Equal(["reader", "cashier", "manager", "operator"], first.Options.Keys.Select(key => key.Role));
        Assert.Empty(first.Demo.Keys.Select(key => key.Key).Intersect(second.Demo!.Keys.Select(key => key.Key)));
        Assert.All(first.Demo.Keys, key => Assert.True(key.Key.Length > 40, key.Key));

        // What the API holds is their hashes.
        Assert.All(first.Demo.Keys, key => Assert.DoesNotContain(key.Key, first.Options.Keys.Select(known => known.Sha256)));
    }

    [Theory]
    [InlineData("Pos:Demo", "false")]
    [InlineData("Api:Keys:0:Actor", "anna")]
    public void without_a_demonstration_and_with_keys_of_ones_own_there_are_none(string setting, string value)
    {
        var (demo, options) = Start([new(setting, value)]);
        Assert.Null(demo);
        Assert.DoesNotContain(options.Keys, key => key.Actor.StartsWith("demo", StringComparison.Ordinal));
    }

    private static (DemoKeys? Demo, ApiOptions Options) Start(IEnumerable<KeyValuePair<string, string?>> settings)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings).Build();
        var services = new ServiceCollection();
        services.AddOptions<ApiOptions>();
        services.AddDemoKeys(configuration);
        var provider = services.BuildServiceProvider();
        return (provider.GetService<DemoKeys>(), provider.GetRequiredService<IOptions<ApiOptions>>().Value);
    }
}
