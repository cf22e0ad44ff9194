using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans;
using Pos.Payments;

namespace Pos.Grains.Payments;

/// <summary>Sends what providers say by themselves to the payments that it may be about, which ask for the truth.</summary>
public sealed partial class PaymentNewsListener(
    IEnumerable<IPaymentNews> sources, IGrainFactory grains, ILogger<PaymentNewsListener> logger) : IHostedService
{
    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var source in sources)
        {
            source.Listen(Heard);
        }

        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        foreach (var source in sources)
        {
            source.Listen(static _ => { });
        }

        return Task.CompletedTask;
    }

    private void Heard(string charge)
    {
        if (PaymentId.TryParse(charge, null, out var payment))
        {
            // Nobody waits for it, and nothing is lost with it: whatever is owed is asked for without news.
            _ = grains.GetGrain<IPaymentGrain>(payment.Value).Look();
        }
        else
        {
            LogNobodys(logger, charge.Length);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The payment provider has news of a charge that is none of ours ({Length} characters).")]
    private static partial void LogNobodys(ILogger logger, int length);
}
