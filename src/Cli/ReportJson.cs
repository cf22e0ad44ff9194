using System.Text.Json;
using System.Text.Json.Serialization;
using Pos.Cli.Load;
using Pos.Cli.Retail.Replay;

namespace Pos.Cli;

/// <summary>Reports as <c>--json</c> shows them.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(ReplayReport))]
[JsonSerializable(typeof(LoadReport))]
internal sealed partial class ReportJson : JsonSerializerContext
{
    public static string Of(ReplayReport report) => JsonSerializer.Serialize(report, Default.ReplayReport);

    public static string Of(LoadReport report) => JsonSerializer.Serialize(report, Default.LoadReport);
}
