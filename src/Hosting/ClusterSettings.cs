using Microsoft.Extensions.Configuration;
using Pos.Hosting.Telemetry;

namespace Pos.Hosting;

/// <summary>Who knows which silos live.</summary>
public enum ClusterProvider
{
    /// <summary>Nobody: the one silo on this machine, on known ports.</summary>
    Localhost = 1,

    /// <summary>A Redis server.</summary>
    Redis = 2,

    /// <summary>A PostgreSQL database.</summary>
    Postgres = 3,
}

/// <summary>The duty of a process in a cluster.</summary>
public enum HostRole
{
    /// <summary>Grains, and the HTTP API.</summary>
    All = 1,

    /// <summary>Grains alone; over HTTP only its health.</summary>
    Silo = 2,
}

/// <summary>The cluster that a process belongs to, from its configuration.</summary>
/// <param name="Provider"><c>Cluster:Provider</c>: <c>localhost</c> (the default), <c>redis</c> or <c>postgres</c>.</param>
/// <param name="Connection"><c>ConnectionStrings:Cluster</c>; empty for <c>localhost</c>.</param>
/// <param name="ServiceId"><c>ORLEANS_SERVICE_ID</c>, or <c>Orleans:ServiceId</c>: the same for every version of one installation.</param>
/// <param name="ClusterId"><c>ORLEANS_CLUSTER_ID</c>, or <c>Orleans:ClusterId</c>: silos of different ids do not see each other.</param>
/// <param name="Role"><c>Pos:Role</c>: <c>all</c> (the default) or <c>silo</c>.</param>
/// <param name="Dashboard">
/// <c>Pos:Dashboard</c>: whether the silos count calls for <c>/dashboard</c>, which takes a tenth of their processor time. By default for one process
/// alone, which counts from the first look at the page.
/// </param>
/// <param name="Tracing">
/// <c>Pos:Tracing</c>: whether calls between grains carry the trace, for those who listen to Orleans' activities. By default where traces are sent.
/// </param>
public sealed record ClusterSettings(
    ClusterProvider Provider, string Connection, string ServiceId, string ClusterId, HostRole Role, bool Dashboard = false, bool Tracing = false)
{
    /// <summary>Whether this process is the whole cluster: its grains, and the API that calls them.</summary>
    public bool IsOneProcess => this is { Provider: ClusterProvider.Localhost, Role: HostRole.All };

    /// <summary>Reads the settings.</summary>
    /// <exception cref="ClusterRefusedException">One of them cannot be used.</exception>
    public static ClusterSettings Read(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var provider = One<ClusterProvider>(configuration, "Cluster:Provider", ClusterProvider.Localhost);
        var connection = configuration.GetConnectionString("Cluster") ?? "";
        if (provider != ClusterProvider.Localhost && string.IsNullOrWhiteSpace(connection))
        {
            throw new ClusterRefusedException($"ConnectionStrings:Cluster is missing: Cluster:Provider={Name(provider)} needs it.");
        }

        return new(
            provider,
            connection,
            // What the pod's labels say comes first, as Orleans itself takes it.
            FirstOf(configuration, "ORLEANS_SERVICE_ID", "Orleans:ServiceId"),
            FirstOf(configuration, "ORLEANS_CLUSTER_ID", "Orleans:ClusterId"),
            One<HostRole>(configuration, "Pos:Role", HostRole.All),
            Whether(configuration, "Pos:Dashboard", provider == ClusterProvider.Localhost),
            Whether(configuration, "Pos:Tracing", TelemetrySettings.Read(configuration).Traces));
    }

    private static T One<T>(IConfiguration configuration, string setting, T otherwise) where T : struct, Enum
    {
        var text = configuration[setting];
        if (string.IsNullOrEmpty(text))
        {
            return otherwise;
        }

        // Names alone: a number would be taken for a case, too.
        var found = Enum.GetValues<T>().Where(value => string.Equals(Name(value), text, StringComparison.OrdinalIgnoreCase)).ToList();
        return found is [var one]
            ? one
            : throw new ClusterRefusedException($"{setting} is '{text}'; known are: {string.Join(", ", Enum.GetValues<T>().Select(Name))}.");
    }

    private static bool Whether(IConfiguration configuration, string setting, bool otherwise) => configuration[setting] switch
    {
        null or "" => otherwise,
        var text when bool.TryParse(text, out var value) => value,
        var text => throw new ClusterRefusedException($"{setting} is '{text}'; known are: true, false."),
    };

    private static string FirstOf(IConfiguration configuration, params ReadOnlySpan<string> settings)
    {
        foreach (var setting in settings)
        {
            if (configuration[setting] is { Length: > 0 } value)
            {
                return value;
            }
        }

        return "pos";
    }

    private static string Name<T>(T value) where T : struct, Enum => value.ToString().ToLowerInvariant();
}

/// <summary>The process does not start: a setting of the cluster, or what lies behind it, cannot be used. The message is for operators.</summary>
public sealed class ClusterRefusedException(string message, Exception? inner = null) : Exception(message, inner);
