using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans;

namespace Pos.Api.Access;

/// <summary>Lets requests in: who asks, may they, and is it of their stores. Before anything is read or done.</summary>
#pragma warning disable CA1001 // A semaphore has nothing to let go of before its handle is asked for, and requests may outlast whoever would dispose of it.
internal sealed class Gate(Callers callers, Rates rates, IGrainFactory grains, IOptions<ApiOptions> options)
#pragma warning restore CA1001
{
    private static readonly Refusal Overloaded = new(Problems.Overloaded, "As many requests are under way as the server answers in time; this one was not taken.");

    private static readonly Refusal TooManyOfKey = new(Problems.TooManyRequests, "As many requests of this key are under way as it may have; this one was not taken.")
    {
        RetryAfterSeconds = 1,
    };

    private static readonly Refusal Unauthenticated =
        new(Problems.Unauthenticated, "Send the header Authorization: Bearer <key>.");

    // A place each. Whoever waits for one is given it before anybody who comes later.
    private readonly SemaphoreSlim _room = new(options.Value.RequestsUnderWayMax);

    /// <summary>The default of <see cref="RoomWaitMax"/>.</summary>
    internal static readonly TimeSpan RoomWaitDefault = TimeSpan.FromMilliseconds(800);

    /// <summary>How long a request waits for room: an overload is answered within a second.</summary>
    internal TimeSpan RoomWaitMax { get; init; } = RoomWaitDefault;

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
            var refused = endpoint.Metadata.GetMetadata<IsProbe>() is null ? rates.RefuseReader(context.Connection.RemoteIpAddress) : null;
            return refused?.ExecuteAsync(context) ?? next(context);
        }

        if (Admit(context, endpoint, permission, out var access) is { } refusal)
        {
            return refusal.ExecuteAsync(context);
        }

        context.Features.Set(access);
        // An operator looks at what goes on when there is too much of it.
        return endpoint.Metadata.GetMetadata<OpensInBrowser>() is null
            ? Serve(context, next, endpoint, access!)
            : Pass(context, next, endpoint, access!);
    }

    private Task Pass(HttpContext context, RequestDelegate next, RouteEndpoint endpoint, RequestAccess access) =>
        access.IsEverywhere ? next(context) : EnterStore(context, next, endpoint.Metadata.GetMetadata<Owner>()!, access);

    // A request takes its place when its whole body has arrived, so a client that announces a body and never sends it keeps nobody out. The first semaphore
    // bounds how many bodies of one key are waited for. Requests wait for a place: refusing them at once invites instant retries that eat the capacity.
    private async Task Serve(HttpContext context, RequestDelegate next, RouteEndpoint endpoint, RequestAccess access)
    {
        var ofKey = access.Allowance.Room;
        if (!await ofKey.WaitAsync(RoomWaitMax, context.RequestAborted))
        {
            await TooManyOfKey.ExecuteAsync(context);
            return;
        }

        try
        {
            await RequestBody.Arrives(context.Request);
            if (!await _room.WaitAsync(RoomWaitMax, context.RequestAborted))
            {
                await Overloaded.ExecuteAsync(context);
                return;
            }

            try
            {
                await Pass(context, next, endpoint, access);
            }
            finally
            {
                _room.Release();
            }
        }
        finally
        {
            ofKey.Release();
        }
    }

    private Refusal? Admit(HttpContext context, RouteEndpoint endpoint, Permission? permission, out RequestAccess? access)
    {
        access = null;
        var headers = context.Request.Headers;
        var opensInBrowser = endpoint.Metadata.GetMetadata<OpensInBrowser>() is not null && HttpMethods.IsGet(context.Request.Method);
        if ((callers.FromAuthorization(headers.Authorization) ?? (opensInBrowser ? callers.FromPassword(headers.Authorization) : null)) is not { } caller)
        {
            context.Response.Headers.WWWAuthenticate = opensInBrowser ? "Basic realm=\"Pos.Orleans: the password is an operator's key\", charset=\"UTF-8\""
                : headers.Authorization.Count == 0 ? "Bearer" : "Bearer error=\"invalid_token\"";
            return rates.RefuseStranger(context.Connection.RemoteIpAddress) ?? Unauthenticated;
        }

        if (caller.Allowance.Refuse(1 + (endpoint.Metadata.GetMetadata<ChargedByItem>() is null ? 0 : Paging.Charge(context.Request.Query["limit"]))) is { } tooOften)
        {
            return tooOften;
        }

        var owner = endpoint.Metadata.GetMetadata<Owner>();
        var isSeconded = headers.TryGetValue(RequestAccess.ApprovalHeader, out var second);
        var approver = second.Count == 1 ? callers.FromKey(second[0]) : null;
        return Admission.Refuse(permission, owner, caller, isSeconded, approver, out access);
    }

    private async Task EnterStore(HttpContext context, RequestDelegate next, Owner owner, RequestAccess access)
    {
        var refused = await Admission.RefuseStore(owner, access, context, grains);
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
