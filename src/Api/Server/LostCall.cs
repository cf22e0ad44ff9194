using Microsoft.AspNetCore.Connections;
using Orleans.Networking.Shared;
using Orleans.Runtime;
using Orleans.Runtime.Messaging;

namespace Pos.Api.Server;

/// <summary>Tells a call that Orleans lost on its way from a fault of the grain.</summary>
internal static class LostCall
{
    /// <summary>Whether the fault is one of the transport: no route to the grain, or no connection to a silo.</summary>
    /// <remarks>Orleans rejects a call either with an exception of its own or with the very exception that failed the connection.</remarks>
    public static bool Is(Exception fault) => fault is
        OrleansMessageRejectionException or ConnectionFailedException or SocketConnectionException or ConnectionAbortedException
        or GatewayTooBusyException;
}
