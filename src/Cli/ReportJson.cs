using System.Text.Json;
using System.Text.Json.Serialization;
using Pos.Cli.Load;
using Pos.Cli.Reports;
using Pos.Cli.Retail.Replay;

namespace Pos.Cli;

/// <summary>Reports as <c>--json</c> shows them.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(ReplayReport))]
[JsonSerializable(typeof(LoadReport))]
[JsonSerializable(typeof(IReadOnlyList<RebuiltReport>))]
internal sealed partial class ReportJson : JsonSerializerContext
{
    public static string Of(ReplayReport report) => JsonSerializer.Serialize(report, Default.ReplayReport);

    public static string Of(IReadOnlyList<RebuiltReport> reports) => JsonSerializer.Serialize(reports, Default.IReadOnlyListRebuiltReport);

    public static string Of(LoadReport report) => JsonSerializer.Serialize(report, Default.LoadReport);
}
