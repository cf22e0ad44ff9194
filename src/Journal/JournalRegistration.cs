using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
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
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<JournalInstruments>();
        _ = provider.ToUpperInvariant() switch
        {
            "SQLITE" => services.Add<SqliteJournal, SqliteJournalOptions>(section.Bind, SqliteJournal.Open),
            "POSTGRES" => services.Add<PostgresJournal, PostgresJournalOptions>(
                options =>
                {
                    section.Bind(options);
                    options.ConnectionString = configuration.GetConnectionString("Journal") ?? "";
                },
                PostgresJournal.Open),
            _ => throw new JournalRefusedException($"Journal:Provider is '{provider}'; known are: sqlite, postgres."),
        };
        services.AddHostedService<JournalOpener>();
        services.TryAddSingleton<JournalWatch>();
        return services.AddHostedService(static services => services.GetRequiredService<JournalWatch>());
    }

    private static IServiceCollection Add<TJournal, TOptions>(
        this IServiceCollection services, Action<TOptions> configure,
        Func<TOptions, TimeProvider, JournalInstruments, ILogger<TJournal>?, TJournal> open)
        where TJournal : JournalOverStore
        where TOptions : JournalOptions
    {
        services.AddOptions<TOptions>().Configure(configure).ValidateOnStart();
        services.AddSingleton<IValidateOptions<TOptions>, OptionsValidation<TOptions>>();
        services.AddSingleton(provider => open(
            provider.GetRequiredService<IOptions<TOptions>>().Value,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<JournalInstruments>(),
            provider.GetService<ILogger<TJournal>>()));
        return services.AddSingleton<IJournal>(static provider => provider.GetRequiredService<TJournal>());
    }

    private sealed class OptionsValidation<TOptions> : IValidateOptions<TOptions> where TOptions : JournalOptions
    {
        public ValidateOptionsResult Validate(string? name, TOptions options)
        {
            try
            {
                options.Validate();
                return ValidateOptionsResult.Success;
            }
            catch (ArgumentOutOfRangeException invalid)
            {
                return ValidateOptionsResult.Fail(invalid.Message.Split(" (Parameter", 2)[0]);
            }
        }
    }

    /// <summary>Opens the journal: the host creates its hosted services, and so the journal, before it starts the first of them.</summary>
    private sealed class JournalOpener(IJournal journal) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            _ = journal.Head;
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
