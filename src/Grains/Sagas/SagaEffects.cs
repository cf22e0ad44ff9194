using System.Collections.Immutable;
using Microsoft.Extensions.Logging;

namespace Pos.Grains.Sagas;

/// <summary>What those asked in one step have answered.</summary>
internal readonly record struct SagaAnswers(bool All, ImmutableArray<LineRefusal> Refusals);

/// <summary>
/// Does one step of a saga for all its lines (or tenders) in parallel and keeps the answers, so that only those without one are asked again. Only
/// saves calls: after a crash everything is asked anew, and every target knows what it has done.
/// </summary>
internal sealed partial class SagaEffects(string saga, ILogger logger)
{
    private readonly Dictionary<int, Rejection?> _answers = [];
    private readonly HashSet<int> _unanswered = [];
    private object? _step;
    private Exception? _fault;
    private string? _notYet;

    /// <summary>An effect's answer that is none yet: it is asked again.</summary>
    public static Rejection NotYet { get; } = new(RejectionCode.TooManyPending, "No answer yet.");

    /// <summary>Why the last attempt was not enough, in a sentence; null when it was, or when nobody said why.</summary>
    public string? Trouble => _fault?.Message ?? _notYet;

    /// <summary>
    /// Asks every line that has not answered this step yet, once, for what has to be done whatever is said to it: a refusal is no answer.
    /// It is asked again, and why it was refused is there for an operator.
    /// </summary>
    /// <param name="step">The step; another one begins anew.</param>
    /// <param name="lines">Numbers of lines or tenders.</param>
    /// <param name="effect">Does it for a line: null for done, or the refusal.</param>
    /// <returns>Whether all have done it.</returns>
    public async Task<bool> Demand(object step, ImmutableArray<int> lines, Func<int, Task<Rejection?>> effect)
    {
        var asked = await Ask(step, lines, async line => await effect(line) is { } refused ? StillOwed(step, line, refused) : null);
        return asked.All;
    }

    /// <summary>Asks every line that has not answered this step yet, once.</summary>
    /// <param name="step">The step; another one begins anew.</param>
    /// <param name="lines">Numbers of lines or tenders.</param>
    /// <param name="effect">Does it for a line: null for done, or the refusal.</param>
    public async Task<SagaAnswers> Ask(object step, ImmutableArray<int> lines, Func<int, Task<Rejection?>> effect)
    {
        if (!step.Equals(_step))
        {
            _step = step;
            _answers.Clear();
            _unanswered.Clear();
        }

        var asked = new List<Task>(lines.Length);
        foreach (var line in lines)
        {
            if (!_answers.ContainsKey(line))
            {
                asked.Add(Ask(line, effect));
            }
        }

        (_fault, _notYet) = (null, null);
        await Task.WhenAll(asked);
        if (_fault is not null)
        {
            LogUnanswered(logger, saga, lines.Length - _answers.Count, lines.Length, _fault.Message);
        }

        var refusals = ImmutableArray.CreateBuilder<LineRefusal>();
        foreach (var line in lines)
        {
            if (_answers.TryGetValue(line, out var answer) && answer is not null)
            {
                refusals.Add(new(line, answer, !_unanswered.Contains(line)));
            }
        }

        return new(_answers.Count == lines.Length, refusals.ToImmutable());
    }

    /// <summary>Whether a refusal stands. Two of them only say "not now".</summary>
    public static bool IsAnswer(Rejection refused) => refused.Code is not (RejectionCode.JournalFull or RejectionCode.TooManyPending);

    private Rejection StillOwed(object step, int line, Rejection refused)
    {
        if (!IsAnswer(refused))
        {
            return refused;
        }

        LogStillOwed(logger, saga, step, line, refused.Code, refused.Detail);
        return NotYet with { Detail = $"{refused.Code}: {refused.Detail}" };
    }

    private async Task Ask(int line, Func<int, Task<Rejection?>> effect)
    {
        try
        {
            var answer = await effect(line);
            if (answer is null || IsAnswer(answer))
            {
                _answers[line] = answer;
            }
            else
            {
                _notYet = answer.Detail;
            }
        }
        catch (Exception unanswered)
        {
            // Whether it was done is unknown: asked again with the same operation id, it is done once. It may also be done later than the
            // next attempt is refused, so a refusal says no more that nothing was done.
            _unanswered.Add(line);
            _fault = unanswered;
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Saga}: {Step} was refused to line {Line} and stays owed: {Code}, {Detail}")]
    private static partial void LogStillOwed(ILogger logger, string saga, object step, int line, RejectionCode code, string detail);

    // One line a round and no stack: while a journal is away, every open order says this at every attempt.
    [LoggerMessage(Level = LogLevel.Warning, Message = "{Saga}: {Unanswered} of {Lines} lines had no answer and are asked again: {Reason}")]
    private static partial void LogUnanswered(ILogger logger, string saga, int unanswered, int lines, string reason);
}
