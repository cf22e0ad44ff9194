using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans;
using Pos.Journal;

namespace Pos.Grains.WakeUps;

/// <summary>
/// Claims the journal's due wake-ups and calls their grains, a bounded number at a time. A claim is a lease: when a call fails or this silo dies,
/// the lease runs out and the wake-up is claimed again. Wake-ups come at least once, so a grain must tolerate one too many.
/// </summary>
public sealed partial class WakeUpDispatcher(IGrainFactory grains, GrainServices services, ISilos silos, ILogger<WakeUpDispatcher> logger)
    : IHostedService
{
    private readonly HashSet<Task> _running = [];
    private readonly TaskCompletionSource _stop = new();
    private Task _loop = Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        silos.OnDeath(OnDeath);
        _loop = Run();
        _takingOver = TakeOverTheDead();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _stop.TrySetResult();
        await Task.WhenAll(_loop, _takingOver).WaitAsync(cancellationToken);
    }

    private static IWakeable? Grain(IGrainFactory grains, StreamName stream) => stream.Category switch
    {
        StockJournal.Category => grains.GetGrain<IStockGrain>(stream.Key),
        OrderJournal.Category => grains.GetGrain<IOrderGrain>(stream.Key),
        ReturnJournal.Category => grains.GetGrain<IReturnGrain>(stream.Key),
        CartJournal.Category => grains.GetGrain<ICartGrain>(stream.Key),
        PaymentJournal.Category => grains.GetGrain<IPaymentGrain>(stream.Key),
        _ => null,
    };

    private async Task Run()
    {
        // The first poll waits: the silo may still be starting.
        while (await Poll())
        {
            while (await ClaimAll() && !_stop.Task.IsCompleted)
            {
                // After a crash more wake-ups are due than are allowed at one time. The next ones are claimed as soon as one is done.
                await Task.WhenAny(_running);
            }
        }

        await Task.WhenAll(_running);
    }

    /// <summary>Claims due wake-ups up to the bound; true when there may be more.</summary>
    private async Task<bool> ClaimAll()
    {
        _running.RemoveWhere(static task => task.IsCompleted);
        var room = services.Options.WakeUpsMax - _running.Count;
        if (room <= 0)
        {
            return true;
        }

        var claimed = await Claim(room);
        foreach (var lease in claimed)
        {
            _running.Add(Deliver(lease));
        }

        return claimed.Count == room && _running.Count > 0;
    }

    private async Task<bool> Poll()
    {
        using var enough = new CancellationTokenSource();
        var stopped = await Task.WhenAny(_stop.Task, Task.Delay(services.Options.WakeUpPoll, services.Clock, enough.Token)) == _stop.Task;
        enough.Cancel();
        return !stopped;
    }

    private async Task<IReadOnlyList<WakeUpLease>> Claim(int limit)
    {
        try
        {
            return await services.Journal.ClaimWakeUps(silos.Self, services.Options.WakeUpLease, limit, CancellationToken.None);
        }
        catch (Exception unavailable)
        {
            LogNotClaimed(logger, unavailable);
            return [];
        }
    }

    private async Task Deliver(WakeUpLease claimed)
    {
        var category = claimed.Stream.Category;
        services.Instruments.OnWakeUpClaimed(category, services.Clock.GetUtcNow() - claimed.Due);
        try
        {
            if (Grain(grains, claimed.Stream) is not { } grain)
            {
                // A silo of a newer release may know this category. The lease runs out, and that silo claims it.
                LogUnknownCategory(logger, claimed.Stream);
                return;
            }

            var next = await grain.WakeUp(CancellationToken.None);
            await services.Journal.CompleteWakeUp(claimed, next, CancellationToken.None);
            services.Instruments.OnWakeUp(category, answered: true);
        }
        catch (Exception unanswered)
        {
            services.Instruments.OnWakeUp(category, answered: false);
            LogNotDelivered(logger, claimed.Stream, unanswered);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Due wake-ups could not be claimed; they wait for the next poll.")]
    private static partial void LogNotClaimed(ILogger logger, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The wake-up of {Stream} was not answered; it comes again when its lease has run out.")]
    private static partial void LogNotDelivered(ILogger logger, StreamName stream, Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "No grain answers to wake-ups of {Stream}.")]
    private static partial void LogUnknownCategory(ILogger logger, StreamName stream);
}
