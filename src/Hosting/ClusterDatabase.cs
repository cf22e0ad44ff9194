using Npgsql;

namespace Pos.Hosting;

/// <summary>The PostgreSQL database in which Orleans keeps the list of living silos.</summary>
internal static class ClusterDatabase
{
    /// <summary>The schema of Orleans' tables. Orleans finds them by the connection's search path.</summary>
    public const string Schema = "pos_orleans";

    /// <summary>
    /// Most connections of Orleans' pool, where the connection string does not say. Npgsql's own default of a hundred would be more for one silo than a
    /// PostgreSQL server takes from all.
    /// </summary>
    public const int PoolMax = 8;

    private const string Setting = "ConnectionStrings:Cluster";

    /// <summary>The connection string that leads to the schema.</summary>
    /// <exception cref="ClusterRefusedException">The configured text cannot be read. The message names the setting, and quotes nothing of the text.</exception>
    public static string ConnectionOf(ClusterSettings cluster)
    {
        NpgsqlConnectionStringBuilder parsed;
        try
        {
            parsed = new(cluster.Connection) { SearchPath = Schema };
            parsed.MaxPoolSize = parsed.MaxPoolSize == new NpgsqlConnectionStringBuilder().MaxPoolSize ? PoolMax : parsed.MaxPoolSize;
            parsed.MinPoolSize = Math.Min(parsed.MinPoolSize, parsed.MaxPoolSize);
        }
        catch (Exception e) when (e is ArgumentException or FormatException or KeyNotFoundException or OverflowException)
        {
            // The driver's text may quote the connection string, and the string contains a password.
            throw new ClusterRefusedException($"{Setting} is no connection string that Npgsql can read ({e.GetType().Name}).");
        }

        return string.IsNullOrWhiteSpace(parsed.Host)
            ? throw new ClusterRefusedException($"{Setting} names no Host.")
            : parsed.ConnectionString;
    }
}
