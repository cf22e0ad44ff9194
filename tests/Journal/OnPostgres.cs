using Pos.Journal;
using Pos.Journal.Postgres;
using Pos.Tests.Rigs;

namespace Pos.Tests;

/// <summary>A database of its own for each test, in a real server.</summary>
public abstract class OnPostgres(PostgresServer server) : IDisposable
{
    private protected static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private protected static readonly StreamName Stock = new("stock", "london/85123A");

    private readonly JournalInstruments _instruments = new();

    private protected PostgresServer Server { get; } = server;

    private protected string Database { get; } = server.CreateDatabase();

    public void Dispose()
    {
        _instruments.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>However slow the machine: a server that is well is waited for.</summary>
    private protected PostgresJournalOptions Options(string? connection = null) => new()
    {
        ConnectionString = connection ?? Server.ConnectionString(Database),
        CommandTimeout = TimeSpan.FromSeconds(30),
        ConnectTimeout = TimeSpan.FromSeconds(30),
        UnknownAfter = Patience,
    };

    private protected PostgresJournal Open(PostgresJournalOptions options) => PostgresJournal.Open(options, TimeProvider.System, _instruments);
}
