using Microsoft.Extensions.Hosting;

namespace Pos.Journal;

/// <summary>
/// Reads the journal every few seconds and remembers whether the read succeeded, so that a probe gets its answer without waiting.
/// </summary>
public sealed class JournalWatch(IJournal journal, TimeProvider clock, JournalInstruments instruments) : BackgroundService
{
    private static readonly TimeSpan ReadMax = TimeSpan.FromSeconds(2);

    private static readonly StreamName Asked = new("journal", "watch");

    private volatile bool _isReachable = true;

    /// <summary>The pause between two reads. 5 seconds.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Whether the last read succeeded in time.</summary>
    public bool IsReachable => _isReachable;

    /// <summary>Reads now.</summary>
    public async Task Look(CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(ReadMax, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            await foreach (var _ in journal.ReadStream(Asked, 0, 1, either.Token))
            {
                // The stream is always empty. The read alone shows that the journal can be reached.
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
