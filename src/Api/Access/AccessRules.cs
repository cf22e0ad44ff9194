using Microsoft.AspNetCore.Builder;

namespace Pos.Api.Access;

/// <summary>Lets endpoints say who may use them.</summary>
public static class AccessRules
{
    /// <summary>Opens an endpoint to operators alone, who may reach into all stores. For endpoints that a host adds to the API.</summary>
    public static TBuilder RequiresOperator<TBuilder>(this TBuilder endpoint) where TBuilder : IEndpointConventionBuilder =>
        endpoint.Requires(Permission.Operate, Owner.Operators);

    /// <summary>
    /// The same for a page that people open in a browser. A browser sends no header of ours, so it asks for a name, which is ignored, and a password, which
    /// is the key. Only for pages that change nothing: a browser sends the password with every request, also with one that another site made it send.
    /// </summary>
    public static TBuilder RequiresOperatorInBrowser<TBuilder>(this TBuilder endpoint) where TBuilder : IEndpointConventionBuilder =>
        endpoint.RequiresOperator().WithMetadata(OpensInBrowser.Metadata);

    /// <summary>Declares the permission that an endpoint takes, and how it finds the store that owns its resource.</summary>
    internal static TBuilder Requires<TBuilder>(this TBuilder endpoint, Permission permission, Owner owner) where TBuilder : IEndpointConventionBuilder =>
        endpoint.WithMetadata(permission, owner);
}

/// <summary>Marks a page that takes the key as a password too, and needs no place among the requests under way.</summary>
internal sealed class OpensInBrowser
{
    public static readonly OpensInBrowser Metadata = new();
}
