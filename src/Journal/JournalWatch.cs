using Microsoft.Extensions.Hosting;

namespace Pos.Journal;

/// <summary>
/// Reads the journal every few seconds, and remembers whether that went well, so that a probe hears how the journal is without waiting for it.
/// </summary>
public sealed class JournalWatch(IJournal journal, TimeProvider clock, JournalInstruments instruments) : BackgroundService
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private static readonly StreamName Asked = new("journal", "watch");

    private volatile bool _isReachable = true;

    /// <summary>How long between two looks. 5 seconds.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Whether the last look found an answer in time.</summary>
    public bool IsReachable => _isReachable;

    /// <summary>Looks now.</summary>
    public async Task Look(CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(Patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            await foreach (var _ in journal.ReadStream(Asked, 0, 1, either.Token))
            {
                // Nobody writes there: that it can be read is the answer.
            }

            _isReachable = true;
        }
        catch (Exception fault) when (fault is JournalUnavailableException or JournalCorruptException || (fault is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            _isReachable = false;
        }

        instruments.OnLooked(_isReachable);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await Look(stoppingToken);
            await Task.Delay(Interval, clock, stoppingToken);
        }
    }
}
