using System.Net;
using System.Net.Sockets;

namespace Pos.Tests.Rigs;

/// <summary>Stands between client and server and can cut a connection at the very moment the server answers.</summary>
internal sealed class CuttingProxy : IDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly int server;
    private int cut;

    public CuttingProxy(int server)
    {
        this.server = server;
        listener.Start();
        // Not in the context of the test, whose few threads wait for what comes through here.
        _ = Task.Run(Accept);
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>Whether a connection has been cut since it was asked for.</summary>
    public bool HasCut => Volatile.Read(ref cut) == 0;

    /// <summary>The next answer does not arrive, and its connection ends.</summary>
    public void CutNextAnswer() => Volatile.Write(ref cut, 1);

    public void Dispose() => listener.Stop();

    private async Task Accept()
    {
        try
        {
            while (true)
                _ = Serve(await listener.AcceptTcpClientAsync());
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Closed.
        }
    }

    private async Task Serve(TcpClient client)
    {
        using (client)
        using (var target = new TcpClient())
        {
            await target.ConnectAsync(IPAddress.Loopback, server);
            var (here, there) = (client.GetStream(), target.GetStream());
            await Task.WhenAny(Copy(here, there, static () => false), Copy(there, here, () => Interlocked.Exchange(ref cut, 0) == 1));
        }
    }

    private static async Task Copy(NetworkStream from, NetworkStream to, Func<bool> stop)
    {
        var buffer = new byte[65_536];
        try
        {
            while (await from.ReadAsync(buffer) is > 0 and var count && !stop())
                await to.WriteAsync(buffer.AsMemory(0, count));
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // Either side has gone.
        }
    }
}
