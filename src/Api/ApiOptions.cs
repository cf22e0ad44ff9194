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

    /// <summary>Open connections. Each costs some kilobytes; beyond it new ones are closed at once. Default 10,000.</summary>
    public int ConnectionsMax { get; set; } = 10_000;

    /// <summary>How long a connection may idle between requests. Longer saves handshakes, shorter saves memory. Default 2 minutes.</summary>
    public TimeSpan IdleMax { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>How long a client may take to send a request's headers. Default 15 seconds.</summary>
    public TimeSpan HeadersMax { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How long placing an order or a return may wait for its end before 202 is answered. Default 3 seconds.</summary>
    public TimeSpan WaitMax { get; set; } = TimeSpan.FromSeconds(3);
}

/// <summary>Refuses settings that make no sense, at start.</summary>
internal sealed class ApiOptionsCheck : IValidateOptions<ApiOptions>
{
    public ValidateOptionsResult Validate(string? name, ApiOptions options) => options switch
    {
        { ConnectionsMax: < 1 } => ValidateOptionsResult.Fail("Api:ConnectionsMax is not positive."),
        { IdleMax.Ticks: <= 0 } => ValidateOptionsResult.Fail("Api:IdleMax is not positive."),
        { HeadersMax.Ticks: <= 0 } => ValidateOptionsResult.Fail("Api:HeadersMax is not positive."),
        { WaitMax.Ticks: < 0 } => ValidateOptionsResult.Fail("Api:WaitMax is negative."),
        { WaitMax.TotalSeconds: > 20 } => ValidateOptionsResult.Fail("Api:WaitMax is above 20 s: grain calls end after 30 s."),
        _ => Validate(options.Keys),
    };

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
internal sealed class KestrelLimits(IOptions<ApiOptions> api) : IConfigureOptions<KestrelServerOptions>
{
    public void Configure(KestrelServerOptions options)
    {
        options.AddServerHeader = false;
        options.Limits.MaxRequestBodySize = ApiOptions.BodyBytesMax;
        options.Limits.MaxRequestHeaderCount = 64;
        options.Limits.MaxRequestHeadersTotalSize = 16 * 1024;
        options.Limits.MaxRequestLineSize = 8 * 1024;
        options.Limits.MaxConcurrentConnections = api.Value.ConnectionsMax;
        options.Limits.KeepAliveTimeout = api.Value.IdleMax;
        options.Limits.RequestHeadersTimeout = api.Value.HeadersMax;
    }
}
