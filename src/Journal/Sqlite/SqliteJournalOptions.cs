namespace Pos.Journal.Sqlite;

/// <summary>Settings of the SQLite journal. Bound from the configuration section <c>Journal</c>.</summary>
public sealed class SqliteJournalOptions : JournalOptions
{
    /// <summary>The defaults.</summary>
    public SqliteJournalOptions() => LingerMax = TimeSpan.FromMilliseconds(1);

    /// <summary>
    /// Folder of the journal's files, created if missing. Default <c>./data</c>. On a local disk: locks and flushes of network file
    /// systems cannot be trusted.
    /// </summary>
    public string Path { get; set; } = "./data";

    /// <summary>
    /// Pages (of 4 KiB) in the write-ahead log before they are moved into the database between two batches. Default 4,000 (16 MB). More
    /// means fewer, longer pauses and a larger log file.
    /// </summary>
    public int CheckpointPages { get; set; } = 4_000;

    /// <summary>Connections for reading that are kept open. Default 32. More readers at once than this open and close one each time.</summary>
    public int ReadersKept { get; set; } = 32;

    /// <summary>
    /// For an operator who restored the database from a copy, or accepts the loss of a tail. Ignores the old head file, recomputes the running
    /// hash from the first position on, and writes a new head file (<c>pos verify</c> checks each event). Default false. Never leave it on: a
    /// lost tail would go unnoticed.
    /// </summary>
    public bool RebuildHead { get; set; }

    /// <inheritdoc/>
    public override void Validate()
    {
        base.Validate();
        if (string.IsNullOrWhiteSpace(Path))
        {
            throw new ArgumentOutOfRangeException(nameof(Path), Path, "Journal:Path must name a folder.");
        }

        Require(CheckpointPages, 100, 1_000_000, nameof(CheckpointPages));
        Require(ReadersKept, 1, 1_000, nameof(ReadersKept));
    }
}
