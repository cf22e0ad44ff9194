using System.Collections.Immutable;
using System.Reflection;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;

namespace Pos.Api.Answers;

/// <summary>The problems that an endpoint can answer; the API's document is made from it.</summary>
internal sealed record RefusalMetadata(ImmutableArray<ProblemKind> Kinds);

/// <summary>Lets endpoints say what they refuse.</summary>
internal static class RefusalMetadataExtensions
{
    private static readonly ImmutableArray<ProblemKind> OfEvery =
        [Problems.InvalidParameter, Problems.Internal, Problems.NotDurable, Problems.Overloaded, Problems.OutcomeUnknown, Problems.Unavailable];

    private static readonly ImmutableArray<ProblemKind> OfBodies = [Problems.MalformedBody, Problems.BodyTooLarge, Problems.UnsupportedMediaType, Problems.UnsupportedEncoding];

    private static readonly ImmutableArray<ProblemKind> OfKeys = [Problems.KeyMissing, Problems.KeyInvalid];

    private static readonly ImmutableArray<ProblemKind> OfKeptKeys =
        [Problems.Of(RejectionCode.OperationReused), Problems.Of(RejectionCode.OperationTooLate), Problems.Of(RejectionCode.TooManyPending)];

    public static RouteHandlerBuilder Refuses(this RouteHandlerBuilder endpoint, params ReadOnlySpan<RejectionCode> codes)
    {
        var kinds = ImmutableArray.CreateBuilder<ProblemKind>(codes.Length);
        foreach (var code in codes)
        {
            kinds.Add(Problems.Of(code));
        }

        return endpoint.WithMetadata(new RefusalMetadata(kinds.DrainToImmutable()));
    }

    /// <summary>Adds the codes that the contract of a grain declares for one of its commands.</summary>
    public static RouteHandlerBuilder RefusesAs<TGrain>(this RouteHandlerBuilder endpoint, string command) =>
        endpoint.Refuses([.. typeof(TGrain).GetMethod(command)!.GetCustomAttribute<RefusesAttribute>()!.Codes]);

    public static RouteHandlerBuilder Refuses(this RouteHandlerBuilder endpoint, ProblemKind kind) =>
        endpoint.WithMetadata(new RefusalMetadata([kind]));

    /// <summary>Adds to every endpoint of a group what follows from its shape: a body, a key, parameters.</summary>
    public static void RefusesWhatItsShapeImplies(this IEndpointConventionBuilder group) => group.Finally(static endpoint =>
    {
        var metadata = endpoint.Metadata;
        metadata.Add(QueryParameters.Of(endpoint));
        List<ProblemKind> kinds = [.. metadata.OfType<RefusalMetadata>().SelectMany(refusals => refusals.Kinds), .. OfEvery];
        // Whatever takes a limit asks for so many items.
        if (metadata.OfType<MethodInfo>().Any(static handler => handler.GetParameters().Any(static parameter => parameter.Name == "limit")))
        {
            metadata.Add(ChargedByItem.Metadata);
        }

        if (metadata.OfType<Owner>().LastOrDefault()?.Unknown is { } unknown)
        {
            kinds.Add(unknown);
        }

        if (endpoint is RouteEndpointBuilder { RoutePattern.Parameters: { } parameters } && parameters.Any(parameter => parameter.Name == "store"))
        {
            kinds.Add(Problems.Of(RejectionCode.UnknownStore));
        }

        if (endpoint is RouteEndpointBuilder { RoutePattern.Parameters.Count: > 0 } && !metadata.OfType<IHttpMethodMetadata>().Any(IsGet))
        {
            kinds.Add(Problems.Of(RejectionCode.VersionMismatch));
        }

        kinds.AddRange(OfPermission(metadata.OfType<Permission>().LastOrDefault()));
        if (kinds.Contains(Problems.Of(RejectionCode.ApprovalRequired)))
        {
            kinds.Add(Problems.ApprovalRefused);
        }

        if (metadata.OfType<IAcceptsMetadata>().Any())
        {
            kinds.AddRange(OfBodies);
        }

        if (TakesKey.IsRequired(metadata) is { } isKeyRequired)
        {
            kinds.AddRange(isKeyRequired ? OfKeys : [.. OfKeys, .. OfKeptKeys]);
        }

        metadata.Add(new RefusalMetadata([.. kinds.Distinct().OrderBy(kind => kind.Status).ThenBy(kind => kind.Code, StringComparer.Ordinal)]));
        foreach (var status in kinds.Select(kind => kind.Status).Distinct().Order())
        {
            metadata.Add(new ProducesResponseTypeMetadata(status, typeof(Problem), [Refusal.ProblemJson]));
        }
    });

    private static IEnumerable<ProblemKind> OfPermission(Permission? permission)
    {
        yield return Problems.Unauthenticated;
        yield return Problems.TooManyRequests;
        if (permission is { Role: > Role.Reader } or { Everywhere: true })
        {
            yield return Problems.Forbidden;
        }

        if (permission is { NeedsApproval: true })
        {
            yield return Problems.Of(RejectionCode.ApprovalRequired);
        }
    }

    private static bool IsGet(IHttpMethodMetadata methods) => methods.HttpMethods.Contains(HttpMethods.Get);
}
