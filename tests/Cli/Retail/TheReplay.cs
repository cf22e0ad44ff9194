using System.CommandLine;
using System.Text.Json;
using Pos.Cli;
using Pos.Cli.Output;
using Pos.Cli.Reports;
using Pos.Cli.Retail;

namespace Pos.Tests;

/// <summary><c>pos import-retail</c> and <c>pos replay</c> against the real server.</summary>
public sealed class TheReplay : IDisposable
{
    private static readonly string Excerpt = Path.Combine(AppContext.BaseDirectory, "excerpt.csv");

    private readonly StringWriter _output = new();
    private readonly StringWriter _errors = new();

    public void Dispose()
    {
        _output.Dispose();
        _errors.Dispose();
    }

    [Theory]
    [InlineData("simulated", false)]
    [InlineData("none", true)]
    public async Task the_shop_agrees_with_its_file_with_cards_and_without(string provider, bool cashOnly)
    {
        var folder = Directory.CreateTempSubdirectory("pos-replay-");
        await using var host = await PosHost.Start(folder: folder, settings: [new("Payments:Provider", provider)]);
        var url = $"http://127.0.0.1:{host.Port}";
        var file = WithCard(Excerpt);
        try
        {
            Assert.Equal(ExitCode.Ok, await Run("import-retail", file, url));
            for (var time = 0; time < 2; time++)
            {
                var exit = await Run("replay", file, url, "--json");
                Assert.True(exit == ExitCode.Ok, _errors.ToString());
                var report = JsonDocument.Parse(_output.ToString()).RootElement;
                Assert.Equal((cashOnly, "0.00"), (report.GetProperty("cashOnly").GetBoolean(), report.GetProperty("difference").GetString()));
                Assert.Equal(cashOnly, report.GetProperty("cards").GetInt32() == 0);
                Assert.Equal(cashOnly, _errors.ToString().Contains("The server takes no cards", StringComparison.Ordinal));
            }

            _output.GetStringBuilder().Clear();
            Assert.Equal(
                ExitCode.Ok,
                await RebuildCommand.Create(new Terminal(_output, _errors, false, TimeProvider.System)).Parse(["--json", "--url", url, "--key", Keys.Operator])
                    .InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false }));
            var rebuilt = JsonDocument.Parse(_output.ToString()).RootElement.EnumerateArray().ToList();
            Assert.Equal(["sales", "stock", "sagas"], rebuilt.Select(static one => one.GetProperty("report").GetString()));
            Assert.All(rebuilt, static one => Assert.Equal(0, one.GetProperty("differences").GetArrayLength()));
            Assert.Equal(ExitCode.Ok, await Run("replay", file, url));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [InlineData("import-retail", "--store -a", "--store is made of a–z, 0–9 and -, begins with a letter or digit, and has 32 characters at most.")]
    [InlineData("replay", "--store aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "--store is made of a–z, 0–9 and -, begins with a letter or digit, and has 32 characters at most.")]
    [InlineData("replay", "--tills 0", "--tills is a number from 1 to 256.")]
    [InlineData("replay", "--retry-for -1", "--retry-for is a number from 0 to 86400.")]
    [InlineData("replay", "--url ftp://shop", "--url is an address like http://localhost:5080.")]
    [InlineData("replay", "--url http://shop?x=1", "--url is an address like http://localhost:5080.")]
    [InlineData("import-retail", "--encoding klingon", "--encoding is the name of a text encoding, for example utf-8 or windows-1252.")]
    public void a_bad_option_is_told_in_one_line(string command, string arguments, string message) =>
        Assert.Equal(message, Command(command).Parse([Excerpt, .. arguments.Split(' ')]).Errors[0].Message);

    // An invoice with this number goes through a cart, and a card that is approved at once pays half of it.
    private static string WithCard(string excerpt)
    {
        var file = Path.GetTempFileName();
        File.WriteAllText(file, File.ReadAllText(excerpt).Replace("700001", "536537", StringComparison.Ordinal));
        return file;
    }

    private Command Command(string name)
    {
        var terminal = new Terminal(_output, _errors, false, TimeProvider.System);
        return name == "replay" ? RetailCommands.Replay(terminal) : RetailCommands.Import(terminal);
    }

    private Task<int> Run(string command, string file, string url, params string[] more)
    {
        _output.GetStringBuilder().Clear();
        _errors.GetStringBuilder().Clear();
        return Command(command).Parse([file, "--url", url, "--key", Keys.Operator, .. more])
            .InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
    }
}
