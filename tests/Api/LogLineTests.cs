using System.Diagnostics;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;
using Pos.Hosting.Telemetry;

namespace Pos.Tests;

/// <summary>The console's formats: one line, whatever the record contains.</summary>
public sealed class LogLineTests
{
    private static readonly string[] Texts =
        ["plain", "a\nERROR all is lost", "a\r\nERROR", "a\rERROR", "\u001b[2Jcleared", "a\u0085b", "a\u2028b", "a\u2029b", "a\u0000b", "\"quoted\" \\ back", "日本 ☕"];

    [Fact]
    public void a_record_is_one_line_whatever_it_contains()
    {
        foreach (var text in Texts)
        {
            foreach (var line in (string[])[Format(new LineFormatter(), text), Format(new JsonLineFormatter(TimeProvider.System), text)])
            {
                Assert.EndsWith("\n", line, StringComparison.Ordinal);
                Assert.DoesNotContain(line[..^1], static letter => char.IsControl(letter) || letter is '\u2028' or '\u2029');
            }
        }
    }

    [Fact]
    public void json_keeps_every_text_and_its_values()
    {
        foreach (var text in Texts)
        {
            var json = JsonNode.Parse(Format(new JsonLineFormatter(TimeProvider.System), text))!;
            Assert.Equal($"said {text}", (string?)json["message"]);
            Assert.Equal(text, (string?)json["values"]!["Text"]);
            Assert.Contains(text, (string?)json["exception"], StringComparison.Ordinal);
            Assert.Equal(("warn", "Pos.Api", 7), ((string?)json["level"], (string?)json["category"], (int)json["event"]!));
        }
    }

    [Fact]
    public void a_record_bears_the_trace_of_its_request_once()
    {
        using var request = new Activity("request").SetIdFormat(ActivityIdFormat.W3C).Start();
        var trace = request.TraceId.ToHexString();
        Assert.EndsWith($" traceId {trace}\n", Format(new LineFormatter(), "x"), StringComparison.Ordinal);
        Assert.Equal(2, Format(new LineFormatter(), trace, fault: false).Split(trace).Length);
        Assert.Equal(trace, (string?)JsonNode.Parse(Format(new JsonLineFormatter(TimeProvider.System), "x"))!["traceId"]);
    }

    private static string Format(ConsoleFormatter formatter, string text, bool fault = true)
    {
        using var into = new StringWriter();
        IReadOnlyList<KeyValuePair<string, object?>> state = [new("Text", text), new("{OriginalFormat}", "said {Text}")];
        formatter.Write(
            new LogEntry<IReadOnlyList<KeyValuePair<string, object?>>>(
                LogLevel.Warning, "Pos.Api", new EventId(7), state, fault ? new InvalidOperationException(text) : null, static (state, _) => $"said {state[0].Value}"),
            null,
            into);
        return into.ToString();
    }
}
