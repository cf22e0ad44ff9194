using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Pos.Cli.Output;

/// <summary>The outputs of a command: results go to the standard output, progress and errors to the standard error.</summary>
internal sealed class Terminal(TextWriter output, TextWriter error, bool errorIsTerminal, TimeProvider time)
{
    public static Terminal OfProcess() => new(Console.Out, Console.Error, !Console.IsErrorRedirected, TimeProvider.System);

    public TimeProvider Time => time;

    public void Error(string message) => error.WriteLine($"pos: {message.ReplaceLineEndings(" ")}");

    public void Note(string message) => error.WriteLine(message);

    public void Result(string text) => output.WriteLine(text);

    public void Result(IRenderable renderable)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) });
        // A redirected table is not folded to the width of a terminal.
        console.Profile.Width = Console.IsOutputRedirected ? 200 : console.Profile.Width;
        console.Write(renderable);
    }

    /// <summary>Shows a report, as JSON or else as a table, and every failure as an error.</summary>
    /// <returns>The exit code: 1 with a failure, else 0.</returns>
    public int Show(string? json, Func<IRenderable> table, IReadOnlyCollection<string> failures)
    {
        if (json is null)
        {
            Result(table());
        }
        else
        {
            Result(json);
        }

        foreach (var failure in failures)
        {
            Error(failure);
        }

        return failures.Count == 0 ? ExitCode.Ok : ExitCode.Wrong;
    }

    /// <summary>Runs work that reports how many of <paramref name="total"/> units are done: a bar on a terminal, lines elsewhere.</summary>
    public async Task Progress(string title, string unit, int total, Func<Action, Task> work)
    {
        if (!errorIsTerminal)
        {
            var lines = new ProgressLines(title, unit, total, error, time);
            await work(lines.Advance);
            return;
        }

        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(error) });
        await console.Progress()
            .Columns(
                new TaskDescriptionColumn(),
                new ProgressBarColumn(),
                new PercentageColumn(),
                new RateColumn(unit),
                new RemainingTimeColumn(),
                new SpinnerColumn())
            .StartAsync(async context =>
            {
                var task = context.AddTask(Markup.Escape(title), maxValue: Math.Max(total, 1));
                await work(() => task.Increment(1));
            });
    }

    /// <summary>Shows something that changes until the work is done. A terminal redraws it in place; elsewhere it is not shown.</summary>
    /// <param name="render">Draws the present state.</param>
    /// <param name="work">Gets a function that redraws, and that returns false where there is no terminal.</param>
    public async Task Live(Func<IRenderable> render, Func<Func<bool>, Task> work)
    {
        if (!errorIsTerminal)
        {
            await work(() => false);
            return;
        }

        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(error) });
        await console.Live(render()).StartAsync(context => work(() =>
        {
            context.UpdateTarget(render());
            return true;
        }));
    }

    private sealed class RateColumn(string unit) : ProgressColumn
    {
        protected override bool NoWrap => true;

        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime)
        {
            var seconds = task.ElapsedTime?.TotalSeconds ?? 0;
            var rate = seconds > 0 ? task.Value / seconds : 0;
            return new Text(string.Create(CultureInfo.InvariantCulture, $"{task.Value:0}/{task.MaxValue:0} {unit}, {rate:0}/s"));
        }
    }
}

/// <summary>Progress for logs: a line for every tenth of the work.</summary>
internal sealed class ProgressLines(string title, string unit, int total, TextWriter writer, TimeProvider time)
{
    private readonly long _began = time.GetTimestamp();
    private readonly int _step = Math.Max(1, total / 10);
    private readonly Lock _gate = new();
    private int _done;

    public void Advance()
    {
        lock (_gate)
        {
            _done++;
            if (_done % _step != 0 && _done != total)
            {
                return;
            }

            var seconds = Math.Max(time.GetElapsedTime(_began).TotalSeconds, 0.001);
            var rate = _done / seconds;
            writer.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{title} {_done}/{total} {unit}, {rate:0}/s, {(total - _done) / rate:0} s left"));
            writer.Flush();
        }
    }
}
