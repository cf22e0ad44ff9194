using System.CommandLine;

namespace Pos.Cli.Server;

/// <summary>The options of every command that talks to a server.</summary>
internal static class ServerOptions
{
    public const string DefaultUrl = "http://localhost:5080";

    private const string KeyVariable = "POS_KEY";
    private const int RetryForMax = 86_400;
    private static readonly TimeSpan AttemptMax = TimeSpan.FromSeconds(30);

    public static Option<string> Url { get; } = Options.Checked(
        new Option<string>("--url") { Description = "The server's address.", DefaultValueFactory = _ => DefaultUrl }, IsAddress, $"--url is an address like {DefaultUrl}.");

    public static Option<string?> Key { get; } = new("--key")
    {
        Description = $"The API key. It is better given in the environment, as {KeyVariable}: other users and the shell's history do not see it there.",
    };

    public static Option<int> RetryFor { get; } = Options.Number(
        "--retry-for", $"Seconds to repeat a request while the server does not answer or is overloaded, 0–{RetryForMax}.", 0, RetryForMax, 300);

    /// <summary>Makes the client; nothing is sent yet.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="time">The clock of waits and budgets.</param>
    /// <param name="connectionsMax">The most requests under way at once.</param>
    /// <param name="patience">How long requests are repeated.</param>
    /// <param name="attemptMax">The longest time of one attempt; half a minute when null.</param>
    public static PosServer Connect(
        ParseResult parsed, TimeProvider time, int connectionsMax, out Patience patience, TimeSpan? attemptMax = null)
    {
        patience = new Patience(TimeSpan.FromSeconds(parsed.GetRequiredValue(RetryFor)), time);
        return new PosServer(Address(parsed.GetRequiredValue(Url)), KeyOf(parsed), patience, connectionsMax, attemptMax ?? AttemptMax);
    }

    /// <summary>The API key of the command line or the environment; null without one.</summary>
    public static string? KeyOf(ParseResult parsed) => parsed.GetValue(Key) ?? Environment.GetEnvironmentVariable(KeyVariable);

    /// <summary>Whether requests can be sent below this address: it has no user, no query and no fragment.</summary>
    public static bool IsAddress(string text) => Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
        && uri is { UserInfo: "", Query: "", Fragment: "" };

    /// <summary>The server's root, with a slash at the end, so that paths go below it.</summary>
    public static Uri Address(string url) => new(url.EndsWith('/') ? url : url + "/");
}
