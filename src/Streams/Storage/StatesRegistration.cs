using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Orleans.Configuration;
using Orleans.Hosting;
using Orleans.Runtime;
using Orleans.Serialization;
using Orleans.Storage;
using Pos.Journal.Sqlite;

namespace Pos.Streams.Storage;

/// <summary>Puts the grain storage of reports and streams beside the journal.</summary>
public static class StatesRegistration
{
    /// <summary>Name of the grain storage for the states of reports.</summary>
    public const string Reports = "reports";

    // Orleans' own storage behind the two names.
    private const string Orleans = "pos-states";

    /// <summary>
    /// Registers the grain storages <see cref="Reports"/> and <see cref="JournalStreams.Storage"/> where the journal of the configuration is: in the journal's
    /// SQLite file, or in its PostgreSQL database. The host registers the journal.
    /// </summary>
    public static ISiloBuilder AddJournalStates(this ISiloBuilder silo, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(silo);
        ArgumentNullException.ThrowIfNull(configuration);
        Func<IServiceProvider, IGrainStorage> storage;
        if (string.Equals(configuration["Journal:Provider"], "postgres", StringComparison.OrdinalIgnoreCase))
        {
            var tables = new Lazy<PostgresStates>(() => new(configuration.GetConnectionString("Journal") ?? ""));
            silo.Services.AddSingleton(_ => tables.Value);
            silo.Services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(static services => services.GetRequiredService<PostgresStates>());
            silo.AddAdoNetGrainStorage(Orleans, options => options.Configure<Serializer>((ado, serializer) =>
            {
                (ado.Invariant, ado.ConnectionString) = ("Npgsql", tables.Value.ConnectionString);
                ado.GrainStorageSerializer = new OrleansGrainStorageSerializer(serializer);
            }));
            storage = static services => new PostgresGrainStorage(services.GetRequiredKeyedService<IGrainStorage>(Orleans));
        }
        else
        {
            storage = static services => new SqliteGrainStorage(services.GetRequiredService<SqliteJournal>(), services.GetRequiredService<Serializer>());
        }

        foreach (var name in new[] { Reports, JournalStreams.Storage })
        {
            silo.Services.AddKeyedSingleton<IGrainStorage>(name, (services, _) => storage(services));
        }

        return silo;
    }

    /// <summary>Makes the tables of the states where they are missing. A silo reads them as soon as it starts, so this comes before.</summary>
    /// <exception cref="Journal.JournalRefusedException">A newer program made them, or they are not there and cannot be made.</exception>
    /// <exception cref="Journal.JournalUnavailableException">The database cannot be reached.</exception>
    public static Task MakeStates(this IServiceProvider services, CancellationToken cancellationToken) =>
        services.GetService<PostgresStates>()?.Ensure(cancellationToken) ?? Task.CompletedTask;
}
