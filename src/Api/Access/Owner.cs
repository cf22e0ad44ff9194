using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Orleans;

namespace Pos.Api;

/// <summary>
/// How an endpoint finds the store that owns what a request touches. Every endpoint declares exactly one; a host whose endpoints do not
/// add up does not start (<see cref="OwnerCheck"/>). The owner is found from the resource alone. A store that the request names elsewhere is
/// checked in addition, and never instead.
/// </summary>
internal abstract class Owner
{
    private const string StoreParameter = "store";
    private const string IdParameter = "id";

    private Owner(string name) => Name = name;

    /// <summary>Nothing of the business is touched, and no key is needed.</summary>
    public static Owner Nobody { get; } = new Stateless("nobody", static (_, permission) =>
        permission == Permission.Anonymous ? null : "has no owner and yet needs a key: say whose what it touches is");

    /// <summary>What all stores share. Whoever changes it needs a key for all stores, and so does whoever approves of it.</summary>
    public static Owner Shared { get; } = new Stateless("all stores share it", static (endpoint, permission) =>
        permission == Permission.Anonymous ? "is shared by all stores and yet needs no key"
        : Names(endpoint, StoreParameter) || Names(endpoint, IdParameter) ? "is shared by all stores and yet its route names a store or a thing of one"
        : !IsRead(endpoint) && permission is not ({ Everywhere: true } or { Role: Role.Operator }) ? "changes what all stores share with a key for some of them"
        : null);

    /// <summary>A list of stores, of which the endpoint shows those that the key opens.</summary>
    public static Owner Filtered { get; } = new Stateless("only the key's stores are in it", static (endpoint, permission) =>
        !IsRead(endpoint) || permission == Permission.Anonymous ? "shows the key's stores and yet changes something or needs no key" : null);

    /// <summary>What belongs to any store, for operators, whose keys open all of them.</summary>
    public static Owner Operators { get; } = new Stateless("operators, in all stores", static (_, permission) =>
        permission == Permission.Operate ? null : "reaches into all stores and yet is open to others than operators");

    /// <summary>The store in the route.</summary>
    public static Owner InRoute { get; } = new Named(
        "the store in the path",
        static request => (string?)request.RouteValues[StoreParameter] is { } text ? [text] : [],
        static endpoint => Names(endpoint, StoreParameter) && Binds<StoreId>(endpoint, StoreParameter) ? null : "has no {store} in its route that it reads");

    /// <summary>The store that a parameter of the query demands: a list of what is in that store.</summary>
    public static Owner InQuery { get; } = new Named(
        "the store in the query",
        // Refused one by one beside the owner, however many there are.
        static _ => [],
        static endpoint => !Names(endpoint, StoreParameter) && Binds<StoreId>(endpoint, StoreParameter) ? null : "demands no parameter 'store' in its query");

    /// <summary>The store in the body. <see cref="RefuseBody"/> checks it as soon as the body was read, and before anything is done.</summary>
    public static Owner InBody { get; } = new Named(
        "the store in the body",
        static _ => [],
        static endpoint => endpoint.Metadata.OfType<IAcceptsMetadata>().Any(static body => typeof(INamesStore).IsAssignableFrom(body.RequestType))
            ? null
            : $"takes no body that is an {nameof(INamesStore)}");

    /// <summary>What documents call it.</summary>
    public string Name { get; }

    /// <summary>Why a body is not for whoever sent it, or null: its own store first, then what the query names beside it.</summary>
    public static Refusal? RefuseBody(HttpContext context, object body)
    {
        if (body is not INamesStore named)
        {
            return null;
        }

        var access = Access.Of(context);
        return access.Refuse(named.Store) ?? RefuseNamed(access, context.Request);
    }

    /// <summary>The store of what the route's <c>{id}</c> names.</summary>
    /// <param name="name">What documents call it.</param>
    /// <param name="storeOf">The store of an id; null when there is no such thing.</param>
    /// <param name="unknown">What is answered then, and to those who may not know.</param>
    public static Owner Of<TId>(string name, Func<IGrainFactory, TId, Task<StoreId?>> storeOf, Func<TId, Refusal> unknown) where TId : IParsable<TId> =>
        new OfId<TId>(name, storeOf, unknown);

    /// <summary>Why what a request touches is not for whoever asks, or null.</summary>
    public abstract ValueTask<Refusal?> Refuse(Access access, HttpContext context, IGrainFactory grains);

    /// <summary>What an endpoint lacks to be found this way, as the rest of a sentence that begins with the endpoint; null when nothing is.</summary>
    public abstract string? Fault(RouteEndpoint endpoint, Permission permission);

    /// <summary>Why a store that the query names is not for whoever asks, or null. Each is checked, whether the endpoint reads it or not.</summary>
    public static Refusal? RefuseNamed(Access access, HttpRequest request)
    {
        Refusal? refused = null;
        // The keys of a query do not differ by case here, and one that is repeated has all its values.
        foreach (var text in request.Query[StoreParameter])
        {
            // What cannot be a store is refused where parameters are read.
            if (!StoreId.TryParse(text, null, out var store))
            {
                continue;
            }

            if (!access.Knows(store))
            {
                // Before anything that is said of the second key, which would tell a store that is there from one that is not.
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

    /// <summary>No store of the request is looked at but those that it names.</summary>
    private sealed class Stateless(string name, Func<RouteEndpoint, Permission, string?> fault) : Owner(name)
    {
        public override ValueTask<Refusal?> Refuse(Access access, HttpContext context, IGrainFactory grains) =>
            new(HttpMethods.IsGet(context.Request.Method) ? null : access.RefuseForAllStores());

        public override string? Fault(RouteEndpoint endpoint, Permission permission) => fault(endpoint, permission);
    }

    private sealed class Named(string name, Func<HttpRequest, string[]> stores, Func<RouteEndpoint, string?> fault) : Owner(name)
    {
        public override ValueTask<Refusal?> Refuse(Access access, HttpContext context, IGrainFactory grains)
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
        public override async ValueTask<Refusal?> Refuse(Access access, HttpContext context, IGrainFactory grains) =>
            // A malformed id is refused where parameters are read.
            context.Request.RouteValues[IdParameter] is string text && TId.TryParse(text, CultureInfo.InvariantCulture, out var id)
                ? access.Refuse(await storeOf(grains, id).Within(context.Response), unknown(id))
                : null;

        public override string? Fault(RouteEndpoint endpoint, Permission permission) =>
            Names(endpoint, IdParameter) && Binds<TId>(endpoint, IdParameter) ? null : $"has no {{id}} in its route that it reads as {typeof(TId).Name}";
    }
}

/// <summary>A body that names the store which it is about.</summary>
internal interface INamesStore
{
    StoreId Store { get; }
}
