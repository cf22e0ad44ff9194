using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Pos.Api.Server;

/// <summary>Lets an endpoint take its time.</summary>
public static class RequestTimeRules
{
    /// <summary>For what reads everything there is: it ends with its client, and not by the clock.</summary>
    public static TBuilder TakesItsTime<TBuilder>(this TBuilder endpoint) where TBuilder : IEndpointConventionBuilder =>
        endpoint.WithMetadata(TakesTime.Metadata);
}

/// <summary>Marks an endpoint without a limit.</summary>
internal sealed class TakesTime
{
    public static readonly TakesTime Metadata = new();
}

/// <summary>
/// The time that a request has altogether. When it is up, or the client has gone, <see cref="HttpContext.RequestAborted"/> ends the wait for
/// whatever was asked; that itself goes on, and the same key shows what came of it.
/// </summary>
internal readonly struct RequestTime : IDisposable
{
    public static readonly Refusal IsUpProblem = new(
        Problems.OutcomeUnknown, "The time that a request has was up before the answer was there. It may or may not have been done: the same key shows which.");

    private readonly HttpContext _context;
    private readonly CancellationToken _client;
    private readonly CancellationTokenSource? _time;
    private readonly CancellationTokenRegistration _gone;

    private RequestTime(HttpContext context, CancellationTokenSource? time)
    {
        _context = context;
        _client = context.RequestAborted;
        _time = time;
        if (time is not null)
        {
            _gone = _client.UnsafeRegister(static time => ((CancellationTokenSource)time!).Cancel(), time);
            context.RequestAborted = time.Token;
        }
    }

    public bool HasClientGone => _client.IsCancellationRequested;

    public bool IsUp => _time?.IsCancellationRequested == true && !HasClientGone;

    public static RequestTime Begin(HttpContext context)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<TakesTime>() is not null)
        {
            return new(context, null);
        }

        var services = context.RequestServices;
        var limit = services.GetRequiredService<IOptions<ApiOptions>>().Value.RequestMax;
        return new(context, new CancellationTokenSource(limit, services.GetRequiredService<TimeProvider>()));
    }

    public void Dispose()
    {
        if (_time is not null)
        {
            _context.RequestAborted = _client;
            _gone.Dispose();
            _time.Dispose();
        }
    }
}
