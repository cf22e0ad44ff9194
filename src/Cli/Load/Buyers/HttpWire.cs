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

    private byte[] _buffer = new byte[BufferBytesMin];
    private CancellationTokenSource _limit = new();
    private Socket? _socket;
    private Stream? _stream;

    public bool IsConnected => _stream is not null;

    /// <exception cref="SocketException">No server answers at the address.</exception>
    /// <exception cref="IOException">The connection broke, or client and server could not agree on its encryption.</exception>
    /// <exception cref="TimeoutException">It took too long.</exception>
    public async Task Connect(CancellationToken cancellationToken)
    {
        using var _ = Limit(cancellationToken);
        try
        {
            _socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await _socket.ConnectAsync(target.DnsSafeHost, target.Port, _limit.Token);
            Stream plain = new NetworkStream(_socket, ownsSocket: true);
            if (target.Scheme == Uri.UriSchemeHttps)
            {
                var secured = new SslStream(plain);
                plain = secured;
                await secured.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = target.Host }, _limit.Token);
            }

            _stream = plain;
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
            if (_stream is null)
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
            await _stream!.WriteAsync(request, _limit.Token);
            for (var length = 0; ;)
            {
                Grow(length);
                var read = await _stream.ReadAsync(_buffer.AsMemory(length), _limit.Token);
                if (read == 0)
                {
                    throw new IOException("The server closed the connection.");
                }

                length += read;
                if (HttpAnswer.TryRead(_buffer.AsMemory(0, length), out var answer))
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
        _limit.Dispose();
    }

    private void Grow(int length)
    {
        if (length == BufferBytesMax)
        {
            throw new InvalidDataException("The answer is too long.");
        }

        if (length == _buffer.Length)
        {
            Array.Resize(ref _buffer, Math.Min(_buffer.Length * 2, BufferBytesMax));
        }
    }

    // All requests of the connection share one source of cancellation, until one of them takes too long.
    private CancellationTokenRegistration Limit(CancellationToken cancellationToken)
    {
        if (!_limit.TryReset())
        {
            _limit.Dispose();
            _limit = new CancellationTokenSource();
        }

        _limit.CancelAfter(answerMax);
        return cancellationToken.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), _limit);
    }

    private void Close()
    {
        _stream?.Dispose();
        _socket?.Dispose();
        _stream = null;
        _socket = null;
    }
}
