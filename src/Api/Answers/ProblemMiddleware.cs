using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Pos.Api.Answers;

/// <summary>Turns every fault and every bare error status into a problem.</summary>
internal static partial class ProblemMiddleware
{
    public static void UseProblems(this IApplicationBuilder app)
    {
        var logger = app.ApplicationServices.GetRequiredService<ILoggerFactory>().CreateLogger("Pos.Api");
        app.Use(next => context => Answer(context, next, logger));
    }

    private static async Task Answer(HttpContext context, RequestDelegate next, ILogger logger)
    {
        Headers.Secure(context);
        using var time = RequestTime.Begin(context);
        try
        {
            if (RequestHead.Refuse(context) is { } refused)
            {
                throw new RefusedRequestException(refused);
            }

            await next(context);
            var response = context.Response;
            if (response.StatusCode >= StatusCodes.Status400BadRequest && !response.HasStarted && response.ContentType is null)
            {
                var kind = Problems.OfStatus(response.StatusCode);
                var unknown = kind == Problems.NotFound && context.GetEndpoint() is null ? Reports.ReportsApi.RefuseUnknown(context.Request.Path) : null;
                await (unknown ?? new Refusal(kind, Detail(context, kind))).ExecuteAsync(context);
            }
        }
        catch (OperationCanceledException) when (time.HasClientGone)
        {
            // Nobody listens any more.
        }
        catch (Exception fault) when (!context.Response.HasStarted)
        {
            var refusal = time.IsUp && fault is OperationCanceledException ? RequestTime.IsUpProblem : Problems.Of(fault, context);
            if (refusal.Kind == Problems.Internal)
            {
                // The route's pattern, not the path: what a client sent could hold line breaks.
                Failed(logger, fault, context.GetEndpoint()?.DisplayName ?? "no endpoint", Refusal.TraceId(context));
            }
            else if (refusal.Kind.Status == StatusCodes.Status503ServiceUnavailable)
            {
                Unavailable(logger, context.GetEndpoint()?.DisplayName ?? "no endpoint", fault.GetType().Name, Refusal.TraceId(context));
            }

            context.Response.Clear();
            Headers.Secure(context);
            await refusal.ExecuteAsync(context);
        }
    }

    private static string Detail(HttpContext context, ProblemKind kind) =>
        kind == Problems.MethodNotAllowed && context.Response.Headers.Allow is { Count: > 0 } allow
            ? $"It takes {allow}."
            : kind.Title;

    [LoggerMessage(Level = LogLevel.Error, Message = "'{Endpoint}' failed, traceId {TraceId}")]
    private static partial void Failed(ILogger logger, Exception fault, string endpoint, string traceId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "'{Endpoint}' answered 503: {Fault}, traceId {TraceId}")]
    private static partial void Unavailable(ILogger logger, string endpoint, string fault, string traceId);
}
