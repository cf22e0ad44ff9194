namespace Pos.Cli;

/// <summary>The command cannot go on; the message is the one line the user sees, and the exit code is 2.</summary>
internal sealed class CannotRunException : Exception
{
    public CannotRunException(string message, Exception? inner = null) : base(message, inner)
    {
    }
}
