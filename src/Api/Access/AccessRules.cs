using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Orleans;

namespace Pos.Api;

/// <summary>Lets endpoints say who may use them.</summary>
public static class AccessRules
{
    /// <summary>Only for operators: for what a host adds to the API.</summary>
    public static TBuilder RequiresOperator<TBuilder>(this TBuilder endpoint) where TBuilder : IEndpointConventionBuilder =>
        endpoint.Requires(Permission.Operate);

    /// <summary>
    /// The same for a page that people open in a browser, which has no header to send: it asks for a name, which is nothing to us, and for a
    /// password, which is the key. Only for what changes nothing: a browser sends the key along whoever made it ask.
    /// </summary>
    public static TBuilder RequiresOperatorInBrowser<TBuilder>(this TBuilder endpoint) where TBuilder : IEndpointConventionBuilder =>
        endpoint.RequiresOperator().WithMetadata(OpensInBrowser.Metadata);

    internal static TBuilder Requires<TBuilder>(this TBuilder endpoint, Permission permission) where TBuilder : IEndpointConventionBuilder =>
        endpoint.WithMetadata(permission);

    /// <summary>Says how to find the store of what the address names by an id alone.</summary>
    /// <param name="endpoint">Its route has <c>{id}</c>.</param>
    /// <param name="storeOf">The store of an id; null when there is no such thing.</param>
    /// <param name="unknown">What is answered then, and to those who may not know.</param>
    internal static RouteHandlerBuilder InStoreOf<TId>(
        this RouteHandlerBuilder endpoint, Func<IGrainFactory, TId, Task<StoreId?>> storeOf, Func<TId, Refusal> unknown) where TId : IParsable<TId> =>
        endpoint.WithMetadata(new InStore(async (access, grains, text) =>
            // A malformed id is refused where parameters are read.
            TId.TryParse(text, CultureInfo.InvariantCulture, out var id) ? access.Refuse(await storeOf(grains, id), unknown(id)) : null));
}

/// <summary>Marks a page that takes the key as a password too, and is shown however many requests are under way.</summary>
internal sealed class OpensInBrowser
{
    public static readonly OpensInBrowser Metadata = new();
}

/// <summary>How an endpoint finds the store of what its address names.</summary>
/// <param name="Refuse">Why it is not for this request, or null.</param>
internal sealed record InStore(Func<Access, IGrainFactory, string, Task<Refusal?>> Refuse);

/// <summary>A body that names the store which it is about.</summary>
internal interface INamesStore
{
    StoreId Store { get; }
}
