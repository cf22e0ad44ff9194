using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Pos.Api.Server;

/// <summary>
/// Limits open connections: altogether, of one address, and of the probes' listener, which has a limit of its own. A connection beyond a limit is closed
/// before anything is read from it.
/// </summary>
internal sealed partial class ConnectionGate(IOptions<ApiOptions> options, TimeProvider clock, ILogger<ConnectionGate> logger)
{
    /// <summary>Connections of the probes' listener. A probe needs one.</summary>
    internal const int ProbesMax = 256;

    private static readonly TimeSpan LogPause = TimeSpan.FromSeconds(1);

    private readonly ConnectionCount _requests = new(options.Value.ConnectionsMax, options.Value.ConnectionsPerAddressMax);
    private readonly ConnectionCount _probes = new(ProbesMax, ProbesMax / 2);
    private readonly Lock _log = new();
    private long? _loggedAt;
    private long _refused;

    /// <summary>Puts the gate before a listener.</summary>
    public void Guard(ListenOptions listener)
    {
        var count = ProbeListener.Port(options.Value.ProbesUrl) is { } port && listener.IPEndPoint?.Port == port ? _probes : _requests;
        listener.Use(next => connection => Enter(connection, next, count));
    }

    private async Task Enter(ConnectionContext connection, ConnectionDelegate next, ConnectionCount count)
    {
        var address = connection.RemoteEndPoint is IPEndPoint { Address: var remote } ? Rates.Network(remote) : IPAddress.None;
        if (!count.TryEnter(address))
        {
            Refuse(address);
            return;
        }

        try
        {
            await next(connection);
        }
        finally
        {
            count.Leave(address);
        }
    }

    // One client with thousands of connections would otherwise fill the log.
    private void Refuse(IPAddress address)
    {
        long refused;
        lock (_log)
        {
            _refused++;
            if (_loggedAt is { } before && clock.GetElapsedTime(before) < LogPause)
            {
                return;
            }

            (refused, _refused, _loggedAt) = (_refused, 0, clock.GetTimestamp());
        }

        LogRefused(logger, refused, address);
    }

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "{Refused} connections were closed since this was last said: Api:ConnectionsMax or Api:ConnectionsPerAddressMax is reached. The last came from {Address}.")]
    private static partial void LogRefused(ILogger logger, long refused, IPAddress address);
}

/// <summary>Open connections, altogether and by address.</summary>
internal sealed class ConnectionCount(int max, int perAddressMax)
{
    private readonly Dictionary<IPAddress, int> _open = [];
    private int _all;

    /// <summary>Counts one more connection, unless a limit is reached; then it returns false.</summary>
    public bool TryEnter(IPAddress address)
    {
        lock (_open)
        {
            var ofAddress = _open.GetValueOrDefault(address);
            if (_all >= max || ofAddress >= perAddressMax)
            {
                return false;
            }

            _all++;
            _open[address] = ofAddress + 1;
            return true;
        }
    }

    /// <summary>Takes a connection that has closed off the count.</summary>
    public void Leave(IPAddress address)
    {
        lock (_open)
        {
            _all--;
            if (_open[address] == 1)
            {
                _open.Remove(address);
            }
            else
            {
                _open[address]--;
            }
        }
    }
}
