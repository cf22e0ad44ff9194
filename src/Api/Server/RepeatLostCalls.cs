using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans;
using Orleans.Runtime;

namespace Pos.Api.Server;

/// <summary>
/// Repeats a call of this API that was lost with the silo it went to, within the time of a request. That is safe for every one of them: a write
/// carries the id of its operation, and joins or shows what an earlier attempt has done.
/// </summary>
/// <remarks>
/// A call that the journal has failed is repeated a few times only: the grain may have been a second activation, and the next one knows the truth;
/// but a journal that is away is the client's to wait for. What a grain calls is the grain's to repeat. A call without an answer in its time is
/// repeated only by a process that has no grains: a grain of the same one may still be at it, and holds the very request that would be sent again.
/// </remarks>
internal sealed class RepeatLostCalls(TimeProvider clock, IOptions<ApiOptions> options, bool alsoUnanswered) : IOutgoingGrainCallFilter
{
    private const int NotDurableMax = 3;

    internal static readonly TimeSpan PauseMin = TimeSpan.FromMilliseconds(50);
    internal static readonly TimeSpan PauseMax = TimeSpan.FromSeconds(1);

    // What is left for answering, when nothing has come of it.
    internal static readonly TimeSpan Reserve = TimeSpan.FromMilliseconds(200);

    private readonly TimeSpan _timeMax = options.Value.RequestMax - Reserve;

    public Task Invoke(IOutgoingGrainCallContext context) =>
        context.SourceContext is null && context.InterfaceName.StartsWith("Pos.", StringComparison.Ordinal) ? Repeat(context) : context.Invoke();

    private async Task Repeat(IOutgoingGrainCallContext context)
    {
        var request = context.Request;
        var arguments = new object?[request.GetArgumentCount()];
        for (var i = 0; i < arguments.Length; i++)
        {
            arguments[i] = request.GetArgument(i);
        }

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
            for (var i = 0; i < arguments.Length; i++)
            {
                // A grain of this process that has ended the call has emptied the request.
                request.SetArgument(i, arguments[i]!);
            }
        }
    }

    private bool IsLost(Exception fault, int attempt) => fault switch
    {
        TimeoutException => alsoUnanswered,
        NotDurableException => attempt <= NotDurableMax,
        _ => LostCall.Is(fault),
    };
}

/// <summary>Registers the repetition of lost calls.</summary>
public static class RepeatLostCallsRegistration
{
    /// <summary>For hosts whose grains live in other processes too, which may die alone.</summary>
    /// <param name="services">The host's.</param>
    /// <param name="alsoUnanswered">Whether calls without an answer in their time are repeated as well: only where all grains are in other processes.</param>
    public static IServiceCollection AddRepetitionOfLostCalls(this IServiceCollection services, bool alsoUnanswered) =>
        services.AddSingleton<IOutgoingGrainCallFilter>(provider => new RepeatLostCalls(
            provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<IOptions<ApiOptions>>(), alsoUnanswered));
}
