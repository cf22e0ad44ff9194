using Microsoft.AspNetCore.Builder;

namespace Pos.Api;

/// <summary>Lets endpoints say who may use them.</summary>
public static class AccessRules
{
    /// <summary>Only for operators, who may reach into all stores: for what a host adds to the API.</summary>
    public static TBuilder RequiresOperator<TBuilder>(this TBuilder endpoint) where TBuilder : IEndpointConventionBuilder =>
        endpoint.Requires(Permission.Operate, Owner.Operators);

    /// <summary>
    /// The same for a page that people open in a browser, which has no header to send: it asks for a name, which is nothing to us, and for a
    /// password, which is the key. Only for what changes nothing: a browser sends the key along whoever made it ask.
    /// </summary>
    public static TBuilder RequiresOperatorInBrowser<TBuilder>(this TBuilder endpoint) where TBuilder : IEndpointConventionBuilder =>
        endpoint.RequiresOperator().WithMetadata(OpensInBrowser.Metadata);

    /// <summary>Says who may use an endpoint, and how the store is found that owns what it touches.</summary>
    internal static TBuilder Requires<TBuilder>(this TBuilder endpoint, Permission permission, Owner owner) where TBuilder : IEndpointConventionBuilder =>
        endpoint.WithMetadata(permission, owner);
}

/// <summary>Marks a page that takes the key as a password too, and is shown however many requests are under way.</summary>
internal sealed class OpensInBrowser
{
    public static readonly OpensInBrowser Metadata = new();
}
