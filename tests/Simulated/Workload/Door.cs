using System.Collections.Frozen;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Pos.Api;
using Pos.Api.Access;
using Pos.Api.Answers;
using Pos.Api.Carts;
using Pos.Api.Lists;
using StoreOwner = Pos.Api.Access.Owner;

namespace Pos.Tests.Simulated;

/// <summary>
/// Where a simulated request comes in: the API's own endpoints say who may use them and whose what they touch is, and the API's own gate
/// decides. Only HTTP is left out.
/// </summary>
internal static class Door
{
    private static readonly ServiceProvider Services = Serve();
    private static readonly FrozenDictionary<string, RouteEndpoint> Endpoints = Map();

    /// <summary>The names of everything that can be asked for.</summary>
    public static IEnumerable<string> Names => Endpoints.Keys;

    /// <summary>Why a request is not let in, or null.</summary>
    public static async ValueTask<Refusal?> Refuse(Asked asked, Papers papers, IGrainFactory grains)
    {
        var endpoint = Endpoints[asked.Kind];
        var (permission, owner) = (endpoint.Metadata.GetMetadata<Permission>(), endpoint.Metadata.GetMetadata<StoreOwner>());
        var refused = Admission.Refuse(permission, owner, papers.Who.Caller, papers.Second is not null, papers.Second?.Caller, out var access);
        if (refused is not null || access.IsEverywhere)
        {
            return refused;
        }

        var context = ContextOf(access);
        foreach (var (name, value) in asked.Route)
        {
            context.Request.RouteValues[name] = value;
        }

        if (asked.Query is { } query)
        {
            context.Request.QueryString = QueryString.Create("store", query);
        }

        return await Admission.RefuseStore(owner!, access, context, grains)
            ?? (asked.Body is { } store ? StoreOwner.RefuseBody(context, new NamesStore(new(store))) : null);
    }

    /// <summary>A page of a store's carts as the API makes it; null when the cursor is refused.</summary>
    public static async Task<Page<CartView>?> ListCarts(Papers papers, StoreId store, string? cursor, IGrainFactory grains)
    {
        var response = ContextOf(papers.Access).Response;
        try
        {
            return await CartList.Of(response, store, null, limit: "1", cursor).Run(grains, response, CancellationToken.None);
        }
        catch (RefusedRequestException refused) when (refused.Refusal.Kind == Problems.InvalidParameter)
        {
            return null;
        }
    }

    private static DefaultHttpContext ContextOf(RequestAccess access)
    {
        var context = new DefaultHttpContext { RequestServices = Services };
        context.Features.Set(access);
        return context;
    }

    private static ServiceProvider Serve() => new ServiceCollection().AddLogging()
        .AddPosApi(new ConfigurationBuilder().AddInMemoryCollection([new("Api:CursorKey", "the same in each process that runs a seed")]).Build())
        .AddSingleton<IGrainFactory>(static _ => throw new InvalidOperationException("Each silo has its own.")).BuildServiceProvider();

    private static FrozenDictionary<string, RouteEndpoint> Map()
    {
        var routes = new Routes(Services);
        routes.MapEndpoints();
        return routes.DataSources.SelectMany(static source => source.Endpoints).OfType<RouteEndpoint>()
            .ToFrozenDictionary(static endpoint => endpoint.Metadata.GetMetadata<IEndpointNameMetadata>()!.EndpointName);
    }

    private sealed record NamesStore(StoreId Store) : INamesStore;

    private sealed class Routes(IServiceProvider services) : IEndpointRouteBuilder
    {
        public IServiceProvider ServiceProvider => services;

        public ICollection<EndpointDataSource> DataSources { get; } = [];

        public IApplicationBuilder CreateApplicationBuilder() => new ApplicationBuilder(services);
    }
}
