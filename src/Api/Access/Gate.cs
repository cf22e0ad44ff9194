using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans;

namespace Pos.Api;

/// <summary>Lets requests in: who asks, may they, and is it of their stores. Before anything is read or done.</summary>
#pragma warning disable CA1001 // A semaphore has nothing to let go of before its handle is asked for, and requests may outlast whoever would dispose of it.
internal sealed class Gate(Callers callers, Rates rates, IGrainFactory grains, IOptions<ApiOptions> options)
#pragma warning restore CA1001
{
    private static readonly Refusal Overloaded = new(Problems.Overloaded, "As many requests are under way as the server answers in time; this one was not taken.");

    private static readonly Refusal Unauthenticated =
        new(Problems.Unauthenticated, "Send the header Authorization: Bearer <key>.");

    private static readonly Refusal UnknownApprover =
        new(Problems.ApprovalRefused, $"{Access.ApprovalHeader} is not the key of a manager.");

    // A place each. Whoever waits for one is given it before anybody who comes later.
    private readonly SemaphoreSlim _room = new(options.Value.RequestsUnderWayMax);

    /// <summary>How long a request waits for room: an overload is answered within a second.</summary>
    internal TimeSpan RoomWaitMax { get; init; } = TimeSpan.FromMilliseconds(800);

    public Task Enter(HttpContext context, RequestDelegate next)
    {
        // What is no route of ours ends as 404 or 405, or is a file of the page.
        if (context.GetEndpoint() is not RouteEndpoint endpoint)
        {
            return next(context);
        }

        var permission = endpoint.Metadata.GetMetadata<Permission>();
        if (permission == Permission.Anonymous)
        {
            return next(context);
        }

        if (_room.Wait(0, CancellationToken.None))
        {
            return Serve(context, next, endpoint, permission);
        }

        // An operator looks at what goes on when there is too much of it.
        return endpoint.Metadata.GetMetadata<OpensInBrowser>() is null
            ? AwaitRoom(context, next, endpoint, permission)
            : Admit(context, next, endpoint, permission);
    }

    // Before anything else is spent on it, and not refused at once: clients that ask again as soon as they are would leave no time for serving.
    private async Task AwaitRoom(HttpContext context, RequestDelegate next, RouteEndpoint endpoint, Permission? permission) =>
        await (await _room.WaitAsync(RoomWaitMax, context.RequestAborted)
            ? Serve(context, next, endpoint, permission)
            : Overloaded.ExecuteAsync(context));

    private async Task Serve(HttpContext context, RequestDelegate next, RouteEndpoint endpoint, Permission? permission)
    {
        try
        {
            await Admit(context, next, endpoint, permission);
        }
        finally
        {
            _room.Release();
        }
    }

    private Task Admit(HttpContext context, RequestDelegate next, RouteEndpoint endpoint, Permission? permission)
    {
        var headers = context.Request.Headers;
        var opensInBrowser = endpoint.Metadata.GetMetadata<OpensInBrowser>() is not null && HttpMethods.IsGet(context.Request.Method);
        if ((callers.FromAuthorization(headers.Authorization) ?? (opensInBrowser ? callers.FromPassword(headers.Authorization) : null)) is not { } caller)
        {
            context.Response.Headers.WWWAuthenticate = opensInBrowser ? "Basic realm=\"Pos.Orleans: the password is an operator's key\", charset=\"UTF-8\""
                : headers.Authorization.Count == 0 ? "Bearer" : "Bearer error=\"invalid_token\"";
            return (rates.RefuseStranger(context.Connection.RemoteIpAddress) ?? Unauthenticated).ExecuteAsync(context);
        }

        if (Rates.Refuse(caller.Rate) is { } tooOften)
        {
            return tooOften.ExecuteAsync(context);
        }

        // An endpoint of which nobody said whose it is would not have let the host start. Whoever gets here past that is refused.
        var owner = endpoint.Metadata.GetMetadata<Owner>();
        if (permission is null || owner is null || !caller.Has(permission))
        {
            return Forbidden(caller, owner is null ? null : permission).ExecuteAsync(context);
        }

        Caller? approver = null;
        if (headers.TryGetValue(Access.ApprovalHeader, out var second))
        {
            approver = second.Count == 1 ? callers.FromKey(second[0]) : null;
            if (approver is not { Approves: true })
            {
                return UnknownApprover.ExecuteAsync(context);
            }
        }

        var access = new Access(caller, approver);
        context.Features.Set(access);
        return access.IsEverywhere ? next(context) : EnterStore(context, next, owner, access);
    }

    private static Refusal Forbidden(Caller caller, Permission? permission) => new(
        Problems.Forbidden,
        permission is null ? "Nobody may."
        : caller.Role < permission.Role ? $"It takes a {Name(permission.Role)}, and the key is a {Name(caller.Role)}'s."
        : "It takes a key for all stores.");

    private static string Name(Role role) => role.ToString().ToLowerInvariant();

    // The resource comes first and always: nothing that a request says of stores stands in for what it touches.
    private async Task EnterStore(HttpContext context, RequestDelegate next, Owner owner, Access access)
    {
        var refused = await owner.Refuse(access, context, grains) ?? (owner == Owner.InBody ? null : Owner.RefuseNamed(access, context.Request));
        await (refused?.ExecuteAsync(context) ?? next(context));
    }
}

/// <summary>Puts the gate before the endpoints.</summary>
internal static class GateMiddleware
{
    public static void UseGate(this WebApplication app)
    {
        var gate = ActivatorUtilities.CreateInstance<Gate>(app.Services);
        app.Use(next => context => gate.Enter(context, next));
    }
}
