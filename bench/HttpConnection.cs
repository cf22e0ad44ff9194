using System.Buffers.Text;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Pos.Bench;

/// <summary>
/// One keep-alive connection that sends prepared bytes and reads one answer: a load generator on the server's own cores must cost
/// little, and a full HTTP client costs more than the server.
/// </summary>
internal sealed class HttpConnection : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly byte[] _buffer = new byte[1 << 20];

    public async Task Connect(int port) => await _socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port));

    /// <summary>The answer's status code.</summary>
    public async ValueTask<int> Send(ReadOnlyMemory<byte> request)
    {
        await _socket.SendAsync(request);
        var length = 0;
        var end = -1;
        while (true)
        {
            var read = await _socket.ReceiveAsync(_buffer.AsMemory(length));
            if (read == 0)
            {
                throw new IOException("The server closed the connection.");
            }

            length += read;
            if (end < 0)
            {
                end = EndOfAnswer(_buffer.AsSpan(0, length));
            }

            if (end >= 0 ? length >= end : _buffer.AsSpan(0, length).EndsWith("0\r\n\r\n"u8))
            {
                return Utf8Parser.TryParse(_buffer.AsSpan(9, 3), out int status, out _) ? status : 0;
            }
        }
    }

    public string LastAnswer(int length) => Encoding.UTF8.GetString(_buffer, 0, length).TrimEnd('\0');

    public static byte[] Request(string method, string path, string key, string body)
    {
        var bytes = Encoding.UTF8.GetByteCount(body);
        return Encoding.UTF8.GetBytes(string.Create(
            CultureInfo.InvariantCulture,
            $"{method} {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {SiloProcess.Key}\r\nContent-Type: application/json\r\nIdempotency-Key: {key}\r\nContent-Length: {bytes}\r\n\r\n{body}"));
    }

    public void Dispose() => _socket.Dispose();

    private static int EndOfAnswer(ReadOnlySpan<byte> answer)
    {
        var head = answer.IndexOf("\r\n\r\n"u8);
        var field = answer.IndexOf("Content-Length: "u8);
        return head >= 0 && field >= 0 && field < head && Utf8Parser.TryParse(answer[(field + 16)..], out int length, out _)
            ? head + 4 + length
            : -1;
    }
}
