namespace Pos.Cli;

/// <summary>The exit codes of the process.</summary>
internal static class ExitCode
{
    /// <summary>All is well.</summary>
    public const int Ok = 0;

    /// <summary>The command ran and found something wrong: a difference or a violation.</summary>
    public const int Wrong = 1;

    /// <summary>The command could not run, or not to its end.</summary>
    public const int CouldNotRun = 2;

    /// <summary>Ctrl-C.</summary>
    public const int Interrupted = 130;
}
