using System.CommandLine;
using Pos.Cli;
using Pos.Cli.Load;
using Pos.Cli.Output;
using Pos.Cli.Reports;
using Pos.Cli.Retail;

var terminal = Terminal.OfProcess();
var root = new RootCommand("The command line of Pos.Orleans.")
{
    RetailCommands.Import(terminal), RetailCommands.Replay(terminal), VerifyCommand.Create(terminal), LoadCommand.Create(terminal),
    RebuildCommand.Create(terminal),
};
var parsed = root.Parse(args.Length > 0 ? args : ["--help"]);
if (parsed.Errors.Count > 0)
{
    terminal.Error($"{(parsed.UnmatchedTokens is [var unknown, ..] ? $"'{unknown}' is not known." : parsed.Errors[0].Message)} See 'pos --help'.");
    return ExitCode.CouldNotRun;
}

try
{
    return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (OperationCanceledException)
{
    terminal.Error("stopped.");
    return ExitCode.Interrupted;
}
catch (CannotRunException e)
{
    terminal.Error(e.Message);
    return ExitCode.CouldNotRun;
}
