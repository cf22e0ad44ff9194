using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Pos.Api.Answers;

/// <summary>An error as RFC 9457 writes it.</summary>
/// <param name="Type">Identifies the kind of problem; a page of this API describes it.</param>
/// <param name="Title">The kind of problem in one sentence.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="Detail">What was wrong with this request.</param>
/// <param name="Code">The kind of problem, for programs.</param>
/// <param name="TraceId">Finds this request in logs and traces.</param>
internal sealed record Problem(string Type, string Title, int Status, string Detail, string Code, string TraceId)
{
    /// <summary>Where in the body.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public BodyPlace? At { get; init; }

    /// <summary>Every line that could not be had, with what is available.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ImmutableArray<Shortage> Shortages { get; init; }

    /// <summary>The order that was cancelled for this reason; its Location is in the header.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public OrderId? Order { get; init; }
}

/// <summary>A place in a JSON body.</summary>
/// <param name="Path">JSON path.</param>
/// <param name="Line">From 1; absent where only the path is known.</param>
/// <param name="Position">Byte in the line, from 1; absent where only the path is known.</param>
internal sealed record BodyPlace(
    string Path,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? Line = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] long? Position = null);

/// <summary>Answers a request with a problem.</summary>
internal sealed class Refusal(ProblemKind kind, string detail) : IResult, IStatusCodeHttpResult, IContentTypeHttpResult
{
    public const string ProblemJson = "application/problem+json";

    public Refusal(RejectionCode code, string detail) : this(Problems.Of(code), detail)
    {
    }

    public Refusal(Rejection rejection) : this(rejection.Code, rejection.Detail) => Shortages = rejection.Shortages;

    public ProblemKind Kind => kind;

    public string Detail => detail;

    public ImmutableArray<Shortage> Shortages { get; init; }

    public BodyPlace? At { get; init; }

    public OrderId? Order { get; init; }

    /// <summary>When to come back, if it is known better than for the kind.</summary>
    public int? RetryAfterSeconds { get; init; }

    public int? StatusCode => kind.Status;

    public string ContentType => ProblemJson;

    public Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = kind.Status;
        if (kind == Problems.NotModified)
        {
            return Task.CompletedTask;
        }

        response.ContentType = ProblemJson;
        if ((RetryAfterSeconds ?? kind.RetryAfterSeconds) is > 0 and var seconds)
        {
            response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }

        var problem = new Problem(kind.Type, kind.Title, kind.Status, detail, kind.Code, TraceId(httpContext))
        {
            At = At,
            Shortages = Shortages.IsDefaultOrEmpty ? default : Shortages,
            Order = Order,
        };
        var json = JsonSerializer.SerializeToUtf8Bytes(problem, ApiJson.Wire.Problem);
        response.ContentLength = json.Length;
        return HttpMethods.IsHead(httpContext.Request.Method) ? Task.CompletedTask : response.Body.WriteAsync(json, 0, json.Length);
    }

    public static string TraceId(HttpContext context) => Activity.Current?.TraceId.ToHexString() ?? context.TraceIdentifier;
}

/// <summary>Turns answers of grains into HTTP.</summary>
internal static class OutcomeResults
{
    /// <summary>The answer, if it comes in time.</summary>
    /// <exception cref="OperationCanceledException">The request's time is up, or the client has gone: what was asked for goes on.</exception>
    public static Task<T> Within<T>(this Task<T> asked, HttpResponse response) => asked.WaitAsync(response.HttpContext.RequestAborted);

    /// <summary>What came of a command, with its version; or the refusal.</summary>
    public static async Task<Results<Ok<T>, Refusal>> ToOk<T>(this Task<Outcome<T>> asked, HttpResponse response) where T : class, IVersioned
    {
        var outcome = await asked.Within(response);
        return outcome.Rejection is { } rejection ? new Refusal(rejection) : TypedResults.Ok(response.Tagged(outcome.Value!));
    }

    /// <summary>A view that is about to be answered; its version goes with it as strong entity tag.</summary>
    public static T Tagged<T>(this HttpResponse response, T view) where T : IVersioned
    {
        response.Headers.ETag = EntityTag.Of(view);
        return view;
    }

    /// <summary>A resource with its version as strong entity tag; 304 when the client has it already; or the refusal.</summary>
    public static Results<Ok<T>, Refusal> OkOr<T>(this HttpResponse response, T? view, Refusal absent) where T : class, IVersioned
    {
        if (view is null)
        {
            return absent;
        }

        var tag = EntityTag.Of(view);
        response.Headers.ETag = tag;
        return EntityTag.IsAmong(response.HttpContext.Request.Headers.IfNoneMatch, tag) ? new Refusal(Problems.NotModified, "") : TypedResults.Ok(view);
    }
}
