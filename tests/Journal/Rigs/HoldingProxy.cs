using System.Text;

namespace Pos.Tests.Rigs;

/// <summary>Can keep the answer to a command until it is let go.</summary>
internal sealed class HoldingProxy(int server) : Proxy(server)
{
    private readonly TaskCompletionSource _release = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private byte[]? _held;

    /// <summary>Keeps what is answered on the connection that sends these words next, from then on.</summary>
    public void Hold(string words) => Volatile.Write(ref _held, Encoding.UTF8.GetBytes(words));

    public void Release() => _release.TrySetResult();

    public override void Dispose()
    {
        base.Dispose();
        Release();
    }

    protected override (Func<ReadOnlyMemory<byte>, Task<bool>> Sent, Func<ReadOnlyMemory<byte>, Task<bool>> Answered) OnConnected()
    {
        var open = Task.CompletedTask;
        return (Sent, Answered);

        Task<bool> Sent(ReadOnlyMemory<byte> bytes)
        {
            if (Volatile.Read(ref _held) is { } words && bytes.Span.IndexOf(words) >= 0)
            {
                Volatile.Write(ref _held, null);
                open = _release.Task;
            }

            return Task.FromResult(true);
        }

        async Task<bool> Answered(ReadOnlyMemory<byte> bytes)
        {
            await open;
            return true;
        }
    }
}
