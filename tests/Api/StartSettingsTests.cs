using System.Diagnostics;

namespace Pos.Tests;

/// <summary>The silo's program with a setting that it cannot use.</summary>
public sealed class StartSettingsTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pos-settings-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("Journal:BatchEventsMax", "many", "'many' at 'Journal:BatchEventsMax'")]
    [InlineData("Journal:BatchEventsMax", "0", "Journal:BatchEventsMax must lie between 1 and 1000000.")]
    [InlineData("Journal:LingerMax", "1 ms", "'1 ms' at 'Journal:LingerMax'")]
    [InlineData("Api:WaitMax", "soon", "'soon' at 'Api:WaitMax'")]
    [InlineData("Pos:Grains:WaitMax", "3s", "'3s' at 'Pos:Grains:WaitMax'")]
    [InlineData("Pos:Feed:Linger", "x", "'x' at 'Pos:Feed:Linger'")]
    [InlineData("Pos:Streams:Partitions", "1.5", "'1.5' at 'Pos:Streams:Partitions'")]
    [InlineData("Pos:Streams:Partitions", "0", "Pos:Streams:Partitions is 0")]
    [InlineData("Pos:Streams:Enabled", "perhaps", "Pos:Streams:Enabled")]
    [InlineData("Pos:Demo", "maybe", "Pos:Demo")]
    [InlineData("Payments:Resilience:CallTimeout", "x", "'x' at 'Payments:Resilience:CallTimeout'")]
    [InlineData("Orleans:Endpoints:SiloPort", "first", "'first' at 'Orleans:Endpoints:SiloPort'")]
    [InlineData("Urls", "nowhere", "Urls is 'nowhere'")]
    public async Task a_setting_that_cannot_be_used_ends_the_start_in_one_sentence(string setting, string value, string named)
    {
        using var silo = Process.Start(new ProcessStartInfo("dotnet",
        [
            Path.Combine(AppContext.BaseDirectory, "Pos.Silo.dll"), $"--Urls={ServerProcess.FreeAddress()}", "--Orleans:Endpoints:SiloPort=0",
            "--Orleans:Endpoints:GatewayPort=0", $"--{setting}={value}",
        ])
        {
            WorkingDirectory = _folder.FullName,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60), TimeProvider.System);
        await using var end = patience.Token.Register(silo.Kill);
        var output = silo.StandardOutput.ReadToEndAsync();
        var errors = await silo.StandardError.ReadToEndAsync();
        await silo.WaitForExitAsync();
        Assert.Equal((1, ""), (silo.ExitCode, await output));
        var line = Assert.Single(errors.TrimEnd('\n').Split('\n'));
        Assert.StartsWith("The silo does not start: ", line, StringComparison.Ordinal);
        Assert.Contains(named, line, StringComparison.Ordinal);
    }
}
