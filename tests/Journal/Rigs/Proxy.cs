using System.Net;
using System.Net.Sockets;

namespace Pos.Tests.Rigs;

/// <summary>Stands between client and server.</summary>
internal abstract class Proxy : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly int _server;

    protected Proxy(int server)
    {
        _server = server;
        _listener.Start();
        // Not in the context of the test, whose few threads wait for what comes through here.
        _ = Task.Run(Accept);
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public virtual void Dispose() => _listener.Stop();

    /// <summary>What happens on one connection: each is asked before bytes go on, and false ends it.</summary>
    protected abstract (Func<ReadOnlyMemory<byte>, Task<bool>> Sent, Func<ReadOnlyMemory<byte>, Task<bool>> Answered) OnConnected();

    private async Task Accept()
    {
        try
        {
            while (true)
            {
                _ = Serve(await _listener.AcceptTcpClientAsync());
            }
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
            await target.ConnectAsync(IPAddress.Loopback, _server);
            var (here, there) = (client.GetStream(), target.GetStream());
            var (sent, answered) = OnConnected();
            await Task.WhenAny(Copy(here, there, sent), Copy(there, here, answered));
        }
    }

    private static async Task Copy(NetworkStream from, NetworkStream to, Func<ReadOnlyMemory<byte>, Task<bool>> goesOn)
    {
        var buffer = new byte[65_536];
        try
        {
            while (await from.ReadAsync(buffer) is > 0 and var count && await goesOn(buffer.AsMemory(0, count)))
            {
                await to.WriteAsync(buffer.AsMemory(0, count));
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // Either side has gone.
        }
    }
}
