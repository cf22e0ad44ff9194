using System.CommandLine;

namespace Pos.Cli.Server;

/// <summary>The options of every command that talks to a server.</summary>
internal static class ServerOptions
{
    public const string DefaultUrl = "http://localhost:5080";

    private const string KeyVariable = "POS_KEY";

    private const int RetryForMax = 86_400;

    public static Option<string> Url { get; } = UrlOption();

    public static Option<string?> Key { get; } = new("--key")
    {
        Description = $"The API key to show. Better in the environment, as {KeyVariable}, where other users and the shell's history do not see it.",
    };

    public static Option<int> RetryFor { get; } = RetryForOption();

    /// <summary>Makes the client; nothing is sent yet.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="time">The clock of waits and budgets.</param>
    /// <param name="connectionsMax">Requests under way at once.</param>
    /// <param name="patience">How requests are repeated.</param>
    /// <param name="attemptMax">How long one attempt may take; half a minute when not said.</param>
    public static PosServer Connect(
        ParseResult parsed, TimeProvider time, int connectionsMax, out Patience patience, TimeSpan? attemptMax = null)
    {
        patience = new Patience(TimeSpan.FromSeconds(parsed.GetRequiredValue(RetryFor)), time);
        return new PosServer(Address(parsed.GetRequiredValue(Url)), KeyOf(parsed), patience, connectionsMax, attemptMax ?? TimeSpan.FromSeconds(30));
    }

    /// <summary>The API key of the command line or the environment; null without one.</summary>
    public static string? KeyOf(ParseResult parsed) => parsed.GetValue(Key) ?? Environment.GetEnvironmentVariable(KeyVariable);

    /// <summary>The server's root, with a slash at the end, so that paths go below it.</summary>
    public static Uri Address(string url) => new(url.EndsWith('/') ? url : url + "/");

    private static Option<string> UrlOption()
    {
        var url = new Option<string>("--url") { Description = "The server's address.", DefaultValueFactory = _ => DefaultUrl };
        url.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0
                && !(Uri.TryCreate(result.Tokens[0].Value, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"))
            {
                result.AddError($"--url is an address like {DefaultUrl}.");
            }
        });
        return url;
    }

    private static Option<int> RetryForOption()
    {
        var retryFor = new Option<int>("--retry-for")
        {
            Description = "Seconds to repeat a request while the server is away or overloaded.",
            DefaultValueFactory = _ => 300,
        };
        retryFor.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && (!int.TryParse(result.Tokens[0].Value, out var n) || n is < 0 or > RetryForMax))
            {
                result.AddError($"--retry-for is a number of seconds from 0 to {RetryForMax}.");
            }
        });
        return retryFor;
    }
}
