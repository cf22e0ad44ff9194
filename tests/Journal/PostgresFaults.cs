using System.Buffers;
using System.Diagnostics;
using System.Text;
using Npgsql;
using Pos.Journal;
using Pos.Journal.Postgres;
using Pos.Tests.Rigs;

namespace Pos.Tests;

/// <summary>A PostgreSQL server that is harmed while a journal works on it.</summary>
public sealed class PostgresFaults(PostgresServer server) : OnPostgres(server), IClassFixture<PostgresServer>
{
    private const int Appenders = 40;
    // Whatever is in the frozen batch, more than these are left of the appenders.
    private const int QueueMax = 15;

    [Theory]
    [InlineData("killed")]
    [InlineData("stopped")]
    public async Task a_server_restarted_under_load_loses_nothing_that_was_acknowledged(string how)
    {
        using var journal = Open(GivesUpSoon);
        await using var load = new Load(journal, Appenders);
        for (var round = 0; round < 3; round++)
        {
            await load.More(200, Patience);
            if (how == "killed")
            {
                Server.Kill();
            }
            else
            {
                Server.Stop();
            }

            await load.Until(() => load.Results.Any(r => r != AppendResult.Durable), Patience);
            Server.Start();
            await load.More(1, Patience);
        }

        await load.More(100, Patience);
        await load.Stop();
        load.AssertHonest(await All(journal));
    }

    [Fact]
    public async Task a_server_frozen_under_load_loses_nothing_and_the_queue_stays_bounded()
    {
        using var journal = Open(Impatient);
        await using var load = new Load(journal, Appenders);
        for (var round = 0; round < 2; round++)
        {
            await load.More(200, Patience);
            var unknown = load.Results.Count(r => r == AppendResult.Unknown);
            Server.Freeze();
            try
            {
                await load.Until(() => load.Results.Count(r => r == AppendResult.Unknown) > unknown, Patience);
            }
            finally
            {
                Server.Thaw();
            }

            await load.More(1, Patience);
        }

        await load.More(100, Patience);
        await load.Stop();
        Assert.True(load.Refused > 0, "with the server frozen, the queue filled and refused");
        load.AssertHonest(await All(journal));
    }

    [Fact]
    public async Task a_short_freeze_is_only_a_delay()
    {
        using var journal = Open();
        var session = await journal.Open(Stock, new Recorder(), CancellationToken.None);
        Server.Freeze();
        var append = Append(session, "a");
        Assert.False(append.IsCompleted);
        Server.Thaw();
        Assert.Equal(AppendResult.Durable, await append.WaitAsync(Patience));
    }

    [Fact]
    public async Task a_commit_whose_answer_is_lost_is_looked_up_and_found_durable()
    {
        using var proxy = new CuttingProxy(Server.Port);
        using var journal = Open(o =>
        {
            o.ConnectionString = o.ConnectionString.Replace($"Port={Server.Port}", $"Port={proxy.Port}", StringComparison.Ordinal);
            // The watch looks through the same proxy: seldom enough for the commits to be cut off, most of the time.
            o.WatchEvery = TimeSpan.FromSeconds(1);
        });
        var session = await journal.Open(Stock, new Recorder(), CancellationToken.None);
        Assert.Equal(AppendResult.Durable, await Append(session, "before").WaitAsync(Patience));
        for (var i = 0; i < 5; i++)
        {
            proxy.CutNextAnswer();
            Assert.Equal(AppendResult.Durable, await Append(session, $"{i}").WaitAsync(Patience));
        }

        Assert.Equal(["before", "0", "1", "2", "3", "4"], (await All(journal)).Select(e => Encoding.UTF8.GetString(e.Payload.Span)));
    }

    [Fact]
    public async Task an_attempt_that_was_given_up_stores_nothing_when_it_comes_late()
    {
        using var journal = Open(Impatient);
        var session = await journal.Open(Stock, new Recorder(), CancellationToken.None);
        Assert.Equal(AppendResult.Durable, await Append(session, "a").WaitAsync(Patience));
        using (Holding())
        {
            var struck = Append(session, "b");
            EndWhoWaits();
            Assert.NotEqual(AppendResult.Durable, await Eventually(struck));
        }

        Assert.Equal(AppendResult.Durable, await Eventually(Reopened(journal, "c")));
        var late = Assert.Throws<PostgresException>(() => Server.Execute(
            Database,
            """
            SELECT pos_journal.append(id, 2, 0, '', '{-1}', '{1}', '{""}', '{1}', '{late/1}', '{london}', '{}', '{}', '{}') FROM pos_journal.writers
            """));
        Assert.Equal("PJ001", late.SqlState);
        Assert.Equal(["a", "c"], (await All(journal)).Select(e => Encoding.UTF8.GetString(e.Payload.Span)));
    }

    /// <summary>The memory it is sent from goes to others as soon as its fate is told.</summary>
    [Fact]
    public async Task a_batch_that_is_given_up_half_sent_is_stored_as_it_was_decided_or_not_at_all()
    {
        const int Bytes = 8_000_000;
        using var journal = Open(o =>
        {
            Impatient(o);
            o.QueueEventsMax = 1_000;
        });
        List<JournalSession> sessions = [];
        for (var i = 0; i < 5; i++)
        {
            sessions.Add(await journal.Open(new StreamName("stock", $"london/{i}"), new Recorder(), CancellationToken.None));
        }

        Server.Freeze();
        try
        {
            var struck = sessions.ConvertAll(session => Append(session, new string('x', Bytes)));
            Assert.DoesNotContain(AppendResult.Durable, await Task.WhenAll(struck).WaitAsync(Patience));
            for (var i = 0; i < 40; i++)
            {
                ArrayPool<byte>.Shared.Rent(Bytes + 1_000).AsSpan().Fill((byte)'y');
            }
        }
        finally
        {
            Server.Thaw();
        }

        Assert.Equal(AppendResult.Durable, await Eventually(Reopened(journal, "after")));
        Assert.All(await All(journal), e => Assert.DoesNotContain((byte)'y', e.Payload.ToArray()));
    }

    [Fact]
    public async Task a_statement_that_takes_too_long_fails_and_the_next_one_does_not()
    {
        // What makes the schema may take its time.
        Open().Dispose();
        Server.Execute(Database, $"ALTER DATABASE {Database} SET statement_timeout = '3s'");
        using var journal = Open();
        using (Holding())
        {
            var session = await journal.Open(Stock, new Recorder(), CancellationToken.None);
            Assert.Equal(AppendResult.Failed, await Append(session, "slow").WaitAsync(Patience));
        }

        Assert.Equal(AppendResult.Durable, await Eventually(Reopened(journal, "after")));
        Assert.Equal("after", Encoding.UTF8.GetString(Assert.Single(await All(journal)).Payload.Span));
    }

    [Fact]
    public async Task a_full_disk_fails_the_append_and_the_journal_goes_on_when_there_is_room_again()
    {
        using var journal = Open();
        var session = await journal.Open(Stock, new Recorder(), CancellationToken.None);
        Assert.Equal(AppendResult.Durable, await Append(session, "before").WaitAsync(Patience));
        // No file of this one server process may grow beyond a segment of the log: the table's cannot, the log's need not.
        var process = Server.Scalar<int>(Database, "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%pos_journal.append(%' AND pid <> pg_backend_pid()");
        Server.LimitFiles(process, bytes: 16 * 1024 * 1024);
        var stored = 1;
        var large = new string('x', 1_000_000);
        var result = AppendResult.Durable;
        while (result == AppendResult.Durable && stored < 40)
        {
            result = await Append(session, large).WaitAsync(Patience);
            stored += result == AppendResult.Durable ? 1 : 0;
        }

        Assert.Equal(AppendResult.Failed, result);
        Assert.Equal(AppendResult.Durable, await Eventually(Reopened(journal, new string('y', large.Length))));
        Assert.Equal(stored + 1, (await All(journal)).Count);
    }

    [Fact]
    public async Task a_server_that_lacks_what_it_committed_is_not_written_any_more()
    {
        using var journal = Open(GivesUpSoon);
        var session = await journal.Open(Stock, new Recorder(), CancellationToken.None);
        Assert.Equal(AppendResult.Durable, await Append(session, "a").WaitAsync(Patience));
        Assert.Equal(AppendResult.Durable, await Append(session, "b").WaitAsync(Patience));
        // As a standby would be that was promoted without the last commit.
        Server.Execute(
            Database,
            """
            DELETE FROM pos_journal.events WHERE position = 2;
            UPDATE pos_journal.head SET position = 1;
            SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid();
            """);
        for (var i = 0; i < 3; i++)
        {
            Assert.NotEqual(AppendResult.Durable, await Append(session, "c").WaitAsync(Patience));
        }

        Assert.Equal(1L, Server.Scalar<long>(Database, "SELECT count(*) FROM pos_journal.events"));
    }

    private PostgresJournal Open(Action<PostgresJournalOptions>? change = null)
    {
        var options = Options();
        options.QueueEventsMax = QueueMax;
        change?.Invoke(options);
        return Open(options);
    }

    /// <summary>Where the server goes away, or is not what it was: its return is not waited for.</summary>
    private static void GivesUpSoon(PostgresJournalOptions options) => options.UnknownAfter = TimeSpan.FromMilliseconds(500);

    /// <summary>Where the server says nothing: its answer is not waited for either.</summary>
    private static void Impatient(PostgresJournalOptions options)
    {
        GivesUpSoon(options);
        options.CommandTimeout = options.ConnectTimeout = TimeSpan.FromSeconds(3);
    }

    private static Task<AppendResult> Append(JournalSession session, string payload)
    {
        Assert.True(session.TryAppend(
            [new NewEvent("x", 1, Encoding.UTF8.GetBytes(payload))], new EventContext(DateTimeOffset.UnixEpoch), WakeUpChange.Keep, out var result));
        return result;
    }

    /// <summary>Opens the stream, as soon as it can be, and appends what is not in it yet: an earlier attempt may have ended unknown.</summary>
    private static async Task<AppendResult> Reopened(PostgresJournal journal, string payload)
    {
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            Assert.True(Stopwatch.GetElapsedTime(began) < Patience, "the stream cannot be appended to");
            try
            {
                var recorder = new Recorder();
                var session = await journal.Open(Stock, recorder, CancellationToken.None);
                if (recorder.Payloads.Contains(payload) || await Append(session, payload) == AppendResult.Durable)
                {
                    return AppendResult.Durable;
                }
            }
            catch (JournalUnavailableException)
            {
            }
        }
    }

    private static Task<AppendResult> Eventually(Task<AppendResult> result) => result.WaitAsync(Patience);

    private static async Task<List<RecordedEvent>> All(PostgresJournal journal)
    {
        var all = new List<RecordedEvent>();
        await foreach (var recorded in journal.ReadAll(0, CancellationToken.None))
        {
            all.Add(recorded);
        }

        Assert.Equal(Enumerable.Range(1, all.Count).Select(i => (long)i), all.Select(e => e.Position));
        foreach (var stream in all.GroupBy(e => e.Stream))
        {
            var (version, hash) = (0L, ChainHash.Start.ToArray());
            foreach (var recorded in stream)
            {
                Assert.Equal(++version, recorded.Version);
                Assert.Equal(hash = ChainHash.Compute(hash, recorded), recorded.Hash.ToArray());
            }
        }

        return all;
    }

    /// <summary>Another writer holds the lock until it is disposed of.</summary>
    private NpgsqlConnection Holding()
    {
        var other = Server.Open(Database);
        using var take = new NpgsqlCommand("BEGIN; SELECT pg_advisory_xact_lock(7957695014971543633)", other);
        take.ExecuteNonQuery();
        return other;
    }

    private void EndWhoWaits()
    {
        var began = Stopwatch.GetTimestamp();
        while (Server.Scalar<long>(
            Database, "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'advisory'") == 0)
        {
            Assert.True(Stopwatch.GetElapsedTime(began) < Patience, "nobody waits for the lock");
        }
    }
}
