using System.Diagnostics;
using System.Globalization;
using Pos.Journal;
using Pos.Journal.Sqlite;
using Pos.Journal.Writing;
using Pos.Tests.Rigs;

namespace Pos.Tests;

/// <summary>What only a journal in files can meet.</summary>
public sealed class SqliteJournalTests : IDisposable
{
    private static readonly StreamName Stock = new("stock", "london/85123A");

    private readonly string _folder = Directory.CreateTempSubdirectory("pos-journal-").FullName;
    private readonly JournalInstruments _instruments = new();

    public void Dispose()
    {
        _instruments.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private SqliteJournalOptions Options(bool rebuildHead = false) => new() { Path = _folder, RebuildHead = rebuildHead };

    private SqliteJournal Open(SqliteJournalOptions? options = null) => SqliteJournal.Open(options ?? Options(), TimeProvider.System, _instruments);

    private string FilePath(string name) => Path.Combine(_folder, name);

    private static async Task<AppendResult> Append(SqliteJournal journal, string payload, StreamName? stream = null)
    {
        var session = await journal.Open(stream ?? Stock, new Recorder(), CancellationToken.None);
        session.TryAppend(
            [new NewEvent("x", 1, System.Text.Encoding.UTF8.GetBytes(payload))], new EventContext(DateTimeOffset.UnixEpoch), WakeUpChange.Keep,
            out var result);
        return await result;
    }

    private static async Task<int> Count(SqliteJournal journal)
    {
        var count = 0;
        await foreach (var _ in journal.ReadAll(0, CancellationToken.None))
        {
            count++;
        }

        return count;
    }

    [Fact]
    public async Task no_read_and_no_claim_compiles_its_statement_twice()
    {
        using var journal = Open();
        Assert.Equal(AppendResult.Durable, await Append(journal, "x"));
        using var connection = SqliteConnection.Open(FilePath("journal.db"), reader: true);
        using var reader = new SqliteReader(connection);
        var page = new List<RecordedEvent>();
        for (var time = 1; time <= 3; time++)
        {
            reader.ReadStream(Stock, 0, time, page);
            reader.ReadAll(0, 100, null, time, page);
            reader.ReadAll(0, 100, "/stock/", time, page);
            reader.ReadStreams("stock", "stock/", 0, 100, time, page);
            reader.ReadSnapshot(Stock);
            Assert.Empty(reader.ListWakeUps("stock", "", "", time));
            reader.ListStreams("", "stock", 0, 100, time);
        }

        Assert.Equal(9 + 3, page.Count);
        Assert.Equal(0, connection.PreparedAgain);

        using var writing = SqliteConnection.Open(Path.Combine(_folder, "other.db"), reader: false);
        SqliteSchema.Ensure(writing, "other.db");
        var wakeUps = new SqliteWakeUps(writing);
        for (var time = 1; time <= 3; time++)
        {
            wakeUps.Claim(new WakeUpClaim("silo", DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch, time, asynchronous: false));
        }

        Assert.Equal(0, writing.PreparedAgain);
    }

    [Fact]
    public async Task a_full_disk_fails_the_append_and_the_journal_recovers_when_there_is_room_again()
    {
        SqliteWriter? disk = null;
        using var journal = SqliteJournal.Open(Options(), TimeProvider.System, _instruments, null, store =>
        {
            disk = store.Writer;
            return store;
        });
        Assert.Equal(AppendResult.Durable, await Append(journal, "before"));
        disk!.LimitPages(1);
        Assert.Equal(AppendResult.Failed, await Append(journal, new string('x', 100_000)));
        Assert.Equal(AppendResult.Failed, await Append(journal, new string('x', 100_000)));
        disk.LimitPages(1_000_000);
        Assert.Equal(AppendResult.Durable, await Append(journal, new string('x', 100_000)));
        Assert.Equal(2, await Count(journal));
    }

    [Fact]
    public async Task a_second_process_is_refused_naming_the_folder_and_the_first_ones_id()
    {
        using var journal = Open();
        Assert.Equal(AppendResult.Durable, await Append(journal, "mine"));
        var refused = Assert.Throws<JournalInUseException>(() => Open());
        Assert.Contains(_folder, refused.Message, StringComparison.Ordinal);
        Assert.Contains(Environment.ProcessId.ToString(CultureInfo.InvariantCulture), refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void a_folder_that_cannot_be_written_is_refused_by_name()
    {
        File.WriteAllText(FilePath("file"), "");
        var below = Path.Combine(FilePath("file"), "data");
        var refused = Assert.Throws<JournalUnavailableException>(() => Open(new SqliteJournalOptions { Path = below }));
        Assert.Contains(below, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task a_lock_held_by_another_process_is_freed_by_its_death()
    {
        if (!OperatingSystem.IsLinux() || !File.Exists("/usr/bin/flock"))
        {
            return;
        }

        var start = new ProcessStartInfo("/usr/bin/flock") { RedirectStandardOutput = true };
        foreach (var argument in new[] { "--no-fork", FilePath("journal.lock"), "sh", "-c", "echo held; exec sleep 600" })
        {
            start.ArgumentList.Add(argument);
        }

        using (var holder = Process.Start(start)!)
        {
            Assert.Equal("held", await holder.StandardOutput.ReadLineAsync());
            Assert.Throws<JournalInUseException>(() => Open());
            holder.Kill();
            await holder.WaitForExitAsync();
        }

        using var journal = Open();
        Assert.Equal(AppendResult.Durable, await Append(journal, "mine"));
    }

    [Fact]
    public async Task a_missing_head_file_is_refused_and_rebuilt_on_demand()
    {
        using (var journal = Open())
        {
            Assert.Equal(AppendResult.Durable, await Append(journal, "a"));
        }

        File.Delete(FilePath("journal.head"));
        Assert.Contains("RebuildHead", Assert.Throws<JournalCorruptException>(() => Open()).Message, StringComparison.Ordinal);
        using (var rebuilt = Open(Options(rebuildHead: true)))
        {
            Assert.Equal(1, rebuilt.Head);
        }

        using var again = Open();
        Assert.Equal(1, await Count(again));
    }

    [Fact]
    public async Task a_database_older_than_its_head_file_is_refused()
    {
        using (var journal = Open())
        {
            Assert.Equal(AppendResult.Durable, await Append(journal, "a"));
        }

        File.Copy(FilePath("journal.db"), FilePath("copy"));
        using (var journal = Open())
        {
            Assert.Equal(AppendResult.Durable, await Append(journal, "b"));
        }

        File.Copy(FilePath("copy"), FilePath("journal.db"), overwrite: true);
        var refused = Assert.Throws<JournalCorruptException>(() => Open());
        Assert.Contains("1 events are lost", refused.Message, StringComparison.Ordinal);
        using (var accepted = Open(Options(rebuildHead: true)))
        {
            Assert.Equal(1, await Count(accepted));
        }

        using var again = Open();
        Assert.Equal(1, await Count(again));
    }

    [Fact]
    public async Task a_damaged_log_that_sqlite_silently_drops_is_noticed()
    {
        var copy = Path.Combine(_folder, "copy");
        using (var journal = Open())
        {
            for (var i = 0; i < 20; i++)
            {
                Assert.Equal(AppendResult.Durable, await Append(journal, $"{i}"));
            }
            // What a crash would leave: the log is not moved into the database yet.
            Directory.CreateDirectory(copy);
            foreach (var name in new[] { "journal.db", "journal.db-wal", "journal.head" })
            {
                File.Copy(FilePath(name), Path.Combine(copy, name));
            }
        }

        using (var log = new FileStream(Path.Combine(copy, "journal.db-wal"), FileMode.Open))
        {
            log.Position = log.Length * 3 / 4;
            var damaged = (byte)(log.ReadByte() ^ 1);
            log.Position--;
            log.WriteByte(damaged);
        }

        var refused = Assert.Throws<JournalCorruptException>(() => Open(new SqliteJournalOptions { Path = copy }));
        Assert.Contains("events are lost", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task a_snapshot_of_a_history_that_is_gone_is_ignored()
    {
        using (var journal = Open())
        {
            Assert.Equal(AppendResult.Durable, await Append(journal, "a"));
            var session = await journal.Open(Stock, new Recorder(), CancellationToken.None);
            session.SaveSnapshot(() => "state"u8.ToArray(), 1, 1);
        }

        using (var connection = SqliteConnection.Open(FilePath("journal.db"), reader: false))
        {
            Assert.Equal(1, connection.ExecuteInt64("SELECT count(*) FROM snapshots"));
            connection.Execute("UPDATE snapshots SET version = 7");
        }

        using var again = Open();
        var ahead = new Recorder();
        await again.Open(Stock, ahead, CancellationToken.None);
        Assert.Equal((null, 1), (ahead.Restored, ahead.Events.Count));
    }

    [Fact]
    public async Task a_journal_of_a_release_that_had_no_states_gets_their_table_and_keeps_its_version()
    {
        using (var journal = Open())
        {
            Assert.Equal(AppendResult.Durable, await Append(journal, "a"));
        }

        using (var connection = SqliteConnection.Open(FilePath("journal.db"), reader: false))
        {
            connection.Execute("DROP TABLE states");
        }

        using var again = Open();
        var tag = await again.WriteState("sales", "berlin", null, "1"u8.ToArray(), CancellationToken.None);
        Assert.NotNull(tag);
        Assert.Null(await again.WriteState("sales", "berlin", null, "2"u8.ToArray(), CancellationToken.None));
        Assert.Equal("1", System.Text.Encoding.UTF8.GetString((await again.ReadState("sales", "berlin", CancellationToken.None))!.Value.State.Span));
        // An older program finds the version that it knows.
        using var look = SqliteConnection.Open(FilePath("journal.db"), reader: true);
        Assert.Equal(SqliteSchema.Version, look.ExecuteInt64("PRAGMA user_version"));
    }

    [Fact]
    public async Task a_full_disk_fails_the_write_of_a_state_which_keeps_its_tag()
    {
        SqliteWriter? disk = null;
        using var journal = SqliteJournal.Open(Options(), TimeProvider.System, _instruments, null, store =>
        {
            disk = store.Writer;
            return store;
        });
        var tag = await journal.WriteState("sales", "berlin", null, "1"u8.ToArray(), CancellationToken.None);
        disk!.LimitPages(1);
        await Assert.ThrowsAsync<JournalUnavailableException>(() => journal.WriteState("sales", "berlin", tag, new byte[100_000], CancellationToken.None).AsTask());
        disk.LimitPages(1_000_000);
        Assert.Equal(tag, (await journal.ReadState("sales", "berlin", CancellationToken.None))!.Value.Tag);
        Assert.NotNull(await journal.WriteState("sales", "berlin", tag, new byte[100_000], CancellationToken.None));
        Assert.False(await journal.RemoveState("sales", "berlin", tag!.Value, CancellationToken.None));
    }

    [Fact]
    public async Task a_journal_of_the_first_schema_is_brought_up_to_date_and_goes_on()
    {
        var order = new StreamName("order", "1");
        using (var journal = Open())
        {
            foreach (var (payload, stream) in new[] { ("a", Stock), ("b", order), ("c", Stock) })
            {
                Assert.Equal(AppendResult.Durable, await Append(journal, payload, stream));
            }
        }

        using (var connection = SqliteConnection.Open(FilePath("journal.db"), reader: false))
        {
            foreach (var statement in new[]
            {
                "DROP INDEX events_stream", "CREATE UNIQUE INDEX events_stream ON events (stream, version)",
                "ALTER TABLE events DROP COLUMN stream_id", "DROP TABLE streams", "PRAGMA user_version = 1",
            })
            {
                connection.Execute(statement);
            }
        }

        using var again = Open();
        var (stock, overtaken) = (new Recorder(), await again.Open(order, new Recorder(), CancellationToken.None));
        await again.Open(Stock, stock, CancellationToken.None);
        Assert.Equal(["a", "c"], stock.Payloads);
        Assert.Equal(AppendResult.Durable, await Append(again, "d"));
        Assert.Equal(AppendResult.Durable, await Append(again, "e", order));
        Assert.Equal(AppendResult.Durable, await Append(again, "f", new StreamName("order", "2")));
        overtaken.TryAppend([new NewEvent("x", 1, "g"u8.ToArray())], new EventContext(DateTimeOffset.UnixEpoch), WakeUpChange.Keep, out var late);
        Assert.Equal(AppendResult.Conflict, await late);
        Assert.Equal(6, await Count(again));
    }

    [Fact]
    public async Task what_the_files_say_by_themselves_agrees_with_the_events()
    {
        using var journal = Open();
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(AppendResult.Durable, await Append(journal, $"{i}"));
        }

        var running = RunningHash.Start.ToArray();
        await foreach (var recorded in journal.ReadAll(0, CancellationToken.None))
        {
            RunningHash.Advance(running, recorded.Hash.Span);
        }

        var (head, stored) = (journal.ReadHeadFile(), journal.ReadStoredMark());
        Assert.Equal((5L, 5L), (head!.Value.Position, stored.Position));
        Assert.Equal(running, head.Value.Running.ToArray());
        Assert.Equal(running, stored.Running.ToArray());
    }

    [Fact]
    public void a_database_of_another_program_is_refused()
    {
        using (var connection = SqliteConnection.Open(FilePath("journal.db"), reader: false))
        {
            connection.Execute("CREATE TABLE theirs (x)");
        }

        Assert.Contains("another program", Assert.Throws<JournalRefusedException>(() => Open()).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("BatchEventsMax")]
    [InlineData("QueueBytesMax")]
    [InlineData("Path")]
    [InlineData("CheckpointPages")]
    public void a_setting_out_of_range_is_refused_by_its_name(string setting)
    {
        var options = Options();
        var property = typeof(SqliteJournalOptions).GetProperty(setting)!;
        property.SetValue(options, property.PropertyType == typeof(string) ? "" : 0);
        Assert.Contains("Journal:" + setting, Assert.Throws<ArgumentOutOfRangeException>(() => Open(options)).Message, StringComparison.Ordinal);
    }
}
