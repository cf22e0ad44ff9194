using Pos.Cli.Load.Buyers;

namespace Pos.Cli.Load;

/// <summary>Sends the load. Each client is a task, and all clients take their sessions from one schedule.</summary>
internal sealed class LoadRun(LoadPlan plan, string? key, Figures figures, TimeProvider time)
{
    // Timers fire up to a millisecond late. A session that is due sooner begins at once, and its latency counts from that moment.
    private static readonly TimeSpan TimerGrain = TimeSpan.FromMilliseconds(1);

    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromMilliseconds(100);

    private readonly Customers _customers = new(plan);
    private readonly Arrivals _arrivals = new(plan);
    private readonly long _began = time.GetTimestamp();

    /// <summary>The time since the start.</summary>
    public TimeSpan Elapsed => time.GetElapsedTime(_began);

    /// <summary>Ends when the last session has ended.</summary>
    public Task Run(CancellationToken cancellationToken) =>
        Task.WhenAll(Enumerable.Range(0, plan.Clients).Select(client => Client(client, cancellationToken)));

    /// <summary>Repeats the sessions whose outcome is not known, with the same keys, until it is known.</summary>
    public async Task Settle(IReadOnlyCollection<long> open, Action advance, CancellationToken cancellationToken)
    {
        var waiting = new System.Collections.Concurrent.ConcurrentQueue<long>(open);
        await Task.WhenAll(Enumerable.Range(0, Math.Min(plan.Clients, open.Count)).Select(async client =>
        {
            using var buyer = Buyer(client);
            while (waiting.TryDequeue(out var session))
            {
                figures.OnSettled(session, await buyer.Have(session, measured: false, plan.RetryFor, cancellationToken));
                advance();
            }
        }));
    }

    private async Task Client(int client, CancellationToken cancellationToken)
    {
        await Task.Yield();
        using var buyer = Buyer(client);
        if (plan.Rate is null && client > 0)
        {
            await Task.Delay(plan.Ramp * ((double)client / plan.Clients), time, cancellationToken);
        }

        while (_arrivals.TryTake(Elapsed, out var arrival))
        {
            var measured = arrival.Intended >= plan.Ramp;
            var now = Elapsed;
            if (now >= plan.End)
            {
                figures.OnUnsent(now - arrival.Intended, measured);
                continue;
            }

            if (arrival.Intended - now is var early && early >= TimerGrain)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(Math.Floor(early.TotalMilliseconds)), time, cancellationToken);
            }

            var sent = Elapsed;
            var end = await buyer.Have(arrival.Number, measured, plan.Retry ? plan.RetryFor : TimeSpan.Zero, cancellationToken);
            figures.OnEnd(arrival.Number, end, Elapsed - (sent < arrival.Intended ? sent : arrival.Intended), measured);
            if (plan.Rate is null && end.Passing)
            {
                // Without a pause, clients of a stopped server would send requests as fast as it refuses them.
                await Task.Delay(end.RetryAfter ?? PauseAfterFailure, time, cancellationToken);
            }
        }
    }

    private Buyer Buyer(int client) => new(plan, _customers, plan.Targets[client % plan.Targets.Count], key, figures, time);
}
