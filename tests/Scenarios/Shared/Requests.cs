using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using Pos.Verification;

namespace Pos.Tests;

/// <summary>What the scenarios ask a server, and the key that they ask with.</summary>
internal static class Requests
{
    private const string Key = "an-operator-of-the-scenarios";

    /// <summary>The settings of a server that takes requests with the key.</summary>
    public static IEnumerable<KeyValuePair<string, string?>> KeySettings { get; } =
    [
        new("Api:Keys:0:Actor", "operator"),
        new("Api:Keys:0:Role", "operator"),
        new("Api:Keys:0:Sha256", Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Key)))),
    ];

    public static HttpClient Client(Uri server) => new(new SocketsHttpHandler { MaxConnectionsPerServer = 1_000 })
    {
        BaseAddress = server,
        Timeout = TimeSpan.FromSeconds(60),
        DefaultRequestHeaders = { Authorization = new("Bearer", Key) },
    };

    /// <summary>Sends a request to a path of the API.</summary>
    public static async Task<(HttpStatusCode Status, string Text)> Send(
        this HttpClient http, HttpMethod method, string path, string? body, string? key, string? prefer = null)
    {
        using var request = new HttpRequestMessage(method, "/api/v1/" + path);
        request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
        if (key is not null)
        {
            request.Headers.Add("Idempotency-Key", key);
        }

        if (prefer is not null)
        {
            request.Headers.Add("Prefer", prefer);
        }

        using var response = await http.SendAsync(request);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    /// <summary>Has the server verify its journal.</summary>
    public static async Task<VerificationReport> Verify(this HttpClient http)
    {
        using var answer = await http.PostAsync(new Uri("/admin/verify", UriKind.Relative), null);
        return (await answer.EnsureSuccessStatusCode().Content.ReadFromJsonAsync(VerificationJson.Default.VerificationReport))!;
    }

    /// <summary>The first violations of each invariant, for the failure of a test.</summary>
    public static string Told(this VerificationReport report) =>
        string.Join('\n', report.Invariants.SelectMany(one => one.First.Select(first => $"{one.Name}: {first.Where}: {first.What}")));
}
