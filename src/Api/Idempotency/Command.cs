using System.Diagnostics;
using System.Reflection;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Extensions.DependencyInjection;

namespace Pos.Api.Idempotency;

/// <summary>Marks an operation that needs an Idempotency-Key.</summary>
internal sealed class KeyRequired
{
    public static readonly KeyRequired Metadata = new();
}

/// <summary>A POST or PATCH that was read whole: its body, and what makes it repeatable.</summary>
internal sealed class Command<T> : IBindableFromHttpContext<Command<T>>, IEndpointParameterMetadataProvider where T : class
{
    private readonly IdempotencyKey _key;
    private readonly Sender _sender;
    private readonly string _fingerprint;

    private Command(T body, IdempotencyKey key, Sender sender)
    {
        Body = body;
        _key = key;
        _sender = sender;
        _fingerprint = BodyType<T>.Fingerprint(body);
    }

    public T Body { get; }

    /// <inheritdoc cref="IdempotencyKey.Id"/>
    public string Id(string first, string second, string route) => _key.Id(first, second, route);

    public Operation Operation(string id, string till = "") => _sender.Operation(id, _fingerprint, till);

    public static async ValueTask<Command<T>?> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        var key = IdempotencyKey.Of(context.Request);
        var body = await RequestBody.Read(context.Request, BodyType<T>.Read);
        return (body is IBringsLines lines ? RequestAccess.Of(context).Allowance.Refuse(lines.LinesCount) : null) is { } tooMuch
            ? throw new RefusedRequestException(tooMuch)
            : Owner.RefuseBody(context, body) is { } refused
            ? throw new RefusedRequestException(refused)
            : new Command<T>(body, key, Sender.Of(context));
    }

    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder)
    {
        builder.Metadata.Add(BodyType<T>.Accepted);
        builder.Metadata.Add(KeyRequired.Metadata);
    }
}

/// <summary>A POST without a body.</summary>
internal sealed class Command : IBindableFromHttpContext<Command>, IEndpointParameterMetadataProvider
{
    private readonly IdempotencyKey _key;
    private readonly Sender _sender;

    private Command(IdempotencyKey key, Sender sender)
    {
        _key = key;
        _sender = sender;
    }

    /// <inheritdoc cref="IdempotencyKey.Id"/>
    public string Id(string first, string second, string route) => _key.Id(first, second, route);

    // What is asked for stands in the path, and the path is part of the id.
    public Operation Operation(string id) => _sender.Operation(id, "", "");

    public static async ValueTask<Command?> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        var key = IdempotencyKey.Of(context.Request);
        await RequestBody.RefuseAny(context.Request);
        return new Command(key, Sender.Of(context));
    }

    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) => builder.Metadata.Add(KeyRequired.Metadata);
}

/// <summary>Marks an operation that takes an Idempotency-Key, and can do without.</summary>
internal sealed class KeyWelcome
{
    public static readonly KeyWelcome Metadata = new();
}

/// <summary>
/// What makes a PUT or DELETE repeatable. It is by what it says; with a key, also after others have done something else. Without a key each
/// request is an operation of its own: putting A, then B, then A again must end with A.
/// </summary>
internal sealed class OptionalKey
{
    private readonly IdempotencyKey _key;
    private readonly Sender _sender;
    private readonly bool _isChosen;

    private OptionalKey(IdempotencyKey key, Sender sender, bool isChosen) => (_key, _sender, _isChosen) = (key, sender, isChosen);

    /// <exception cref="RefusedRequestException">The header is malformed.</exception>
    public static OptionalKey Of(HttpContext context)
    {
        var sender = Sender.Of(context);
        return context.Request.Headers.ContainsKey(IdempotencyKey.Header)
            ? new(IdempotencyKey.Of(context.Request), sender, true)
            // Nobody repeats it but this process, while the request is under way.
            : new(
                new(context.TraceIdentifier + sender.Correlation, sender.Actor),
                sender with { NotAfter = sender.NotAfter - Sender.KeyLifetime + Sender.UnkeyedLifetime },
                false);
    }

    public Operation Operation(string first, string second, string route, string fingerprint) =>
        _sender.Operation(_key.Id(first, second, route), fingerprint, "") with { Keyed = _isChosen };
}

/// <summary>A PUT that was read whole.</summary>
internal sealed class Replacement<T> : IBindableFromHttpContext<Replacement<T>>, IEndpointParameterMetadataProvider where T : class
{
    private readonly OptionalKey _key;

    private Replacement(T body, OptionalKey key) => (Body, _key) = (body, key);

    public T Body { get; }

    /// <inheritdoc cref="IdempotencyKey.Id"/>
    public Operation Operation(string first, string second, string route) => _key.Operation(first, second, route, BodyType<T>.Fingerprint(Body));

    public static async ValueTask<Replacement<T>?> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        var key = OptionalKey.Of(context);
        var body = await RequestBody.Read(context.Request, BodyType<T>.Read);
        return Owner.RefuseBody(context, body) is { } refused
            ? throw new RefusedRequestException(refused)
            : new Replacement<T>(body, key);
    }

    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder)
    {
        builder.Metadata.Add(BodyType<T>.Accepted);
        builder.Metadata.Add(KeyWelcome.Metadata);
    }
}

/// <summary>A DELETE.</summary>
internal sealed class Removal : IBindableFromHttpContext<Removal>, IEndpointParameterMetadataProvider
{
    private readonly OptionalKey _key;

    private Removal(OptionalKey key) => _key = key;

    /// <inheritdoc cref="IdempotencyKey.Id"/>
    public Operation Operation(string first, string second, string route) => _key.Operation(first, second, route, "");

    public static ValueTask<Removal?> BindAsync(HttpContext context, ParameterInfo parameter) =>
        ValueTask.FromResult<Removal?>(new Removal(OptionalKey.Of(context)));

    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) => builder.Metadata.Add(KeyWelcome.Metadata);
}

/// <summary>Who sent a request, in which trace, and until when it can be repeated.</summary>
internal readonly record struct Sender(DateTimeOffset NotAfter, string Actor, string ApprovedBy, string Correlation, string TraceParent, long? IfVersion)
{
    // Longer than the promise, so that a repetition at its last moment still finds the key on a clock that runs ahead.
    public static readonly TimeSpan KeyLifetime = Limits.IdempotencyKeyLifetime + TimeSpan.FromMinutes(15);

    // Longer than a request may take, and what may be between the clocks of two processes.
    public static readonly TimeSpan UnkeyedLifetime = TimeSpan.FromMinutes(5);

    public static Sender Of(HttpContext context)
    {
        var clock = context.RequestServices.GetRequiredService<TimeProvider>();
        var activity = Activity.Current;
        var access = RequestAccess.Of(context);
        return new Sender(clock.GetUtcNow() + KeyLifetime, access.Actor, access.ApprovedBy, Refusal.TraceId(context), activity?.Id ?? "",
            EntityTag.Demanded(context.Request));
    }

    public Operation Operation(string id, string fingerprint, string till) =>
        new(id, fingerprint, NotAfter, Actor, till, Correlation, TraceParent, ApprovedBy, IfVersion);
}

/// <summary>How a type of body is read, written and announced.</summary>
internal static class BodyType<T> where T : class
{
    public static readonly JsonTypeInfo<T> Json = (JsonTypeInfo<T>)ApiJson.Wire.GetTypeInfo(typeof(T))!;
    public static readonly JsonTypeInfo<T> Read = (JsonTypeInfo<T>)ReadJson.Strict.GetTypeInfo(typeof(T))!;
    public static readonly AcceptsMetadata Accepted = new(["application/json"], typeof(T));

    /// <summary>Hash of what was understood, so that white space and the order of members do not matter.</summary>
    public static string Fingerprint(T body)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(body, Json), hash);
        return Convert.ToHexStringLower(hash);
    }
}
