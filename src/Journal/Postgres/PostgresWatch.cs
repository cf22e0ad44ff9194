using Pos.Journal.Writing;

namespace Pos.Journal.Postgres;

/// <summary>Hears of what other silos write, and of the server's return.</summary>
internal sealed class PostgresWatch : IDisposable
{
    private readonly PostgresStore store;
    private readonly JournalWriter pipeline;
    private readonly TimeSpan every;
    private readonly ManualResetEventSlim closing = new(false);
    private readonly CancellationTokenSource closed = new();
    private readonly Thread thread;

    public PostgresWatch(PostgresStore store, JournalWriter pipeline, TimeSpan every)
    {
        this.store = store;
        this.pipeline = pipeline;
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
                if (mark.Position > pipeline.DurablePosition)
                    pipeline.TryConfirm(mark);
            }
            catch (JournalUnavailableException)
            {
                // Writers and readers meet the same and say so; here it only means that there is no news.
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }
}
