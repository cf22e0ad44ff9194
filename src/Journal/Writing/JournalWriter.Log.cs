using Microsoft.Extensions.Logging;

namespace Pos.Journal.Writing;

internal sealed partial class JournalWriter
{
    [LoggerMessage(1, LogLevel.Error, "A batch of {Operations} operations was rolled back; nothing of it is stored.")]
    private static partial void LogRolledBack(ILogger logger, int operations, Exception? cause);

    [LoggerMessage(2, LogLevel.Error, "The commit of {Operations} operations gave no certain answer; looking it up.")]
    private static partial void LogUnknown(ILogger logger, int operations, Exception? cause);

    [LoggerMessage(3, LogLevel.Error, "Position {Position} is committed and could not be confirmed; nothing is acknowledged until it is.")]
    private static partial void LogNotConfirmed(ILogger logger, long position, Exception? cause);

    [LoggerMessage(4, LogLevel.Critical, "The fate of {Operations} operations could not be found out in time; they end unknown.")]
    private static partial void LogGivenUp(ILogger logger, int operations, Exception? cause);

    [LoggerMessage(5, LogLevel.Warning, "The store's housekeeping failed; it is tried again after a later batch.")]
    private static partial void LogNotMaintained(ILogger logger, Exception? cause);

    [LoggerMessage(6, LogLevel.Warning, "The snapshot of '{Stream}' was not saved; its next activation reads further back.")]
    private static partial void LogSnapshotNotSaved(ILogger logger, string stream, Exception exception);
}
