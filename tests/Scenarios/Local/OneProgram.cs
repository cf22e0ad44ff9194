using System.Net;
using System.Text.Json.Nodes;
using Pos.Verification;

namespace Pos.Tests;

/// <summary>The deployed program on one folder, started and stopped with one setting after another.</summary>
public abstract class OneProgram : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pos-program-");
    private readonly Uri _address = ServerProcess.FreeAddress();

    /// <summary>The ledger of the simulated payment provider.</summary>
    protected string Ledger => Path.Combine(_folder.FullName, "data", "provider-ledger.jsonl");

    public void Dispose()
    {
        _folder.Delete(recursive: true);
        GC.SuppressFinalize(this);
    }

    protected Task<ServerProcess> Start(params KeyValuePair<string, string?>[] settings) => ServerProcess.Start("Silo", _folder.FullName, _address,
    [
        .. Requests.KeySettings,
        new("Journal:Path", Path.Combine(_folder.FullName, "data")), new("Orleans:Endpoints:SiloPort", "0"), new("Orleans:Endpoints:GatewayPort", "0"),
        .. settings,
    ]);

    protected HttpClient Client() => Requests.Client(_address);

    protected static async Task<JsonNode> Until(HttpClient http, string path, Func<JsonNode, bool> wished) => (await Eventually.Get(
        () => Send(http, HttpMethod.Get, path, null, null),
        answer => wished(answer.Json),
        TimeSpan.FromSeconds(60),
        answer => $"{path} still answers {answer.Text}")).Json;

    /// <summary>Has the server verify its journal, which has to be well.</summary>
    protected static async Task<VerificationReport> Verified(HttpClient http)
    {
        var report = await http.Verify();
        Assert.True(report.Ok, report.Told());
        return report;
    }

    protected static async Task<(HttpStatusCode Status, string Text, JsonNode Json)> Send(HttpClient http, HttpMethod method, string path, string? body, string? key)
    {
        var (status, text) = await http.Send(method, path, body, key);
        return (status, text, JsonNode.Parse(text)!);
    }
}
