using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Pos.Tests;

/// <summary>The program that is deployed, started and stopped on one folder with one setting after the other.</summary>
public abstract class OneProgram : IDisposable
{
    private const string Key = "an-operator-of-one-program";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pos-program-");
    private readonly Uri _address = ServerProcess.FreeAddress();

    /// <summary>The simulated provider's book.</summary>
    protected string Ledger => Path.Combine(_folder.FullName, "data", "provider-ledger.jsonl");

    public void Dispose()
    {
        _folder.Delete(recursive: true);
        GC.SuppressFinalize(this);
    }

    protected Task<ServerProcess> Start(params KeyValuePair<string, string?>[] settings) => ServerProcess.Start("Silo", _folder.FullName, _address,
    [
        new("Api:Keys:0:Actor", "operator"), new("Api:Keys:0:Role", "operator"),
        new("Api:Keys:0:Sha256", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Key)))),
        new("Journal:Path", Path.Combine(_folder.FullName, "data")), new("Orleans:Endpoints:SiloPort", "0"), new("Orleans:Endpoints:GatewayPort", "0"),
        .. settings,
    ]);

    protected HttpClient Client() =>
        new() { BaseAddress = _address, Timeout = TimeSpan.FromSeconds(60), DefaultRequestHeaders = { Authorization = new("Bearer", Key) } };

    protected static async Task<JsonNode> Until(HttpClient http, string path, Func<JsonNode, bool> wished)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var answer = await Send(http, HttpMethod.Get, path, null, null);
            if (wished(answer.Json))
            {
                return answer.Json;
            }

            Assert.True(TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromSeconds(60), $"{path} still answers {answer.Text}");
        }
    }

    protected static async Task<JsonNode> Verified(HttpClient http)
    {
        using var answer = await http.PostAsync(new Uri("/admin/verify", UriKind.Relative), null);
        return JsonNode.Parse(await answer.EnsureSuccessStatusCode().Content.ReadAsStringAsync())!;
    }

    protected static async Task<(HttpStatusCode Status, string Text, JsonNode Json)> Send(HttpClient http, HttpMethod method, string path, string? body, string? key)
    {
        using var request = new HttpRequestMessage(method, "/api/v1/" + path);
        request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
        if (key is not null)
        {
            request.Headers.Add("Idempotency-Key", key);
        }

        using var response = await http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return (response.StatusCode, text, JsonNode.Parse(text)!);
    }
}
