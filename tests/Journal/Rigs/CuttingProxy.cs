namespace Pos.Tests.Rigs;

/// <summary>Can cut a connection at the very moment the server answers.</summary>
internal sealed class CuttingProxy(int server) : Proxy(server)
{
    private int _cut;

    /// <summary>Whether a connection has been cut since it was asked for.</summary>
    public bool HasCut => Volatile.Read(ref _cut) == 0;

    /// <summary>The next answer does not arrive, and its connection ends.</summary>
    public void CutNextAnswer() => Volatile.Write(ref _cut, 1);

    protected override (Func<ReadOnlyMemory<byte>, Task<bool>> Sent, Func<ReadOnlyMemory<byte>, Task<bool>> Answered) OnConnected() =>
        (static _ => Task.FromResult(true), _ => Task.FromResult(Interlocked.Exchange(ref _cut, 0) == 0));
}
