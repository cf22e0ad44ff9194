using Pos.Journal.Writing;

namespace Pos.Journal.Postgres;

/// <summary>Asks the database regularly how far other silos have written, and whether a server that was away is back.</summary>
internal sealed class PostgresWatch : IDisposable
{
    private readonly PostgresStore _store;
    private readonly JournalWriter _writer;
    private readonly TimeSpan _every;
    private readonly ManualResetEventSlim _closing = new(false);
    private readonly CancellationTokenSource _closed = new();
    private readonly Thread _thread;

    public PostgresWatch(PostgresStore store, JournalWriter writer, TimeSpan every)
    {
        _store = store;
        _writer = writer;
        _every = every;
        _thread = new Thread(Watch) { IsBackground = true, Name = "journal watch" };
        _thread.Start();
    }

    public void Dispose()
    {
        _closing.Set();
        _closed.Cancel();
        _thread.Join();
        _closing.Dispose();
        _closed.Dispose();
    }

    private void Watch()
    {
        while (!_closing.Wait(_every))
        {
            _store.FenceIfOwed();
            try
            {
                var mark = _store.ReadMark(_closed.Token).AsTask().GetAwaiter().GetResult();
                if (mark.Position > _writer.Durable.Value)
                {
                    _writer.Confirmer.TryConfirm(mark);
                }
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
