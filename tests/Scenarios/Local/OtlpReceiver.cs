using System.Collections.Concurrent;
using System.Net;

namespace Pos.Tests;

/// <summary>A span as it was sent.</summary>
/// <param name="Scope">Its source.</param>
/// <param name="Attributes">Its texts.</param>
/// <param name="Links">Ids of spans that it links to.</param>
public sealed record SentSpan(
    string Service, string Scope, string Trace, string Id, string Parent, string Name, IReadOnlyDictionary<string, string> Attributes, IReadOnlyList<string> Links);

/// <summary>A line of a log as it was sent.</summary>
public sealed record SentLine(string Service, string Text, string Trace);

/// <summary>A collector: takes spans and lines by OTLP over HTTP, in the protocol's own binary form.</summary>
public sealed class OtlpReceiver : IDisposable
{
    private readonly HttpListener _listener = new();
    private readonly Task _serving;

    public OtlpReceiver()
    {
        Address = ServerProcess.FreeAddress();
        _listener.Prefixes.Add(Address.ToString());
        _listener.Start();
        _serving = Serve();
    }

    public Uri Address { get; }

    public ConcurrentQueue<SentSpan> Spans { get; } = new();

    public ConcurrentQueue<SentLine> Lines { get; } = new();

    /// <summary>The settings of a program that sends here, soon.</summary>
    public KeyValuePair<string, string?>[] Settings =>
    [
        new("OTEL_EXPORTER_OTLP_ENDPOINT", Address.ToString()), new("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
        new("OTEL_METRICS_EXPORTER", "none"), new("OTEL_BSP_SCHEDULE_DELAY", "100"), new("OTEL_BLRP_SCHEDULE_DELAY", "100"),
    ];

    public void Dispose()
    {
        _listener.Stop();
        _serving.Wait();
        _listener.Close();
    }

    private async Task Serve()
    {
        while (_listener.IsListening)
        {
            try
            {
                var context = await _listener.GetContextAsync();
                using var body = new MemoryStream();
                await context.Request.InputStream.CopyToAsync(body);
                Take(context.Request.Url!.AbsolutePath, body.ToArray());
                context.Response.ContentType = "application/x-protobuf";
                context.Response.Close();
            }
            catch (Exception ended) when (ended is HttpListenerException or ObjectDisposedException or IOException)
            {
                // Programs send until they end or are killed, and the receiver may stop in the middle of a request.
            }
        }
    }

    // Field numbers of opentelemetry/proto/{trace,logs,resource,common}/v1.
    private void Take(string path, byte[] body)
    {
        foreach (var resource in new Proto(body).All(1))
        {
            var service = resource.One(1)?.Texts(1).GetValueOrDefault("service.name") ?? "";
            foreach (var scope in resource.All(2))
            {
                var source = scope.One(1)?.Text(1) ?? "";
                foreach (var sent in scope.All(2))
                {
                    if (path == "/v1/traces")
                    {
                        Spans.Enqueue(new(
                            service, source, sent.Hex(1), sent.Hex(2), sent.Hex(4), sent.Text(5), sent.Texts(9), [.. sent.All(13).Select(link => link.Hex(2))]));
                    }
                    else if (path == "/v1/logs")
                    {
                        Lines.Enqueue(new(service, sent.One(5)?.Text(1) ?? "", sent.Hex(9)));
                    }
                }
            }
        }
    }

    /// <summary>A message of protocol buffers, read by field numbers.</summary>
    private sealed class Proto
    {
        private readonly List<(int Field, byte[] Bytes)> _fields = [];

        public Proto(byte[] message)
        {
            for (var at = 0; at < message.Length;)
            {
                var key = Varint(message, ref at);
                switch (key & 7)
                {
                    case 0:
                        Varint(message, ref at);
                        break;
                    case 1:
                        at += 8;
                        break;
                    case 2:
                        var length = (int)Varint(message, ref at);
                        _fields.Add(((int)(key >> 3), message[at..(at + length)]));
                        at += length;
                        break;
                    case 5:
                        at += 4;
                        break;
                    default:
                        throw new InvalidDataException($"Wire type {key & 7}.");
                }
            }
        }

        public IEnumerable<Proto> All(int field) => _fields.Where(one => one.Field == field).Select(one => new Proto(one.Bytes));

        public Proto? One(int field) => All(field).FirstOrDefault();

        public string Text(int field) => System.Text.Encoding.UTF8.GetString(Bytes(field));

        public string Hex(int field) => Convert.ToHexStringLower(Bytes(field));

        /// <summary>Attributes whose values are texts.</summary>
        public Dictionary<string, string> Texts(int field) =>
            All(field).GroupBy(one => one.Text(1)).ToDictionary(group => group.Key, group => group.First().One(2)?.Text(1) ?? "");

        private byte[] Bytes(int field) => _fields.Find(one => one.Field == field).Bytes ?? [];

        private static ulong Varint(byte[] message, ref int at)
        {
            ulong value = 0;
            for (var shift = 0; ; shift += 7)
            {
                var next = message[at++];
                value |= (ulong)(next & 0x7f) << shift;
                if (next < 0x80)
                {
                    return value;
                }
            }
        }
    }
}
