namespace Pos.Cli;

/// <summary>The command cannot go on. The message is the one line that the user sees, and the exit code is 2.</summary>
internal class CannotRunException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>The server refused a request.</summary>
/// <param name="message">The request and the server's reason.</param>
/// <param name="code">The problem's code; null when the answer had none.</param>
internal sealed class RefusedException(string message, string? code) : CannotRunException(message)
{
    public string? Code => code;
}
