using System.Net.Security;
using System.Net.Sockets;

namespace Pos.Cli.Load.Buyers;

/// <summary>
/// One keep-alive connection, which sends prepared bytes and reads one answer. A load generator often shares its machine with the server, so its own
/// processor time lowers the server's figures. <see cref="HttpClient"/> takes 1.3 times the processor time for an order: docs/benchmarks.md.
/// </summary>
internal sealed class HttpWire(Uri target, TimeSpan answerMax) : IDisposable
{
    private const int BufferBytesMin = 4 * 1024;
    private const int BufferBytesMax = 4 * 1024 * 1024;

    private byte[] buffer = new byte[BufferBytesMin];
    private CancellationTokenSource limit = new();
    private Socket? socket;
    private Stream? stream;

    public bool IsConnected => stream is not null;

    /// <exception cref="SocketException">No server answers at the address.</exception>
    /// <exception cref="IOException">The connection broke, or client and server could not agree on its encryption.</exception>
    /// <exception cref="TimeoutException">It took too long.</exception>
    public async Task Connect(CancellationToken cancellationToken)
    {
        using var _ = Limit(cancellationToken);
        try
        {
            socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(target.DnsSafeHost, target.Port, limit.Token);
            Stream plain = new NetworkStream(socket, ownsSocket: true);
            if (target.Scheme == Uri.UriSchemeHttps)
            {
                var secured = new SslStream(plain);
                plain = secured;
                await secured.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = target.Host }, limit.Token);
            }

            stream = plain;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException("No connection in time.");
        }
        catch (System.Security.Authentication.AuthenticationException e)
        {
            throw new IOException(e.Message, e);
        }
        finally
        {
            if (stream is null)
            {
                Close();
            }
        }
    }

    /// <summary>Sends one request and waits for its whole answer. A failure closes the connection.</summary>
    /// <exception cref="IOException">The connection broke, and it is not known whether the request was carried out.</exception>
    /// <exception cref="InvalidDataException">The bytes are no HTTP answer.</exception>
    /// <exception cref="TimeoutException">No answer in time.</exception>
    public async ValueTask<HttpAnswer> Send(ReadOnlyMemory<byte> request, CancellationToken cancellationToken)
    {
        var complete = false;
        using var _ = Limit(cancellationToken);
        try
        {
            await stream!.WriteAsync(request, limit.Token);
            for (var length = 0; ;)
            {
                Grow(length);
                var read = await stream.ReadAsync(buffer.AsMemory(length), limit.Token);
                if (read == 0)
                {
                    throw new IOException("The server closed the connection.");
                }

                length += read;
                if (HttpAnswer.TryRead(buffer.AsMemory(0, length), out var answer))
                {
                    complete = !answer.Closes;
                    return answer;
                }
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException("No answer in time.");
        }
        finally
        {
            if (!complete)
            {
                Close();
            }
        }
    }

    public void Dispose()
    {
        Close();
        limit.Dispose();
    }

    private void Grow(int length)
    {
        if (length == BufferBytesMax)
        {
            throw new InvalidDataException("The answer is too long.");
        }

        if (length == buffer.Length)
        {
            Array.Resize(ref buffer, Math.Min(buffer.Length * 2, BufferBytesMax));
        }
    }

    // All requests of the connection share one source of cancellation, until one of them takes too long.
    private CancellationTokenRegistration Limit(CancellationToken cancellationToken)
    {
        if (!limit.TryReset())
        {
            limit.Dispose();
            limit = new CancellationTokenSource();
        }

        limit.CancelAfter(answerMax);
        return cancellationToken.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), limit);
    }

    private void Close()
    {
        stream?.Dispose();
        socket?.Dispose();
        stream = null;
        socket = null;
    }
}
