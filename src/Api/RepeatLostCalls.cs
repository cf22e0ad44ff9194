using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Orleans;
using Orleans.Runtime;

namespace Pos.Api;

/// <summary>
/// Repeats a call of this API that was lost with the silo it went to, within the time of a request. That is safe for every one of them: a write
/// carries the id of its operation, and joins or shows what an earlier attempt has done.
/// </summary>
/// <remarks>
/// A call that the journal has failed is repeated a few times only: the grain may have been a second activation, and the next one knows the truth;
/// but a journal that is away is the client's to wait for. What a grain calls is the grain's to repeat.
/// </remarks>
internal sealed class RepeatLostCalls(TimeProvider clock, IOptions<ApiOptions> options) : IOutgoingGrainCallFilter
{
    private const int NotDurableMax = 3;

    private static readonly TimeSpan PauseMin = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan PauseMax = TimeSpan.FromSeconds(1);

    // What is left for answering, when nothing has come of it.
    private static readonly TimeSpan Reserve = TimeSpan.FromMilliseconds(200);

    private readonly TimeSpan _timeMax = options.Value.RequestMax - Reserve;

    public Task Invoke(IOutgoingGrainCallContext context) =>
        context.SourceContext is null && context.InterfaceName.StartsWith("Pos.", StringComparison.Ordinal) ? Repeat(context) : context.Invoke();

    private async Task Repeat(IOutgoingGrainCallContext context)
    {
        var since = clock.GetTimestamp();
        var pause = PauseMin;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await context.Invoke();
                return;
            }
            catch (Exception lost) when (IsLost(lost, attempt) && clock.GetElapsedTime(since) + pause < _timeMax)
            {
            }

            await Task.Delay(pause, clock);
            pause = pause * 2 < PauseMax ? pause * 2 : PauseMax;
        }
    }

    private static bool IsLost(Exception fault, int attempt) => fault switch
    {
        OrleansMessageRejectionException or TimeoutException => true,
        NotDurableException => attempt <= NotDurableMax,
        _ => false,
    };
}

/// <summary>Registers the repetition of lost calls.</summary>
public static class RepeatLostCallsRegistration
{
    /// <summary>For hosts whose grains live in other processes too, which may die alone.</summary>
    public static IServiceCollection AddRepetitionOfLostCalls(this IServiceCollection services)
    {
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IOutgoingGrainCallFilter, RepeatLostCalls>());
        return services;
    }
}
