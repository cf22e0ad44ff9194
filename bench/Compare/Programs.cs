using System.Diagnostics;
using System.Globalization;

namespace Pos.Bench.Compare;

/// <summary>Other programs that take part.</summary>
internal static class Programs
{
    /// <summary>Runs a program to its end and returns its output.</summary>
    /// <exception cref="InvalidOperationException">The program is not installed, or failed.</exception>
    public static async Task<string> Run(string program, params IEnumerable<string> arguments)
    {
        using var process = Start(program, arguments);
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{program} failed: {await errors} {output}");
    }

    public static Process Start(string program, params IEnumerable<string> arguments)
    {
        try
        {
            return Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new InvalidOperationException($"{program} is not installed; 'apt-get install postgresql redis-server wrk' brings all that is needed.", e);
        }
    }

    public static string Text(IFormattable value) => value.ToString(null, CultureInfo.InvariantCulture);
}
