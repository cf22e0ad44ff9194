using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orleans;
using Pos.Payments;

namespace Pos.Grains.Payments;

/// <summary>Passes the notices of payment providers on to the payments they may be about. A payment then queries the provider.</summary>
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
            // Not awaited: when the call fails, the payment queries its debt without the news.
            _ = grains.GetGrain<IPaymentGrain>(payment.Value).Look();
        }
        else
        {
            LogNobodys(logger, charge.Length);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The payment provider sent a notice about an unknown charge (a name of {Length} characters). Check that no other program uses the same account.")]
    private static partial void LogNobodys(ILogger logger, int length);
}
