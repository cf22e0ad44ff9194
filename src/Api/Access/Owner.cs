using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Orleans;

namespace Pos.Api.Access;

/// <summary>
/// How an endpoint finds the store that owns the resource of a request. Every endpoint declares exactly one way, and <see cref="OwnerCheck"/> keeps a
/// host from starting whose endpoints do not fit theirs. The store is read from the resource alone. A store that the request names elsewhere is checked
/// in addition, and never instead.
/// </summary>
internal abstract class Owner
{
    private const string StoreParameter = "store";
    private const string IdParameter = "id";

    private Owner(string name) => Name = name;

    /// <summary>The endpoint shows nothing of the business and needs no key.</summary>
    public static Owner Nobody { get; } = new Stateless("nobody", static (_, permission) =>
        permission == Permission.Anonymous ? null : "has no owner and yet needs a key: say whose what it touches is");

    /// <summary>The resource is shared by all stores. A change takes a key for all stores, and so does the approval of a change.</summary>
    public static Owner Shared { get; } = new Stateless("all stores share it", static (endpoint, permission) =>
        permission == Permission.Anonymous ? "is shared by all stores and yet needs no key"
        : Names(endpoint, StoreParameter) || Names(endpoint, IdParameter) ? "is shared by all stores and yet its route names a store or a thing of one"
        : !IsRead(endpoint) && permission is not ({ Everywhere: true } or { Role: Role.Operator }) ? "changes what all stores share with a key for some of them"
        : null);

    /// <summary>The resource is a list of stores. The endpoint shows only the stores that the key opens.</summary>
    public static Owner Filtered { get; } = new Stateless("only the key's stores are in it", static (endpoint, permission) =>
        !IsRead(endpoint) || permission == Permission.Anonymous ? "shows the key's stores and yet changes something or needs no key" : null);

    /// <summary>The resource may belong to any store. Only operators reach it, whose keys open all stores.</summary>
    public static Owner Operators { get; } = new Stateless("operators, in all stores", static (_, permission) =>
        permission == Permission.Operate ? null : "reaches into all stores and yet is open to others than operators");

    /// <summary>The store stands in the route.</summary>
    public static Owner InRoute { get; } = new Named(
        "the store in the path",
        static request => (string?)request.RouteValues[StoreParameter] is { } text ? [text] : [],
        static endpoint => Names(endpoint, StoreParameter) && Binds<StoreId>(endpoint, StoreParameter) ? null : "has no {store} in its route that it reads");

    /// <summary>The resource is a list of one store's things, and a required parameter of the query names the store.</summary>
    public static Owner InQuery { get; } = new Named(
        "the store in the query",
        // RefuseNamed checks every store of the query, so nothing is left to check here.
        static _ => [],
        static endpoint => !Names(endpoint, StoreParameter) && Binds<StoreId>(endpoint, StoreParameter) ? null : "demands no parameter 'store' in its query");

    /// <summary>The store stands in the body. <see cref="RefuseBody"/> checks it after the body was read and before anything is done.</summary>
    public static Owner InBody { get; } = new Named(
        "the store in the body",
        static _ => [],
        static endpoint => endpoint.Metadata.OfType<IAcceptsMetadata>().Any(static body => typeof(INamesStore).IsAssignableFrom(body.RequestType))
            ? null
            : $"takes no body that is an {nameof(INamesStore)}");

    /// <summary>The name of this way in docs/permissions.md.</summary>
    public string Name { get; }

    /// <summary>The answer when the named thing or store does not exist; null when nothing is named.</summary>
    public virtual ProblemKind? Unknown => this == InQuery ? Problems.Of(RejectionCode.UnknownStore) : null;

    /// <summary>The refusal of a body, or null when its store and every store that the query names are the caller's.</summary>
    public static Refusal? RefuseBody(HttpContext context, object body)
    {
        if (body is not INamesStore named)
        {
            return null;
        }

        var access = RequestAccess.Of(context);
        return access.Refuse(named.Store) ?? RefuseNamed(access, context.Request);
    }

    /// <summary>The route's <c>{id}</c> names a thing, and the thing knows its store.</summary>
    /// <param name="name">The name of this way in docs/permissions.md.</param>
    /// <param name="storeOf">Finds the store of an id; null when the id names nothing.</param>
    /// <param name="unknown">The answer when the id names nothing, and the same answer for callers of other stores.</param>
    public static Owner Of<TId>(string name, Func<IGrainFactory, TId, Task<StoreId?>> storeOf, Func<TId, Refusal> unknown) where TId : IParsable<TId> =>
        new OfId<TId>(name, storeOf, unknown);

    /// <summary>The refusal of a request, or null when its resource is of the caller's stores.</summary>
    public abstract ValueTask<Refusal?> Refuse(RequestAccess access, HttpContext context, IGrainFactory grains);

    /// <summary>Why this way cannot work for an endpoint, as the rest of a sentence that begins with the endpoint; null when it can.</summary>
    public abstract string? Fault(RouteEndpoint endpoint, Permission permission);

    /// <summary>The refusal of a store that the query names, or null. Every <c>store</c> is checked, whether the endpoint reads it or not.</summary>
    public static Refusal? RefuseNamed(RequestAccess access, HttpRequest request)
    {
        Refusal? refused = null;
        // The keys of a query do not differ by case here, and one that is repeated has all its values.
        foreach (var text in request.Query[StoreParameter])
        {
            // Where parameters are read, a text that is no store's id is refused.
            if (!StoreId.TryParse(text, null, out var store))
            {
                continue;
            }

            if (!access.Knows(store))
            {
                // This refusal comes before any that concerns the second key: that one would tell a store that exists from one that does not.
                return access.Refuse(store);
            }

            refused ??= access.Refuse(store);
        }

        return refused;
    }

    private static bool Names(RouteEndpoint endpoint, string parameter) => endpoint.RoutePattern.GetParameter(parameter) is not null;

    private static bool Binds<T>(RouteEndpoint endpoint, string parameter) => endpoint.Metadata.OfType<IParameterBindingMetadata>().Any(
        bound => bound.Name == parameter && !bound.IsOptional && bound.ParameterInfo.ParameterType == typeof(T));

    private static bool IsRead(RouteEndpoint endpoint) =>
        endpoint.Metadata.GetMetadata<IHttpMethodMetadata>() is { HttpMethods: { Count: > 0 } methods } && methods.All(HttpMethods.IsGet);

    /// <summary>A way that reads no store from the request.</summary>
    private sealed class Stateless(string name, Func<RouteEndpoint, Permission, string?> fault) : Owner(name)
    {
        public override ValueTask<Refusal?> Refuse(RequestAccess access, HttpContext context, IGrainFactory grains) =>
            new(HttpMethods.IsGet(context.Request.Method) ? null : access.RefuseForAllStores());

        public override string? Fault(RouteEndpoint endpoint, Permission permission) => fault(endpoint, permission);
    }

    private sealed class Named(string name, Func<HttpRequest, string[]> stores, Func<RouteEndpoint, string?> fault) : Owner(name)
    {
        public override ValueTask<Refusal?> Refuse(RequestAccess access, HttpContext context, IGrainFactory grains)
        {
            foreach (var text in stores(context.Request))
            {
                if (StoreId.TryParse(text, null, out var store) && access.Refuse(store) is { } refused)
                {
                    return new(refused);
                }
            }

            return default;
        }

        public override string? Fault(RouteEndpoint endpoint, Permission permission) => fault(endpoint);
    }

    private sealed class OfId<TId>(string name, Func<IGrainFactory, TId, Task<StoreId?>> storeOf, Func<TId, Refusal> unknown) : Owner(name)
        where TId : IParsable<TId>
    {
        public override async ValueTask<Refusal?> Refuse(RequestAccess access, HttpContext context, IGrainFactory grains) =>
            // Where parameters are read, a malformed id is refused.
            context.Request.RouteValues[IdParameter] is string text && TId.TryParse(text, CultureInfo.InvariantCulture, out var id)
                ? access.Refuse(await storeOf(grains, id).Within(context.Response), unknown(id))
                : null;

        // The kind does not depend on the id.
        public override ProblemKind Unknown => unknown(default!).Kind;

        public override string? Fault(RouteEndpoint endpoint, Permission permission) =>
            Names(endpoint, IdParameter) && Binds<TId>(endpoint, IdParameter) ? null : $"has no {{id}} in its route that it reads as {typeof(TId).Name}";
    }
}

/// <summary>A body that names its store.</summary>
internal interface INamesStore
{
    StoreId Store { get; }
}
