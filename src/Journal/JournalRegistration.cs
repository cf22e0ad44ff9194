using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Pos.Journal.Postgres;
using Pos.Journal.Sqlite;

namespace Pos.Journal;

/// <summary>Puts the journal into a host.</summary>
public static class JournalRegistration
{
    /// <summary>
    /// Registers the journal that the configuration section <c>Journal</c> describes: <c>Provider</c> (<c>sqlite</c>, the default, or
    /// <c>postgres</c>) and that provider's settings (<see cref="SqliteJournalOptions"/>, or <see cref="PostgresJournalOptions"/> with
    /// <c>ConnectionStrings:Journal</c>). It opens before any other part of the host starts, so that a
    /// journal that cannot be trusted stops the start; it closes with the container, after everything that uses it.
    /// </summary>
    /// <exception cref="JournalRefusedException">The provider is unknown.</exception>
    public static IServiceCollection AddJournal(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var section = configuration.GetSection("Journal");
        var provider = section["Provider"] ?? "sqlite";
        return provider.ToUpperInvariant() switch
        {
            "SQLITE" => services.AddSqliteJournal(section.Bind),
            "POSTGRES" => services.AddPostgresJournal(options =>
            {
                section.Bind(options);
                options.ConnectionString = configuration.GetConnectionString("Journal") ?? "";
            }),
            _ => throw new JournalRefusedException($"Journal:Provider is '{provider}'; known are: sqlite, postgres."),
        };
    }

    /// <summary>Registers the SQLite journal.</summary>
    public static IServiceCollection AddSqliteJournal(this IServiceCollection services, Action<SqliteJournalOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<JournalInstruments>();
        services.AddSingleton(provider =>
        {
            var options = Settings(configure);
            return SqliteJournal.Open(
                options,
                provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<JournalInstruments>(),
                provider.GetService<ILogger<SqliteJournal>>());
        });
        services.AddSingleton<IJournal>(static provider => provider.GetRequiredService<SqliteJournal>());
        return services.AddOpenerAndWatch();
    }

    /// <summary>Registers the PostgreSQL journal.</summary>
    public static IServiceCollection AddPostgresJournal(this IServiceCollection services, Action<PostgresJournalOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<JournalInstruments>();
        services.AddSingleton(provider =>
        {
            var options = Settings(configure);
            return PostgresJournal.Open(
                options,
                provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<JournalInstruments>(),
                provider.GetService<ILogger<PostgresJournal>>());
        });
        services.AddSingleton<IJournal>(static provider => provider.GetRequiredService<PostgresJournal>());
        return services.AddOpenerAndWatch();
    }

    private static IServiceCollection AddOpenerAndWatch(this IServiceCollection services)
    {
        services.AddHostedService<JournalOpener>();
        services.TryAddSingleton<JournalWatch>();
        return services.AddHostedService(static provider => provider.GetRequiredService<JournalWatch>());
    }

    private static T Settings<T>(Action<T> configure) where T : JournalOptions, new()
    {
        var options = new T();
        try
        {
            configure(options);
            options.Validate();
            return options;
        }
        catch (Exception e) when (e is ArgumentOutOfRangeException or InvalidOperationException)
        {
            // The binder's message names the setting as well.
            throw new JournalRefusedException(e.Message.Split(" (Parameter", 2)[0], e);
        }
    }

    /// <summary>Resolving the journal opens it; hosted services of this kind are made before the first one starts.</summary>
    private sealed class JournalOpener(IJournal journal) : IHostedLifecycleService
    {
        public Task StartingAsync(CancellationToken cancellationToken)
        {
            _ = journal.Head;
            return Task.CompletedTask;
        }

        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
