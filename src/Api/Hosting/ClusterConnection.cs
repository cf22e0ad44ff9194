using Npgsql;

namespace Pos.Api;

/// <summary>Reads the connection strings of the databases in which Orleans has tables.</summary>
public static class ClusterConnection
{
    /// <summary>The schema they lie in; Orleans finds them by the connection's search path.</summary>
    public const string Schema = "pos_orleans";

    /// <summary>
    /// Connections of a pool of Orleans' at most, where the connection string does not say. Npgsql's own hundred would be more for one silo than a
    /// PostgreSQL takes from all.
    /// </summary>
    public const int PoolMax = 8;

    /// <summary>The connection string that leads to the schema.</summary>
    /// <param name="connection">As it was configured.</param>
    /// <param name="name">Its name among <c>ConnectionStrings</c>.</param>
    /// <exception cref="ClusterRefusedException">It cannot be read. The message names the setting, and quotes nothing of it.</exception>
    public static string InSchema(string connection, string name)
    {
        NpgsqlConnectionStringBuilder parsed;
        try
        {
            parsed = new(connection) { SearchPath = Schema };
            parsed.MaxPoolSize = parsed.MaxPoolSize == new NpgsqlConnectionStringBuilder().MaxPoolSize ? PoolMax : parsed.MaxPoolSize;
            parsed.MinPoolSize = Math.Min(parsed.MinPoolSize, parsed.MaxPoolSize);
        }
        catch (Exception e) when (e is ArgumentException or FormatException or KeyNotFoundException or OverflowException)
        {
            // Not the driver's text: it may quote what stands in the string, and a password stands there too.
            throw new ClusterRefusedException($"ConnectionStrings:{name} is no connection string that Npgsql can read ({e.GetType().Name}).");
        }

        return string.IsNullOrWhiteSpace(parsed.Host)
            ? throw new ClusterRefusedException($"ConnectionStrings:{name} names no Host.")
            : parsed.ConnectionString;
    }
}
