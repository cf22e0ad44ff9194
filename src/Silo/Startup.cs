using Pos.Journal.Sqlite;
using Pos.Verification;

namespace Pos.Silo;

/// <summary>What the host adds to the API.</summary>
internal static partial class Startup
{
    /// <summary>Lets <c>pos verify</c> check the journal of a running silo: nobody else can open the file meanwhile.</summary>
    public static void MapVerification(this WebApplication app) =>
        app.MapPost("/admin/verify", async (SqliteJournal journal, CancellationToken cancelled) =>
                TypedResults.Json(await Verifier.Run(journal, cancelled), VerificationJson.Default.VerificationReport))
            .ExcludeFromDescription();

    public static void SayWhereItListens(this WebApplication app) =>
        app.Lifetime.ApplicationStarted.Register(() =>
        {
            foreach (var address in app.Urls)
            {
                Listening(app.Logger, address);
            }
        });

    [LoggerMessage(Level = LogLevel.Information, Message = "Ready. The API and its page: {Address}/")]
    private static partial void Listening(ILogger logger, string address);
}
