using Pos.Api;

namespace Pos.Silo;

/// <summary>The PostgreSQL databases that Orleans keeps its own tables in, as connection strings that lead to our schema.</summary>
/// <param name="Membership">Of which silos live; null where PostgreSQL does not know that.</param>
/// <param name="Storage">Of what grains keep beside the journal; null without PostgreSQL.</param>
internal sealed record ClusterDatabases(string? Membership, string? Storage)
{
    /// <exception cref="ClusterRefusedException">A connection string cannot be read.</exception>
    public static ClusterDatabases Of(ClusterSettings cluster, IConfiguration configuration)
    {
        var membership = cluster.Provider == ClusterProvider.Postgres ? ClusterConnection.InSchema(cluster.Connection, "Cluster") : null;
        // Beside the journal where that is in PostgreSQL: one database to back up.
        var beside = string.Equals(configuration["Journal:Provider"], "postgres", StringComparison.OrdinalIgnoreCase)
            ? configuration.GetConnectionString("Journal")
            : null;
        return new(membership, string.IsNullOrWhiteSpace(beside) ? membership : ClusterConnection.InSchema(beside, "Journal"));
    }

    /// <summary>Makes Orleans' tables where they are missing; before the silo starts, which reads them at once.</summary>
    /// <exception cref="ClusterRefusedException">They are not there and cannot be made.</exception>
    public async Task Open(CancellationToken cancellationToken)
    {
        foreach (var connection in new[] { Membership, Storage }.OfType<string>().Distinct(StringComparer.Ordinal))
        {
            await ClusterSchema.Ensure(connection, cancellationToken);
        }
    }
}
