using Pos.Journal;

using Pos.Journal.Sqlite;

namespace Pos.Tests.Rigs;

/// <summary>The SQLite journal in a folder of its own, with its real threads.</summary>
public sealed class SqliteRig : ThreadedRig
{
    private readonly string _root = Directory.CreateTempSubdirectory("pos-journal-").FullName;
    private readonly JournalInstruments _instruments = new();
    private readonly List<SqliteJournal> _journals = [];
    private int _lives;
    private bool _copied;

    public string Folder => Path.Combine(_root, $"life-{_lives}");

    private string NextFolder => Path.Combine(_root, $"life-{_lives + 1}");

    public override IJournal Start()
    {
        if (_copied)
        {
            _copied = false;
            _lives++;
        }

        var options = new SqliteJournalOptions
        {
            Path = Folder,
            BatchEventsMax = Limits.BatchEventsMax,
            QueueEventsMax = Limits.QueueEventsMax,
            UnknownAfter = Limits.UnknownAfter,
            RetryEvery = TimeSpan.FromMilliseconds(5),
        };
        var journal = SqliteJournal.Open(
            options, new ManualDate(Clock), _instruments, null, store => new FaultyStore(store, Faults, Open, CopyFiles, TearHead));
        _journals.Add(journal);
        return journal;
    }

    public override void Stop() => _journals[^1].Dispose();

    public override void Crash()
    {
        if (!_copied)
        {
            CopyFiles(false);
        }

        Release();
        Stop();
    }

    public override void LoseTail(int events)
    {
        using var connection = SqliteConnection.Open(Path.Combine(Folder, "journal.db"), reader: false);
        var head = connection.ExecuteInt64("SELECT max(position) FROM events") - events;
        connection.Execute($"DELETE FROM events WHERE position > {head}");
        connection.Execute($"DELETE FROM streams WHERE id > {head}");
        var running = new byte[ChainHash.Size];
        using var reader = new SqliteReader(SqliteConnection.Open(Path.Combine(Folder, "journal.db"), reader: true));
        var page = new List<RecordedEvent>();
        reader.ReadAll(0, long.MaxValue, null, int.MaxValue, page);
        page.ForEach(e => RunningHash.Advance(running, e.Hash.Span));
        connection.Execute($"UPDATE head SET position = {head}, running = x'{Convert.ToHexString(running)}'");
    }

    public override void FlipBit(long position)
    {
        using var connection = SqliteConnection.Open(Path.Combine(Folder, "journal.db"), reader: false);
        connection.Execute($"UPDATE events SET payload = CAST(x'7c' || substr(payload, 2) AS BLOB) WHERE position = {position}");
    }

    public override void PretendNewerSchema()
    {
        using var connection = SqliteConnection.Open(Path.Combine(Folder, "journal.db"), reader: false);
        connection.Execute("PRAGMA user_version = 99");
    }

    public override void Dispose()
    {
        Open.Set();
        _journals.ForEach(static j => j.Dispose());
        _instruments.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    /// <summary>What a new process would find, had this one been killed now.</summary>
    private void CopyFiles(bool tearLog)
    {
        Directory.CreateDirectory(NextFolder);
        foreach (var name in new[] { "journal.db", "journal.db-wal", "journal.head" })
        {
            var from = Path.Combine(Folder, name);
            if (File.Exists(from))
            {
                CopyShared(from, Path.Combine(NextFolder, name));
            }
        }

        if (tearLog)
        {
            using var log = new FileStream(Path.Combine(NextFolder, "journal.db-wal"), FileMode.Open);
            log.SetLength(log.Length - 1_000);
        }

        _copied = true;
    }

    // Opening a database file a second time in this process and closing it would drop SQLite's own locks on it; nobody else is here.
    private static void CopyShared(string from, string to)
    {
        using var source = new FileStream(from, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var target = new FileStream(to, FileMode.Create);
        source.CopyTo(target);
    }

    private void TearHead()
    {
        using var head = new FileStream(Path.Combine(NextFolder, "journal.head"), FileMode.Open);
        var slots = new long[2];
        var slot = new byte[16];
        for (var i = 0; i < 2; i++)
        {
            head.Position = i * 4096L;
            slots[i] = head.ReadAtLeast(slot, 16, throwOnEndOfStream: false) == 16 ? BitConverter.ToInt64(slot, 8) : -1;
        }

        head.Position = (slots[0] <= slots[1] ? 0 : 4096) + 20;
        head.Write("torn"u8);
    }
}
