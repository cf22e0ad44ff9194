using Pos.Api;

namespace Pos.Silo;

/// <summary>The PostgreSQL database in which Orleans keeps which silos live.</summary>
/// <param name="Connection">Leads to our schema; null where PostgreSQL does not know the silos.</param>
internal sealed record ClusterDatabase(string? Connection)
{
    /// <exception cref="ClusterRefusedException">The connection string cannot be read.</exception>
    public static ClusterDatabase Of(ClusterSettings cluster) =>
        new(cluster.Provider == ClusterProvider.Postgres ? ClusterConnection.InSchema(cluster.Connection, "Cluster") : null);

    /// <summary>Makes Orleans' tables where they are missing; before the silo starts, which reads them at once.</summary>
    /// <exception cref="ClusterRefusedException">They are not there and cannot be made.</exception>
    public Task Open(CancellationToken cancellationToken) =>
        Connection is { } connection ? ClusterSchema.Ensure(connection, cancellationToken) : Task.CompletedTask;
}
