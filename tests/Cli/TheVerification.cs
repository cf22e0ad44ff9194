using System.CommandLine;
using Pos.Cli;
using Pos.Cli.Output;
using Pos.Journal;
using Pos.Journal.Sqlite;

namespace Pos.Tests;

/// <summary><c>pos verify</c> on the files of a stopped server.</summary>
public sealed class TheVerification : IDisposable
{
    private const string Foreign =
        """{"at":"2026-01-01T09:00:00+00:00","kind":"captured","order":"0000000000000000000000000000000f","amount":995,"currency":"GBP"}""";

    private readonly string _folder = Directory.CreateTempSubdirectory("pos-verify-").FullName;
    private readonly StringWriter _output = new();

    public TheVerification()
    {
        using var instruments = new JournalInstruments();
        SqliteJournal.Open(new SqliteJournalOptions { Path = _folder }, TimeProvider.System, instruments).Dispose();
    }

    private string Beside => Path.Combine(_folder, "provider-ledger.jsonl");

    private string Elsewhere => Path.Combine(_folder, "statement.jsonl");

    public void Dispose()
    {
        _output.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task the_ledger_beside_the_journal_is_compared()
    {
        Assert.Equal(ExitCode.Ok, await Verify("--data", _folder));
        await File.WriteAllLinesAsync(Beside, [Foreign]);

        Assert.Equal(ExitCode.Wrong, await Verify("--data", _folder));
        Assert.Contains("the provider took 995 GBP, and no payment of ours asked for it", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task a_ledger_that_is_named_is_compared_instead()
    {
        await File.WriteAllLinesAsync(Elsewhere, [Foreign]);
        Assert.Equal(ExitCode.Ok, await Verify("--data", _folder));
        Assert.Equal(ExitCode.Wrong, await Verify("--data", _folder, "--ledger", Elsewhere));

        await File.WriteAllLinesAsync(Beside, [Foreign]);
        await File.WriteAllLinesAsync(Elsewhere, []);
        Assert.Equal(ExitCode.Ok, await Verify("--data", _folder, "--ledger", Elsewhere));
    }

    [Fact]
    public async Task a_ledger_that_is_not_there_or_not_to_be_named_is_refused()
    {
        Assert.Equal(
            $"There is no ledger {Elsewhere}.",
            (await Assert.ThrowsAsync<CannotRunException>(() => Verify("--data", _folder, "--ledger", Elsewhere))).Message);
        await File.WriteAllLinesAsync(Beside, []);
        Assert.StartsWith(
            "--url means a running server",
            (await Assert.ThrowsAsync<CannotRunException>(() => Verify("--url", "http://127.0.0.1:1", "--ledger", Beside))).Message,
            StringComparison.Ordinal);
    }

    private Task<int> Verify(params string[] arguments)
    {
        var terminal = new Terminal(_output, TextWriter.Null, false, TimeProvider.System);
        return VerifyCommand.Create(terminal).Parse(arguments).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
    }
}
