using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace Pos.Tests;

/// <summary>The real program fills its demo shop behind its start.</summary>
public sealed class DemoShopTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pos-demo-");
    private Process? _program;

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        if (_program is not null)
        {
            _program.Kill();
            await _program.WaitForExitAsync();
            _program.Dispose();
        }

        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task the_first_request_that_is_answered_finds_the_whole_shop()
    {
        var address = Launch([.. Keys.Settings]);
        using var http = new HttpClient { BaseAddress = address, Timeout = Patience };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Keys.Operator);
        // The last thing that the shop is given.
        using var answer = await FirstAnswer(() => http.PostAsync(new Uri("/api/v1/orders", UriKind.Relative), Sale()));
        Assert.True(answer.StatusCode == HttpStatusCode.Created, await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task a_shop_that_cannot_be_filled_ends_the_program_with_one_sentence()
    {
        // Four products are defined at once. One is being written, one waits, and the queue is full for the others.
        Launch([new("Journal:QueueEventsMax", "1"), new("Journal:BatchEventsMax", "1")]);
        _program!.OutputDataReceived += static (_, _) => { };
        _program.BeginOutputReadLine();
        using var patience = new CancellationTokenSource(Patience, TimeProvider.System);
        var errors = await _program.StandardError.ReadToEndAsync(patience.Token);
        await _program.WaitForExitAsync(patience.Token);
        Assert.Equal(1, _program.ExitCode);
        Assert.StartsWith("The silo does not start: The demo shop could not be filled (Pos:Demo=false starts without it): ", Assert.Single(errors.TrimEnd('\n').Split('\n')), StringComparison.Ordinal);
    }

    private static StringContent Sale()
    {
        var sale = new StringContent(
            """{"store":"demo","till":"till-1","lines":[{"sku":"gift-wrap","quantity":1}],"cash":{"amount":250,"currency":"EUR"}}""", Encoding.UTF8, "application/json");
        sale.Headers.Add("Idempotency-Key", "first");
        return sale;
    }

    private static async Task<HttpResponseMessage> FirstAnswer(Func<Task<HttpResponseMessage>> send)
    {
        using var patience = new CancellationTokenSource(Patience, TimeProvider.System);
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(1));
        while (true)
        {
            try
            {
                return await send();
            }
            catch (HttpRequestException)
            {
                // It does not listen yet.
            }

            await pause.WaitForNextTickAsync(patience.Token);
        }
    }

    private Uri Launch(KeyValuePair<string, string?>[] settings)
    {
        var address = ServerProcess.FreeAddress();
        _program = Process.Start(new ProcessStartInfo("dotnet",
        [
            Path.Combine(AppContext.BaseDirectory, "Pos.Silo.dll"), $"--Urls={address}", "--Orleans:Endpoints:SiloPort=0", "--Orleans:Endpoints:GatewayPort=0",
            "--Journal:Path=data", "--Api:WaitMax=00:00:20", .. settings.Select(static setting => $"--{setting.Key}={setting.Value}"),
        ])
        {
            WorkingDirectory = _folder.FullName,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        return address;
    }
}
