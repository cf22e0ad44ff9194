namespace Pos.Journal.Postgres;

/// <summary>Settings of the PostgreSQL journal. Bound from the configuration section <c>Journal</c>, and <c>ConnectionStrings:Journal</c>.</summary>
public sealed class PostgresJournalOptions : JournalOptions
{
    /// <summary>The setting that holds the connection string.</summary>
    public const string ConnectionSetting = "ConnectionStrings:Journal";

    /// <summary>
    /// Npgsql's connection string, for example <c>Host=db;Database=pos;Username=pos_silo;Password=…</c>. Several hosts are tried in turn
    /// for the one that takes writes. Not through a pooler that shares a session between clients.
    /// </summary>
    public string ConnectionString { get; set; } = "";

    /// <summary>
    /// How long the server may take for one transaction before its outcome is looked up on another connection, in whole seconds. Default
    /// 5 s. Shorter notices a frozen server earlier and takes a slow one for frozen.
    /// </summary>
    public TimeSpan CommandTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a connection may take to come about, in whole seconds. Default 2 s; bounds how late the server's return is noticed.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// How often this silo asks how far the others have written. Default 100 ms. Shorter tells feeds earlier; each time costs the server
    /// one look at one row.
    /// </summary>
    public TimeSpan WatchEvery { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Connections for reading at most. Default 16. More readers at once than this wait for each other.</summary>
    public int ReadersMax { get; set; } = 16;

    /// <inheritdoc/>
    public override void Validate()
    {
        base.Validate();
        Require(CommandTimeout.TotalSeconds, 1, 600, nameof(CommandTimeout) + " (in s)");
        Require(ConnectTimeout.TotalSeconds, 1, 600, nameof(ConnectTimeout) + " (in s)");
        Require(WatchEvery.TotalMilliseconds, 1, 1_000, nameof(WatchEvery) + " (in ms)");
        Require(ReadersMax, 1, 1_000, nameof(ReadersMax));
    }
}
