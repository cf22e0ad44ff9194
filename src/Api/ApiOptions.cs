using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace Pos.Api;

/// <summary>Bounds of the HTTP API, from the configuration section <c>Api</c>.</summary>
public sealed class ApiOptions
{
    /// <summary>Bytes of a request's body: a thousand lines with overrides fit; a cart does not grow beyond. Fixed: it is part of the API.</summary>
    internal const int BodyBytesMax = 256 * 1024;

    /// <summary>Who may use the API. None: nobody may, except for what needs no key.</summary>
    public IList<ApiKeyOptions> Keys { get; } = [];

    /// <summary>
    /// What the cursors of lists are encrypted with: any secret of 32 characters or more, the same in all processes of a cluster. Without one the
    /// hashes of all API keys are, which are the same there too; then a cursor given before the keys were changed is refused after, and its
    /// list begins again.
    /// </summary>
    public string CursorKey { get; set; } = "";

    /// <summary>Open connections. Each costs some kilobytes; beyond it new ones are closed at once. Default 10,000.</summary>
    public int ConnectionsMax { get; set; } = 10_000;

    /// <summary>
    /// Open connections of one address (of IPv6: of one /64), so that nobody alone keeps all others out. A proxy before the server is one
    /// address: give it what it needs, and let it bound its own clients. Default 2,000.
    /// </summary>
    public int ConnectionsPerAddressMax { get; set; } = 2_000;

    /// <summary>
    /// A listener for <c>/health</c> and <c>/metrics</c> alone, with connections of its own, so that probes are answered when all others are taken: for
    /// example <c>http://+:8081</c>. It asks for no key, so open it only where probes and scrapes come from. None by default: then both ask where everybody
    /// asks, and <c>/metrics</c> takes an operator's key.
    /// </summary>
    public string ProbesUrl { get; set; } = "";

    /// <summary>How long a connection may idle between requests. Longer saves handshakes, shorter saves memory. Default 2 minutes.</summary>
    public TimeSpan IdleMax { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>How long a client may take to send a request's headers. Default 15 seconds.</summary>
    public TimeSpan HeadersMax { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a client may take to send a request's body. Default 15 seconds.</summary>
    public TimeSpan BodyMax { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// How long a request may take altogether, from its head to its answer. Longer than everything it may have to wait for, or clients are
    /// told that nobody knows what would have been known a moment later. Default 30 seconds.
    /// </summary>
    public TimeSpan RequestMax { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Requests that may be under way at once; who comes then is let in as room appears, first come first served, or refused with 503 and
    /// Retry-After when there was none for 0.8 s. The dashboard and the probes need no room.
    /// What is taken is answered in its number's share of a second: with 2,000, in about half a second on two cores. Default 2,000.
    /// </summary>
    public int RequestsUnderWayMax { get; set; } = 2_000;

    /// <summary>
    /// Requests of one key that may be under way at once, those included whose body is still to come; who comes then waits for 0.8 s and is
    /// refused with 429. Below <see cref="RequestsUnderWayMax"/>, so that no key alone takes all room. Default 1,000.
    /// </summary>
    public int RequestsPerKeyMax { get; set; } = 1_000;

    /// <summary>
    /// Units a second that one key may ask for in the long run. A request costs a unit, and another for each line that it brings or each item of
    /// the page that it asks for. Above what one server does, by default: it is a bound for accidents. Default 20,000.
    /// </summary>
    public int RequestsPerSecondMax { get; set; } = 20_000;

    /// <summary>Units that one key may ask for at once after a pause. Default 40,000.</summary>
    public int RequestsBurstMax { get; set; } = 40_000;

    /// <summary>Requests with an unknown key that one address may make each second, and ten times as many after a pause. Default 10.</summary>
    public int StrangersPerSecondMax { get; set; } = 10;

    /// <summary>Documents and files of the page that one address may have each second without a key, and ten times as many after a pause. Default 20.</summary>
    public int DocumentsPerSecondMax { get; set; } = 20;

    /// <summary>Origins whose pages may use the API from a browser, as <c>https://till.example</c>. None by default.</summary>
    public IList<string> CorsOrigins { get; } = [];

    /// <summary>How long an order or a return that is on disk may take to its end before 202 is answered. Default 3 seconds.</summary>
    public TimeSpan WaitMax { get; set; } = TimeSpan.FromSeconds(3);
}

/// <summary>Refuses settings that make no sense, at start.</summary>
internal sealed class ApiOptionsCheck : IValidateOptions<ApiOptions>
{
    public ValidateOptionsResult Validate(string? name, ApiOptions options) => options switch
    {
        { ConnectionsMax: < 1 } => ValidateOptionsResult.Fail("Api:ConnectionsMax is not positive."),
        { ConnectionsPerAddressMax: < 1 } => ValidateOptionsResult.Fail("Api:ConnectionsPerAddressMax is not positive."),
        { ProbesUrl: { Length: > 0 } url } when !ProbeListener.IsUsable(url) =>
            ValidateOptionsResult.Fail($"Api:ProbesUrl is '{url}', and not as http://+:8081: http, an address, a port above 0."),
        { IdleMax.Ticks: <= 0 } => ValidateOptionsResult.Fail("Api:IdleMax is not positive."),
        { HeadersMax.Ticks: <= 0 } => ValidateOptionsResult.Fail("Api:HeadersMax is not positive."),
        { BodyMax.Ticks: <= 0 } => ValidateOptionsResult.Fail("Api:BodyMax is not positive."),
        _ when options.RequestMax <= options.WaitMax => ValidateOptionsResult.Fail("Api:RequestMax is not above Api:WaitMax."),
        { RequestsUnderWayMax: < 1 } => ValidateOptionsResult.Fail("Api:RequestsUnderWayMax is not positive."),
        { RequestsPerKeyMax: < 1 } => ValidateOptionsResult.Fail("Api:RequestsPerKeyMax is not positive."),
        { RequestsPerSecondMax: < 1 } => ValidateOptionsResult.Fail("Api:RequestsPerSecondMax is not positive."),
        { RequestsBurstMax: < 1 } => ValidateOptionsResult.Fail("Api:RequestsBurstMax is not positive."),
        { DocumentsPerSecondMax: < 1 or > 1_000_000 } => ValidateOptionsResult.Fail("Api:DocumentsPerSecondMax is not from 1 to 1,000,000."),
        { StrangersPerSecondMax: < 1 or > 1_000_000 } => ValidateOptionsResult.Fail("Api:StrangersPerSecondMax is not from 1 to 1,000,000."),
        _ when options.CorsOrigins.Any(IsNoOrigin) => ValidateOptionsResult.Fail("Api:CorsOrigins has what is no origin: a scheme and a host, as https://till.example."),
        { CursorKey.Length: > 0 and < 32 } => ValidateOptionsResult.Fail("Api:CursorKey has fewer than 32 characters."),
        { WaitMax.Ticks: < 0 } => ValidateOptionsResult.Fail("Api:WaitMax is negative."),
        { WaitMax.TotalSeconds: > 20 } => ValidateOptionsResult.Fail("Api:WaitMax is above 20 s: grain calls end after 30 s."),
        _ => Validate(options.Keys),
    };

    private static bool IsNoOrigin(string text) =>
        !Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https") || uri.GetLeftPart(UriPartial.Authority) != text;

    private static ValidateOptionsResult Validate(IList<ApiKeyOptions> keys)
    {
        var known = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < keys.Count; i++)
        {
            if ((keys[i].Fault ?? (known.Add(keys[i].Sha256) ? null : ":Sha256 is that of another key too.")) is { } fault)
            {
                return ValidateOptionsResult.Fail($"Api:Keys:{i}{fault}");
            }
        }

        return ValidateOptionsResult.Success;
    }
}

/// <summary>Gives the web server its limits.</summary>
internal sealed class KestrelLimits(IOptions<ApiOptions> api, ConnectionGate connections) : IConfigureOptions<KestrelServerOptions>
{
    public void Configure(KestrelServerOptions options)
    {
        options.AddServerHeader = false;
        options.Limits.MaxRequestBodySize = ApiOptions.BodyBytesMax;
        // Twice what the API takes: what is between the two is refused with a problem, and beyond it without a body.
        options.Limits.MaxRequestHeaderCount = 2 * RequestHead.HeadersMax;
        options.Limits.MaxRequestHeadersTotalSize = 2 * RequestHead.HeaderBytesMax;
        options.Limits.MaxRequestLineSize = 2 * RequestHead.TargetBytesMax;
        // Counted by the gate of connections, which knows whose they are.
        options.Limits.MaxConcurrentConnections = null;
        options.ConfigureEndpointDefaults(connections.Guard);
        options.Limits.KeepAliveTimeout = api.Value.IdleMax;
        options.Limits.RequestHeadersTimeout = api.Value.HeadersMax;
    }
}
