using Pos.Journal.Writing;

namespace Pos.Journal.Postgres;

/// <summary>Asks the database regularly how far other silos have written, and whether a server that was away is back.</summary>
internal sealed class PostgresWatch : IDisposable
{
    private readonly PostgresStore store;
    private readonly JournalWriter writer;
    private readonly TimeSpan every;
    private readonly ManualResetEventSlim closing = new(false);
    private readonly CancellationTokenSource closed = new();
    private readonly Thread thread;

    public PostgresWatch(PostgresStore store, JournalWriter writer, TimeSpan every)
    {
        this.store = store;
        this.writer = writer;
        this.every = every;
        thread = new Thread(Watch) { IsBackground = true, Name = "journal watch" };
        thread.Start();
    }

    public void Dispose()
    {
        closing.Set();
        closed.Cancel();
        thread.Join();
        closing.Dispose();
        closed.Dispose();
    }

    private void Watch()
    {
        while (!closing.Wait(every))
        {
            store.FenceIfOwed();
            try
            {
                var mark = store.ReadMark(closed.Token).AsTask().GetAwaiter().GetResult();
                if (mark.Position > writer.Durable.Value)
                    writer.Confirmer.TryConfirm(mark);
            }
            catch (JournalUnavailableException)
            {
                // Writers and readers meet the same failure and report it. Here it only means that there is no news.
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }
}
