using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Pos.Hosting.Telemetry;

/// <summary>
/// The console's format for people: one line for each record, whatever its texts contain, with the trace of the request that caused it.
/// <c>Logging:Console:FormatterName=line</c>.
/// </summary>
internal sealed class LineFormatter() : ConsoleFormatter(FormatterName)
{
    /// <summary>Its name in the configuration.</summary>
    public const string FormatterName = "line";

    /// <inheritdoc/>
    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        ArgumentNullException.ThrowIfNull(textWriter);
        textWriter.Write(NameOf(logEntry.LogLevel));
        textWriter.Write(": ");
        textWriter.Write(logEntry.Category);
        textWriter.Write('[');
        textWriter.Write(logEntry.EventId.Id.ToString(CultureInfo.InvariantCulture));
        textWriter.Write("] ");
        var text = logEntry.Formatter(logEntry.State, logEntry.Exception);
        WriteEscaped(textWriter, text);
        if (logEntry.Exception is { } fault)
        {
            textWriter.Write(' ');
            // Frames of a stack stand on lines of their own. Here they stand behind each other.
            WriteEscaped(textWriter, fault.ToString().ReplaceLineEndings(" "));
        }

        if (Activity.Current is { IdFormat: ActivityIdFormat.W3C } request && request.TraceId.ToHexString() is var trace && !text.Contains(trace, StringComparison.Ordinal))
        {
            textWriter.Write(" traceId ");
            textWriter.Write(trace);
        }

        textWriter.Write('\n');
    }

    /// <summary>Four letters for a level, as the console of .NET has them.</summary>
    public static string NameOf(LogLevel level) => level switch
    {
        LogLevel.Trace => "trce",
        LogLevel.Debug => "dbug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warn",
        LogLevel.Error => "fail",
        LogLevel.Critical => "crit",
        LogLevel.None or _ => "none",
    };

    // What a client sent may hold line breaks, and sequences that move a terminal's cursor or colour its text.
    private static void WriteEscaped(TextWriter writer, string text)
    {
        foreach (var letter in text)
        {
            if (char.IsControl(letter) || letter is '\u2028' or '\u2029')
            {
                writer.Write(letter switch { '\n' => "\\n", '\r' => "\\r", '\t' => "\\t", _ => string.Create(CultureInfo.InvariantCulture, $"\\u{(int)letter:x4}") });
            }
            else
            {
                writer.Write(letter);
            }
        }
    }
}
