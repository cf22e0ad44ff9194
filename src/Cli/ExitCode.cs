namespace Pos.Cli;

/// <summary>The exit codes of the process.</summary>
internal static class ExitCode
{
    /// <summary>The command ran and found nothing wrong.</summary>
    public const int Ok = 0;

    /// <summary>The command ran and found a difference or a violation.</summary>
    public const int Wrong = 1;

    /// <summary>The command could not run, or not to its end.</summary>
    public const int CouldNotRun = 2;

    /// <summary>The user pressed Ctrl-C.</summary>
    public const int Interrupted = 130;
}
