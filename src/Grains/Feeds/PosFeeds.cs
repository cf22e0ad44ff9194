using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Pos.Journal.Tail;

namespace Pos.Grains.Feeds;

/// <summary>Registers the views that a silo keeps in memory beside its grains.</summary>
public static class PosFeeds
{
    /// <summary>Section of the settings.</summary>
    public const string Section = "Pos:Feed";

    /// <summary>Registers the journal's feed and the views that follow it. The journal is registered by the host.</summary>
    public static IServiceCollection AddPosFeeds(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        services.AddOptions<FeedOptions>().Bind(configuration.GetSection(Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<FeedOptions>, FeedOptionsValidation>();
        services.AddMetrics();
        services.AddLogging();
        services.TryAddSingleton(TimeProvider.System);
        services.AddJournalTail();
        services.AddSingleton<ProductIndex>();
        services.AddSingleton<IFeedView, ProductFeed>();
        services.AddSingleton<IFeedView, BarcodeFeed>();
        services.AddSingleton<JournalFeed>();
        services.AddHostedService(static provider => provider.GetRequiredService<JournalFeed>());
        services.AddSingleton<IProductSearch, ProductSearch>();
        return services;
    }
}
