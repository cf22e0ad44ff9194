using System.Net;
using Pos.Api;
using Pos.Api.Access;
using Pos.Api.Server;
using Pos.Journal;
using Pos.Payments;
using Pos.Verification;

namespace Pos.Silo;

/// <summary>The host's additions to the API.</summary>
internal static partial class Startup
{
    /// <summary>
    /// Lets <c>pos verify</c> check the journal of a running silo: nobody else can open a file meanwhile. It reads everything, so it
    /// answers programs on this machine only, one at a time.
    /// </summary>
    public static void MapVerification(this WebApplication app)
    {
        var one = new SemaphoreSlim(1);
        app.MapPost("/admin/verify", async Task<IResult> (HttpContext context, IJournal journal, LedgerFile ledger, CancellationToken cancelled) =>
        {
            if (context.Connection.RemoteIpAddress is not { } caller || !IPAddress.IsLoopback(caller) || context.Request.Headers.Origin.Count > 0)
            {
                return TypedResults.Text("The journal is verified for programs on this machine only.\n", statusCode: StatusCodes.Status403Forbidden);
            }

            if (!one.Wait(0, cancelled))
            {
                context.Response.Headers.RetryAfter = "5";
                return TypedResults.StatusCode(StatusCodes.Status503ServiceUnavailable);
            }

            try
            {
                return TypedResults.Json(await Verifier.Run(journal, ledger.Existing, cancelled), VerificationJson.Default.VerificationReport);
            }
            finally
            {
                one.Release();
            }
        }).ExcludeFromDescription().RequiresOperator().TakesItsTime();
    }

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
