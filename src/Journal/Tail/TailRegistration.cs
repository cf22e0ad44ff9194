using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Pos.Journal.Tail;

/// <summary>Puts the readers that follow the journal into a host.</summary>
public static class TailRegistration
{
    /// <summary>How long a read at the journal's end waits for more events: a part of what a report lags behind.</summary>
    public static TimeSpan Linger { get; } = TimeSpan.FromMilliseconds(20);

    /// <summary>Registers the one reader of the journal's end, and the one reader of its past. The host registers the journal.</summary>
    public static IServiceCollection AddJournalTail(this IServiceCollection services)
    {
        services.TryAddSingleton(static provider => new JournalPages(provider.GetRequiredService<IJournal>()));
        services.TryAddSingleton(static provider =>
            new JournalTail(
                provider.GetRequiredService<IJournal>(), new JournalTailLimits(Linger: Linger), provider.GetRequiredService<JournalPages>(),
                provider.GetRequiredService<TimeProvider>()));
        return services;
    }
}
