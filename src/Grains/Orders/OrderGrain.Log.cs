using Microsoft.Extensions.Logging;

namespace Pos.Grains;

public sealed partial class OrderGrain
{
    [LoggerMessage(Level = LogLevel.Error, Message = "{Saga}: the hold of line {Line} could not be ended: {Code}, {Detail}")]
    private static partial void LogOddEnd(ILogger logger, string saga, int line, RejectionCode code, string detail);
}
