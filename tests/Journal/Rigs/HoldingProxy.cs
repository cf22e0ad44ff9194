using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Pos.Tests.Rigs;

/// <summary>Stands between client and server and can keep the answer to a command until it is let go.</summary>
internal sealed class HoldingProxy : IDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly TaskCompletionSource release = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly int server;
    private byte[]? held;

    public HoldingProxy(int server)
    {
        this.server = server;
        listener.Start();
        _ = Task.Run(Accept);
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>Keeps what is answered on the connection that sends these words next, from then on.</summary>
    public void Hold(string words) => Volatile.Write(ref held, Encoding.UTF8.GetBytes(words));

    public void Release() => release.TrySetResult();

    public void Dispose()
    {
        listener.Stop();
        Release();
    }

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
            var open = Task.CompletedTask;
            await Task.WhenAny(
                Copy(here, there, sent =>
                {
                    if (Volatile.Read(ref held) is { } words && sent.Span.IndexOf(words) >= 0)
                    {
                        Volatile.Write(ref held, null);
                        open = release.Task;
                    }

                    return Task.CompletedTask;
                }),
                Copy(there, here, _ => open));
        }
    }

    private static async Task Copy(NetworkStream from, NetworkStream to, Func<ReadOnlyMemory<byte>, Task> before)
    {
        var buffer = new byte[65_536];
        try
        {
            while (await from.ReadAsync(buffer) is > 0 and var count)
            {
                await before(buffer.AsMemory(0, count));
                await to.WriteAsync(buffer.AsMemory(0, count));
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // Either side has gone.
        }
    }
}
