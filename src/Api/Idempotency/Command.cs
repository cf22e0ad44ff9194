using System.Diagnostics;
using System.Reflection;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Pos.Api.Idempotency;

/// <summary>A write without a body.</summary>
internal sealed class Command : IBindableFromHttpContext<Command>, IEndpointParameterMetadataProvider
{
    private readonly Repeatable _request;

    private Command(Repeatable request) => _request = request;

    /// <inheritdoc cref="Repeatable.Operation"/>
    public Operation Operation(string first, string second, string route) => _request.Operation(first, second, route, "");

    public static async ValueTask<Command?> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        var key = IdempotencyKey.Of(context.Request);
        if (HttpMethods.IsPost(context.Request.Method))
        {
            await RequestBody.RefuseAny(context.Request);
        }

        // The path says everything that is asked for, and the path is part of the operation's id.
        return new(Repeatable.Of(context, key, fingerprint: ""));
    }

    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) => builder.Metadata.Add(TakesKey.Metadata);
}

/// <summary>A write with its body, which was read whole.</summary>
internal sealed class Command<T> : IBindableFromHttpContext<Command<T>>, IEndpointParameterMetadataProvider where T : class
{
    private static readonly JsonTypeInfo<T> Written = (JsonTypeInfo<T>)ApiJson.Wire.GetTypeInfo(typeof(T))!;
    private static readonly JsonTypeInfo<T> Read = (JsonTypeInfo<T>)ReadJson.Strict.GetTypeInfo(typeof(T))!;
    private static readonly AcceptsMetadata Accepted = new(["application/json"], typeof(T));

    private readonly Repeatable _request;

    private Command(T body, Repeatable request) => (Body, _request) = (body, request);

    public T Body { get; }

    /// <inheritdoc cref="Repeatable.Operation"/>
    public Operation Operation(string first, string second, string route, string till = "") => _request.Operation(first, second, route, till);

    public static async ValueTask<Command<T>?> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        var key = IdempotencyKey.Of(context.Request);
        var body = await RequestBody.Read(context.Request, Read);
        return (body is IBringsLines lines ? RequestAccess.Of(context).Allowance.Refuse(lines.LinesCount) : null) is { } tooMuch
            ? throw new RefusedRequestException(tooMuch)
            : Owner.RefuseBody(context, body) is { } refused
            ? throw new RefusedRequestException(refused)
            : new Command<T>(body, Repeatable.Of(context, key, Fingerprint(body)));
    }

    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder)
    {
        builder.Metadata.Add(Accepted);
        builder.Metadata.Add(TakesKey.Metadata);
    }

    // A hash of the body as it was understood: white space and the order of members do not matter.
    private static string Fingerprint(T body)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(body, Written), hash);
        return Convert.ToHexStringLower(hash);
    }
}

/// <summary>Marks an operation that takes an Idempotency-Key. A POST and a PATCH need one; a PUT and a DELETE can do without.</summary>
internal sealed class TakesKey
{
    public static readonly TakesKey Metadata = new();

    /// <summary>Whether the operation with this metadata needs a key; null when it takes none.</summary>
    public static bool? IsRequired(IEnumerable<object> metadata) => metadata.OfType<TakesKey>().Any()
        ? metadata.OfType<IHttpMethodMetadata>().SelectMany(static known => known.HttpMethods).Any(IdempotencyKey.IsRequired)
        : null;
}

/// <summary>The parts of a request that make it repeatable: its key, its sender, and the fingerprint of its body.</summary>
internal readonly struct Repeatable
{
    // Longer than the promise, so that a repetition at its last moment still finds the key on a clock that runs ahead.
    private static readonly TimeSpan KeyLifetime = Limits.IdempotencyKeyLifetime + TimeSpan.FromMinutes(15);

    // Longer than a request may take, and more than the difference between the clocks of two processes.
    private static readonly TimeSpan UnkeyedLifetime = TimeSpan.FromMinutes(5);

    private readonly IdempotencyKey _key;
    private readonly bool _isKeyOptional;
    private readonly string _fingerprint;
    private readonly RequestAccess _access;
    private readonly string _trace;
    private readonly DateTimeOffset _notAfter;
    private readonly long? _ifVersion;

    private Repeatable(HttpContext context, IdempotencyKey? key, string fingerprint)
    {
        _access = RequestAccess.Of(context);
        _trace = Refusal.TraceId(context);
        _key = key ?? new(context.TraceIdentifier + _trace, _access.Actor);
        _isKeyOptional = key is not null && !IdempotencyKey.IsRequired(context.Request.Method);
        _fingerprint = fingerprint;
        _notAfter = context.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow() + (key is null ? UnkeyedLifetime : KeyLifetime);
        _ifVersion = EntityTag.Demanded(context.Request);
    }

    /// <param name="context">The request's.</param>
    /// <param name="key">
    /// The key that the client sent; null for a PUT or DELETE without one. Such a request is an operation of its own, which only this process repeats,
    /// and only while the request is under way: putting A, then B, then A again must end with A.
    /// </param>
    /// <param name="fingerprint">The body's; empty without a body.</param>
    /// <exception cref="RefusedRequestException">If-Match is not one entity tag.</exception>
    public static Repeatable Of(HttpContext context, IdempotencyKey? key, string fingerprint) => new(context, key, fingerprint);

    /// <summary>The operation that the request's key names in a scope.</summary>
    /// <param name="first">The store, or empty. The two scopes and the route are part of the operation's id: see <see cref="IdempotencyKey.Id"/>.</param>
    /// <param name="second">The till or the thing that is changed.</param>
    /// <param name="route">The method, and a name of the route that never changes.</param>
    /// <param name="till">The till that the request comes from, or empty.</param>
    public Operation Operation(string first, string second, string route, string till) => new(
        _key.Id(first, second, route), _fingerprint, _notAfter, _access.Actor, till, _trace, Activity.Current?.Id ?? "", _access.ApprovedBy, _ifVersion, _isKeyOptional);
}
