using System.Net;
using System.Net.Sockets;
using System.Text;
using Pos.Cli.Load;
using Pos.Cli.Load.Buyers;
using Pos.Cli.Output;

namespace Pos.Tests;

public sealed class TheWire
{
    private const string Plain = "HTTP/1.1 201 Created\r\ncontent-length: 9\r\nRetry-After: 3\r\nLocation: /x\r\n\r\n{\"id\":\"1\"";
    private const string Chunked = "HTTP/1.1 503 Service Unavailable\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n4\r\n{\"id\r\n5\r\n\":\"1\"\r\n0\r\n\r\n";

    [Theory]
    [InlineData(Plain, 201, 3, false)]
    [InlineData(Chunked, 503, null, true)]
    public void an_answer_is_read_when_all_of_it_is_there_and_not_before(string text, int status, int? retryAfter, bool closes)
    {
        for (var length = 0; length < text.Length; length++)
        {
            Assert.False(HttpAnswer.TryRead(Encoding.ASCII.GetBytes(text[..length]), out _), $"{length} bytes were taken for all");
        }

        Assert.True(HttpAnswer.TryRead(Encoding.ASCII.GetBytes(text), out var answer));
        Assert.Equal((status, "{\"id\":\"1\"", closes), (answer.Status, Encoding.ASCII.GetString(answer.Body.Span), answer.Closes));
        Assert.Equal(retryAfter is { } seconds ? TimeSpan.FromSeconds(seconds) : null, answer.RetryAfter);
    }

    [Theory]
    [InlineData("HTTP/1.0 200 OK\r\n\r\n")]
    [InlineData("<html></html>\r\n\r\n")]
    [InlineData("HTTP/1.1 2x0 OK\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 1x\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n")]
    public void what_is_no_answer_is_not_taken_for_one(string text) =>
        Assert.Throws<InvalidDataException>(() => HttpAnswer.TryRead(Encoding.ASCII.GetBytes(text), out _));

    [Fact]
    public void no_content_needs_no_length()
    {
        Assert.True(HttpAnswer.TryRead(Encoding.ASCII.GetBytes("HTTP/1.1 204 No Content\r\n\r\n"), out var answer));
        Assert.Equal((204, 0), (answer.Status, answer.Body.Length));
    }

    [Fact]
    public async Task an_answer_longer_than_the_buffer_arrives_in_pieces()
    {
        var body = new string('x', 100_000);
        var answer = await Ask(async client =>
        {
            await Write(client, $"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\n\r\n{body[..50_000]}");
            await Write(client, body[50_000..]);
        });
        Assert.Equal(body, answer);
    }

    [Fact]
    public async Task a_server_that_hangs_up_is_told_from_one_that_does_not_answer()
    {
        await Assert.ThrowsAsync<IOException>(() => Ask(client => Write(client, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc")));
        var hangs = new TaskCompletionSource();
        await Assert.ThrowsAsync<TimeoutException>(() => Ask(_ => hangs.Task, TimeSpan.FromMilliseconds(50)));
        hangs.SetResult();
    }

    [Fact]
    public async Task nobody_there_is_a_socket_error()
    {
        int port;
        using (var listener = new TcpListener(IPAddress.Loopback, 0))
        {
            listener.Start();
            port = ((IPEndPoint)listener.LocalEndpoint).Port;
        }

        using var wire = new HttpWire(new Uri($"http://127.0.0.1:{port}/"), TimeSpan.FromSeconds(10));
        await Assert.ThrowsAsync<SocketException>(() => wire.Connect(CancellationToken.None));
        Assert.False(wire.IsConnected);
    }

    private static async Task<string> Ask(Func<Socket, Task> serve, TimeSpan? answerMax = null)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var serving = Serve();
        using var wire = new HttpWire(new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/"), answerMax ?? TimeSpan.FromSeconds(10));
        await wire.Connect(CancellationToken.None);
        var answer = await wire.Send("GET / HTTP/1.1\r\n\r\n"u8.ToArray(), CancellationToken.None);
        await serving;
        return Encoding.ASCII.GetString(answer.Body.Span);

        async Task Serve()
        {
            using var client = await listener.AcceptSocketAsync();
            await client.ReceiveAsync(new byte[100]);
            await serve(client);
        }
    }

    private static async Task Write(Socket client, string text) => await client.SendAsync(Encoding.ASCII.GetBytes(text));
}
