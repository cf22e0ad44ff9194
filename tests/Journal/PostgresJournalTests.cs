using System.Text;
using Npgsql;
using Pos.Journal;
using Pos.Journal.Postgres;
using Pos.Tests.Rigs;

namespace Pos.Tests;

/// <summary>What only a journal in a database can meet.</summary>
[Collection(WithPostgres.Name)]
public sealed class PostgresJournalTests(PostgresServer server) : OnPostgres(server)
{
    [Fact]
    public async Task a_reader_never_passes_a_position_that_is_still_to_come()
    {
        using var journal = Open();
        Assert.Equal(AppendResult.Durable, await Append(journal, "1"));
        using var other = Server.Open(Database);
        // Another silo has taken position 2 and has not committed; what comes behind it must not be seen before it.
        Execute(
            other,
            """
            BEGIN;
            INSERT INTO pos_journal.writers (name) VALUES ('other');
            SELECT pos_journal.append((SELECT max(id) FROM pos_journal.writers), 1, 0, '', '{-1}', '{1}', '{""}', '{1}', '{other/1}', '{london}', '{}', '{}', '{}');
            """);
        var third = Append(journal, "3");
        while (Server.Scalar<long>(Database, "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'advisory'") == 0)
        {
            Assert.False(third.IsCompleted);
        }

        Assert.Equal(1, journal.Head);
        Assert.Equal([1L], await Positions(Database));
        Execute(other, "COMMIT");
        Assert.Equal(AppendResult.Durable, await third.WaitAsync(Patience));
        Assert.Equal([1L, 2L, 3L], await Positions(Database));
        Assert.Equal(3, journal.Head);
    }

    [Fact]
    public async Task the_running_hash_is_right_whoever_writes_in_turn()
    {
        using var here = Open();
        using var there = Open();
        for (var i = 0; i < 6; i++)
        {
            Assert.Equal(AppendResult.Durable, await Append(i % 3 == 0 ? there : here, $"{i}"));
        }

        await using var snapshot = await here.ReadSnapshot(CancellationToken.None);
        var running = RunningHash.Start.ToArray();
        await foreach (var recorded in snapshot.ReadAll(CancellationToken.None))
        {
            RunningHash.Advance(running, recorded.Hash.Span);
        }

        Assert.Equal(6, snapshot.Mark.Position);
        Assert.Equal(running, snapshot.Mark.Running.ToArray());
    }

    [Fact]
    public async Task a_snapshot_of_the_whole_ends_where_it_was_taken()
    {
        using var journal = Open();
        Assert.Equal(AppendResult.Durable, await Append(journal, "1"));
        await using var snapshot = await journal.ReadSnapshot(CancellationToken.None);
        Assert.Equal(AppendResult.Durable, await Append(journal, "2"));
        var seen = new List<long>();
        await foreach (var recorded in snapshot.ReadAll(CancellationToken.None))
        {
            seen.Add(recorded.Position);
        }

        Assert.Equal([1L], seen);
        Assert.Equal(1, snapshot.Mark.Position);
    }

    [Fact]
    public async Task a_row_that_names_another_event_than_it_holds_is_noticed()
    {
        using var journal = Open();
        Assert.Equal(AppendResult.Durable, await Append(journal, "1"));
        Server.Execute(Database, "UPDATE pos_journal.events SET stream = 2");
        await AssertCorrupt(journal);
    }

    [Fact]
    public async Task an_event_that_is_filed_under_another_stream_is_noticed()
    {
        using var journal = Open();
        await AppendTwoAndOther(journal);
        Server.Execute(Database, "UPDATE pos_journal.events SET stream = 3 WHERE position = 2");
        await AssertCorrupt(journal);
        var opened = await Assert.ThrowsAsync<JournalCorruptException>(async () => await journal.Open(new StreamName("other", "1"), new Recorder(), CancellationToken.None));
        Assert.Contains("filed under 'other/1'", opened.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("DELETE FROM pos_journal.streams WHERE name = 'other/1'")]
    [InlineData("UPDATE pos_journal.streams SET id = 1 WHERE name = 'other/1'")]
    public async Task a_stream_that_is_not_called_by_its_name_is_noticed(string harm)
    {
        using var journal = Open();
        await AppendTwoAndOther(journal);
        Server.Execute(Database, harm);
        await AssertCorrupt(journal);
    }

    private async Task AppendTwoAndOther(PostgresJournal journal)
    {
        Assert.Equal(AppendResult.Durable, await Append(journal, "1"));
        Assert.Equal(AppendResult.Durable, await Append(journal, "2"));
        var other = await journal.Open(new StreamName("other", "1"), new Recorder(), CancellationToken.None);
        var context = new EventContext(DateTimeOffset.UnixEpoch, "london", "", "anna");
        other.TryAppend([new NewEvent("other", 1, "3"u8.ToArray())], context, default, out var third);
        Assert.Equal(AppendResult.Durable, await third.WaitAsync(Patience));
    }

    private static async Task AssertCorrupt(PostgresJournal journal)
    {
        await using var snapshot = await journal.ReadSnapshot(CancellationToken.None);
        await Assert.ThrowsAsync<JournalCorruptException>(async () =>
        {
            await foreach (var _ in snapshot.ReadAll(CancellationToken.None))
            {
            }
        });
    }

    [Fact]
    public async Task a_snapshot_that_cannot_be_saved_keeps_nobody_waiting()
    {
        using var journal = Open();
        Assert.Equal(AppendResult.Durable, await Append(journal, "1"));
        var session = await journal.Open(Stock, new Recorder(), CancellationToken.None);
        using var other = Server.Open(Database);
        Execute(other, "BEGIN; LOCK TABLE pos_journal.snapshots IN EXCLUSIVE MODE");
        session.SaveSnapshot(() => "state"u8.ToArray(), 1, 1);
        while (Server.Scalar<long>(Database, "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'") == 0)
        {
            Assert.False(session.IsPoisoned);
        }

        Assert.Equal(AppendResult.Durable, await Append(journal, "2"));
        Execute(other, "ROLLBACK");
    }

    [Fact]
    public async Task people_read_the_events_in_the_view()
    {
        using var journal = Open();
        Assert.Equal(AppendResult.Durable, await Append(journal, """{"name":"één"}"""));
        Assert.Equal(
            "stock/london/85123A|1|stock.counted|2|2026-01-05 08:00:00.123456|london|till-7|anna|één",
            Server.Scalar<string>(
                Database,
                """
                SELECT concat_ws('|', stream, version, type, type_version, to_char(occurred_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US'),
                                 store, till, actor, payload::json ->> 'name') FROM pos_journal.history
                """));
    }

    [Fact]
    public async Task a_role_that_may_only_what_the_document_grants_sells_and_cannot_change_what_happened()
    {
        Server.Execute(Database, Resource("schema.sql"));
        Server.Execute(Database, Resource("roles.sql"));
        var silo = Server.ConnectionString(Database).Replace("Username=postgres", "Username=pos_silo", StringComparison.Ordinal);
        using (var journal = Open(silo))
        {
            Assert.Equal(AppendResult.Durable, await Append(journal, "1", WakeUpChange.Set(DateTimeOffset.UnixEpoch)));
            var lease = Assert.Single(await journal.ClaimWakeUps("me", TimeSpan.FromMinutes(1), 10, CancellationToken.None));
            await journal.CompleteWakeUp(lease, null, CancellationToken.None);
            var session = await journal.Open(Stock, new Recorder(), CancellationToken.None);
            session.SaveSnapshot(() => "state"u8.ToArray(), 1, 1);
            Assert.Equal(AppendResult.Durable, await Append(journal, "2"));
            var stale = await journal.Open(Stock, new Recorder(), CancellationToken.None);
            Assert.Equal(AppendResult.Durable, await Append(journal, "3"));
            stale.TryAppend([new NewEvent("x", 1, default)], new EventContext(DateTimeOffset.UnixEpoch), WakeUpChange.Keep, out var conflict);
            Assert.Equal(AppendResult.Conflict, await conflict.WaitAsync(Patience));
        }

        foreach (var forbidden in new[] { "DELETE FROM pos_journal.events", "UPDATE pos_journal.events SET version = 9", "TRUNCATE pos_journal.events", "DROP TABLE pos_journal.events" })
        {
            using var connection = new NpgsqlConnection(silo + ";Pooling=false");
            connection.Open();
            Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, Assert.Throws<PostgresException>(() => Execute(connection, forbidden)).SqlState);
        }

        var reader = Options(silo.Replace("pos_silo", "pos_reader", StringComparison.Ordinal));
        await using var snapshot = await PostgresSnapshot.Open(reader, CancellationToken.None);
        Assert.Equal(3, snapshot.Mark.Position);
        Assert.Throws<JournalUnavailableException>(() => Open(reader.ConnectionString));
    }

    [Fact]
    public void a_role_that_may_not_create_the_journal_is_told_how_it_comes_about()
    {
        Server.Execute(Database, "DO $$ BEGIN CREATE ROLE pos_nobody LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$");
        var refused = Assert.Throws<JournalRefusedException>(
            () => Open(Server.ConnectionString(Database).Replace("Username=postgres", "Username=pos_nobody", StringComparison.Ordinal)));
        Assert.Contains("schema.sql", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void an_older_schema_is_refused_naming_both_versions()
    {
        Open().Dispose();
        Server.Execute(Database, "UPDATE pos_journal.schema_version SET version = 1");
        var refused = Assert.Throws<JournalRefusedException>(() => Open());
        Assert.Contains("schema version 1", refused.Message, StringComparison.Ordinal);
        Assert.Contains("needs version 3", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task many_that_start_at_once_in_an_empty_database_make_one_journal()
    {
        var opened = await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            await Task.Yield();
            return Open();
        }));
        foreach (var journal in opened)
        {
            journal.Dispose();
        }

        Assert.Equal(8L, Server.Scalar<long>(Database, "SELECT count(*) FROM pos_journal.writers"));
    }

    [Fact]
    public async Task of_those_that_ever_wrote_the_newest_thousand_are_remembered()
    {
        using var journal = Open();
        Server.Execute(Database, "INSERT INTO pos_journal.writers (name) SELECT 'gone' FROM generate_series(1, 5000)");
        Open().Dispose();
        Assert.Equal(1_000L, Server.Scalar<long>(Database, "SELECT count(*) FROM pos_journal.writers"));
        // This one lives and was forgotten: what it tries is refused, and it goes on under a new number.
        Assert.NotEqual(AppendResult.Durable, await Append(journal, "1"));
        Assert.Equal(AppendResult.Durable, await Append(journal, "2"));
        Assert.Equal(1L, Server.Scalar<long>(Database, "SELECT count(*) FROM pos_journal.events"));
        Assert.Equal(1_000L, Server.Scalar<long>(Database, "SELECT count(*) FROM pos_journal.writers"));
    }

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("Hots=x;Password=hunter2", "cannot be used")]
    [InlineData("Port=many;Password=hunter2", "cannot be used")]
    [InlineData("Username=me;Password=hunter2", "names no Host")]
    [InlineData("Host=127.0.0.1;Port=1;Username=me;Password=hunter2", "cannot be used")]
    public void a_connection_string_that_leads_nowhere_is_refused_by_the_settings_name_without_its_password(string given, string why)
    {
        var refused = Assert.ThrowsAny<Exception>(() => Open(given));
        Assert.True(refused is JournalRefusedException or JournalUnavailableException, refused.ToString());
        Assert.Contains("ConnectionStrings:Journal", refused.Message, StringComparison.Ordinal);
        Assert.True(refused.Message.Contains(why, StringComparison.Ordinal) || refused.Message.Contains("no connection string", StringComparison.Ordinal), refused.Message);
        Assert.DoesNotContain("hunter2", refused.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void a_session_that_would_not_flush_is_made_to()
    {
        Server.Execute(Database, $"ALTER DATABASE {Database} SET synchronous_commit = off");
        Server.Execute(Database, $"ALTER DATABASE {Database} SET default_transaction_isolation = 'repeatable read'");
        using var connections = PostgresConnections.Create(Options());
        using var link = new PostgresLink(connections);
        link.Start();
        using var command = new NpgsqlCommand("SELECT current_setting('synchronous_commit') || ', ' || current_setting('transaction_isolation')", link.Use());
        Assert.Equal("on, read committed", command.ExecuteScalar());
    }

    private static string Resource(string name)
    {
        using var reader = new StreamReader(typeof(PostgresJournal).Assembly.GetManifestResourceStream($"Pos.Journal.Postgres.{name}")!);
        return reader.ReadToEnd();
    }

    private static void Execute(NpgsqlConnection connection, string sql)
    {
        using var command = new NpgsqlCommand(sql, connection);
        command.ExecuteNonQuery();
    }

    private static async Task<AppendResult> Append(PostgresJournal journal, string payload, WakeUpChange wakeUp = default)
    {
        var session = await journal.Open(Stock, new Recorder(), CancellationToken.None);
        var context = new EventContext(new DateTimeOffset(2026, 1, 5, 8, 0, 0, TimeSpan.Zero).AddTicks(1_234_560), "london", "till-7", "anna");
        session.TryAppend([new NewEvent("stock.counted", 2, Encoding.UTF8.GetBytes(payload))], context, wakeUp, out var result);
        return await result.WaitAsync(Patience);
    }

    private async Task<List<long>> Positions(string from)
    {
        using var connection = Server.Open(from);
        using var command = new NpgsqlCommand("SELECT position FROM pos_journal.events ORDER BY position", connection);
        using var reader = await command.ExecuteReaderAsync();
        var positions = new List<long>();
        while (await reader.ReadAsync())
        {
            positions.Add(reader.GetInt64(0));
        }

        return positions;
    }

    private PostgresJournal Open(string? connection = null) => Open(Options(connection));
}
