using Microsoft.Extensions.Logging;
using Orleans.Runtime;

namespace Pos.LocalEngine;

internal sealed partial class LocalSilo
{
    [LoggerMessage(Level = LogLevel.Error, Message = "{GrainId} could not be activated")]
    internal partial void LogActivationFailed(GrainId grainId, Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "{GrainId} failed while it was deactivated; it is gone all the same")]
    internal partial void LogDeactivationFailed(GrainId grainId, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A timer of {GrainId} failed")]
    internal partial void LogTimerFailed(GrainId grainId, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Code that was to be told of the cancellation of {Call} failed")]
    internal partial void LogCancellationFailed(GrainCall call, Exception exception);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} activations did not go in time and are left behind, among them {Examples}")]
    private partial void LogLeftBehind(int count, string examples);
}
