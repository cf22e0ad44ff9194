using System.Collections.Immutable;
using Microsoft.AspNetCore.Builder;

namespace Pos.Api;

/// <summary>The problems that an endpoint can answer beyond those of every endpoint; the API document is made from it.</summary>
internal sealed record RefusalMetadata(ImmutableArray<ProblemKind> Kinds);

/// <summary>Lets an endpoint say what it refuses.</summary>
internal static class RefusalMetadataExtensions
{
    public static RouteHandlerBuilder Refuses(this RouteHandlerBuilder endpoint, params ReadOnlySpan<RejectionCode> codes)
    {
        var kinds = ImmutableArray.CreateBuilder<ProblemKind>(codes.Length);
        foreach (var code in codes)
        {
            kinds.Add(Problems.Of(code));
        }

        return endpoint.WithMetadata(new RefusalMetadata(kinds.DrainToImmutable()));
    }

    public static RouteHandlerBuilder Refuses(this RouteHandlerBuilder endpoint, ProblemKind kind) =>
        endpoint.WithMetadata(new RefusalMetadata([kind]));
}
