using System.Buffers;
using System.Globalization;
using System.Text;

namespace Pos.Cli.Load.Buyers;

/// <summary>Writes the requests of sessions as bytes into its buffer. Each client has a writer of its own.</summary>
internal sealed class Requests
{
    public const string Currency = "EUR";
    public const long Price = 199;
    public const int Tills = 8;

    private readonly ArrayBufferWriter<byte> _buffer = new(1024);
    private readonly string _store;
    private readonly string _head;

    public Requests(LoadPlan plan, Uri target, string? key)
    {
        _store = plan.Store;
        var path = target.AbsolutePath.TrimEnd('/');
        var authorization = string.IsNullOrEmpty(key) ? "" : $"Authorization: Bearer {key}\r\n";
        Base = path + "/api/v1";
        _head = $" HTTP/1.1\r\nHost: {target.Authority}\r\n{authorization}Content-Type: application/json\r\nIdempotency-Key: ";
    }

    private string Base { get; }

    /// <summary>The idempotency key of a session's step. A repetition of the session has the same keys.</summary>
    private string Key(long session, string step) => string.Create(CultureInfo.InvariantCulture, $"{_store}-{session}-{step}");

    public ReadOnlyMemory<byte> Order(long session, Customer customer)
    {
        var second = customer.Second is { } sku
            ? string.Create(CultureInfo.InvariantCulture, $$""",{"sku":"{{LoadPlan.Sku(sku)}}","quantity":{{Customer.SecondPieces}}}""")
            : "";
        return Post("/orders", Key(session, "order"), string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"store":"{{_store}}","till":"{{Till(session)}}","lines":[{"sku":"{{LoadPlan.Sku(customer.First)}}","quantity":{{Customer.FirstPieces}}}{{second}}],{{Tender(customer)}}}"""));
    }

    public ReadOnlyMemory<byte> OpenCart(long session) => Post(
        "/carts", Key(session, "cart"), $$"""{"store":"{{_store}}","till":"{{Till(session)}}"}""");

    public ReadOnlyMemory<byte> AddLine(long session, string cart, int line, int item) => Post(
        $"/carts/{cart}/lines",
        Key(session, line == 1 ? "first" : "second"),
        string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"sku":"{{LoadPlan.Sku(item)}}","quantity":{{(line == 1 ? Customer.FirstPieces : Customer.SecondPieces)}}}"""));

    public ReadOnlyMemory<byte> CheckOut(long session, string cart, Customer customer) => Post(
        $"/carts/{cart}/checkout", Key(session, "checkout"), $"{{{Tender(customer)}}}");

    private static string Till(long session) => string.Create(CultureInfo.InvariantCulture, $"till-{(session % Tills) + 1}");

    private static string Tender(Customer customer) => customer.Card is { } card
        ? $$"""
          "cards":[{"token":"{{card}}"}]
          """
        : $$"""
          "cash":{"amount":{{1_000}},"currency":"{{Currency}}"}
          """;

    private ReadOnlyMemory<byte> Post(string path, string key, string body)
    {
        _buffer.ResetWrittenCount();
        Encoding.UTF8.GetBytes(
            string.Create(
                CultureInfo.InvariantCulture,
                $"POST {Base}{path}{_head}{key}\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}"),
            _buffer);
        return _buffer.WrittenMemory;
    }
}
