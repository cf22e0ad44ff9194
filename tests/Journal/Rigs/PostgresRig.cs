using System.Diagnostics;
using Npgsql;
using Pos.Journal;
using Pos.Journal.Postgres;
using Pos.Journal.Writing;

namespace Pos.Tests.Rigs;

/// <summary>The PostgreSQL journal in a database of its own, with its real threads. A crash of the silo leaves the server as it is.</summary>
public sealed class PostgresRig(PostgresServer server) : ThreadedRig
{
    private readonly string _database = server.CreateDatabase();
    private readonly JournalInstruments _instruments = new();
    private readonly List<PostgresJournal> _journals = [];

    public override IJournal Start()
    {
        var options = new PostgresJournalOptions
        {
            ConnectionString = server.ConnectionString(_database),
            BatchEventsMax = Limits.BatchEventsMax,
            QueueEventsMax = Limits.QueueEventsMax,
            UnknownAfter = Limits.UnknownAfter,
            RetryEvery = TimeSpan.FromMilliseconds(5),
            // The server is well throughout: however slow the machine, it is waited for.
            ConnectTimeout = TimeSpan.FromSeconds(20),
            CommandTimeout = TimeSpan.FromSeconds(20),
        };
        var journal = PostgresJournal.Open(
            options, new ManualDate(Clock), _instruments, null,
            store => new FaultyStore(store, Faults, Open, static _ => { }, static () => { }) { Torn = batch => Tear(store, batch) });
        _journals.Add(journal);
        return journal;
    }

    public override void Stop() => _journals[^1].Dispose();

    public override void Crash()
    {
        Release();
        Stop();
    }

    public override void LoseTail(int events) =>
        server.Execute(_database, $"DELETE FROM pos_journal.events WHERE position > (SELECT position FROM pos_journal.head) - {events}");

    public override void FlipBit(long position) =>
        server.Execute(
            _database, $"UPDATE pos_journal.events SET record = set_byte(record, length(record) - 33, 124) WHERE position = {position}");

    public override void PretendNewerSchema() => server.Execute(_database, "UPDATE pos_journal.schema_version SET version = 99");

    public override void Dispose()
    {
        Open.Set();
        _journals.ForEach(static j => j.Dispose());
        _instruments.Dispose();
    }

    /// <summary>The server loses the connection in the middle of the transaction, as when either side goes down: it rolls back.</summary>
    private void Tear(PostgresStore store, Batch batch)
    {
        using var other = server.Open(_database);
        using var holding = other.BeginTransaction();
        Scalar(other, "SELECT pg_advisory_xact_lock(7957695014971543633)");
        var committing = new Thread(() => store.Commit(batch));
        committing.Start();
        var began = Stopwatch.GetTimestamp();
        while (Scalar(
            other, "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'advisory'") is not >= 1L)
        {
            // Until it stands at the lock.
            if (Stopwatch.GetElapsedTime(began) > Patience)
            {
                throw new TimeoutException("Nobody waits for the lock.");
            }
        }

        committing.Join();
    }

    private static object? Scalar(NpgsqlConnection connection, string sql)
    {
        using var command = new NpgsqlCommand(sql, connection);
        return command.ExecuteScalar();
    }
}
