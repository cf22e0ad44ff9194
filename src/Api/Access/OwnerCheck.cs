using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Pos.Api.Access;

/// <summary>
/// Keeps a host from starting that has an endpoint without a permission, or without a way to find the store that owns its resource. It looks at the
/// finished pipeline before the first connection is accepted, so no endpoint can be added after it.
/// </summary>
internal sealed class OwnerCheck : IStartupFilter
{
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        next(app);
        var faults = app.ApplicationServices.GetRequiredService<EndpointDataSource>().Endpoints
            .OfType<RouteEndpoint>()
            .Select(static endpoint => Fault(endpoint) is { } fault ? $"'{NameOf(endpoint)}' {fault}." : null)
            .OfType<string>()
            .ToList();
        if (faults.Count > 0)
        {
            throw new InvalidOperationException($"The API does not start: {string.Join(' ', faults)}");
        }
    };

    private static string? Fault(RouteEndpoint endpoint)
    {
        var (permissions, owners) = (endpoint.Metadata.GetOrderedMetadata<Permission>(), endpoint.Metadata.GetOrderedMetadata<Owner>());
        return permissions.Count != 1 ? $"declares {permissions.Count} permissions instead of one"
            : owners.Count != 1 ? $"declares {owners.Count} ways to find the store of what it touches instead of one"
            : permissions[0] == Permission.Anonymous && owners[0] != Owner.Nobody ? "needs no key and yet touches what somebody owns"
            : owners[0].Fault(endpoint, permissions[0]);
    }

    private static string NameOf(RouteEndpoint endpoint) =>
        $"{string.Join(',', endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? ["*"])} {endpoint.RoutePattern.RawText}";
}
