using System.Collections.Immutable;
using Microsoft.Extensions.Logging;

namespace Pos.Grains.Sagas;

/// <summary>The answers to one step: whether all targets have answered, and which have refused.</summary>
internal readonly record struct SagaAnswers(bool All, ImmutableArray<LineRefusal> Refusals);

/// <summary>
/// Takes one step of a saga for all its targets (lines, or tenders) in parallel. It keeps the answers, so that a repeated step asks only the targets
/// that have not answered. The answers only save calls: after a crash every target is asked again, and every target recognises the operation.
/// </summary>
internal sealed partial class SagaEffects(string saga, ILogger logger)
{
    private static readonly SagaAnswers NobodyAsked = new(true, []);

    private readonly Dictionary<int, Rejection?> _answers = [];
    private readonly HashSet<int> _unanswered = [];
    private object? _step;
    private Exception? _fault;
    private string? _notYet;

    /// <summary>An effect returns this while its target has no result yet. The target is asked again.</summary>
    public static Rejection NotYet { get; } = new(RejectionCode.TooManyPending, "No answer yet.");

    /// <summary>Why some target has no answer after the last attempt, in a sentence; null when all have one, or when no reason is known.</summary>
    public string? Trouble => _fault?.Message ?? _notYet;

    /// <summary>Whether a refusal is final. Two codes only say "not now".</summary>
    public static bool IsAnswer(Rejection refused) => refused.Code is not (RejectionCode.JournalFull or RejectionCode.TooManyPending);

    /// <summary>
    /// Asks every target that has not done its part of a step, once. A refusal does not end the debt: the target is asked again, and an operator sees
    /// the reason.
    /// </summary>
    /// <returns>Whether all have done it.</returns>
    public async ValueTask<bool> Demand<T>(object step, ImmutableArray<T> targets, Func<T, int> numberOf, Func<T, Task<Rejection?>> effect) =>
        (await Ask(step, targets, numberOf, effect, mayRefuse: false)).All;

    /// <summary>Asks every target that has not answered a step, once.</summary>
    /// <param name="step">The step. A step other than the last one begins anew.</param>
    /// <param name="targets">Lines or tenders.</param>
    /// <param name="numberOf">The number of a target, which is unique in the step.</param>
    /// <param name="effect">Asks a target: null when it has done its part, or the refusal.</param>
    /// <param name="mayRefuse">Whether a refusal is an answer.</param>
    public ValueTask<SagaAnswers> Ask<T>(
        object step, ImmutableArray<T> targets, Func<T, int> numberOf, Func<T, Task<Rejection?>> effect, bool mayRefuse = true)
    {
        if (!step.Equals(_step))
        {
            _step = step;
            _answers.Clear();
            _unanswered.Clear();
        }

        (_fault, _notYet) = (null, null);
        return targets.IsEmpty ? ValueTask.FromResult(NobodyAsked) : AskAll(targets, numberOf, effect, mayRefuse);
    }

    private async ValueTask<SagaAnswers> AskAll<T>(ImmutableArray<T> targets, Func<T, int> numberOf, Func<T, Task<Rejection?>> effect, bool mayRefuse)
    {
        var asked = new List<Task>(targets.Length);
        foreach (var target in targets)
        {
            var number = numberOf(target);
            if (!_answers.ContainsKey(number))
            {
                asked.Add(AskOne(number, target, effect, mayRefuse));
            }
        }

        await Task.WhenAll(asked);
        if (_fault is not null)
        {
            LogUnanswered(logger, saga, targets.Length - _answers.Count, targets.Length, _fault.Message);
        }

        return new(_answers.Count == targets.Length, CollectRefusals(targets, numberOf));
    }

    private ImmutableArray<LineRefusal> CollectRefusals<T>(ImmutableArray<T> targets, Func<T, int> numberOf)
    {
        var refusals = ImmutableArray.CreateBuilder<LineRefusal>(0);
        foreach (var target in targets)
        {
            var number = numberOf(target);
            if (_answers.TryGetValue(number, out var answer) && answer is not null)
            {
                refusals.Add(new(number, answer, !_unanswered.Contains(number)));
            }
        }

        return refusals.ToImmutable();
    }

    private async Task AskOne<T>(int number, T target, Func<T, Task<Rejection?>> effect, bool mayRefuse)
    {
        try
        {
            var refused = await effect(target);
            if (refused is null || (mayRefuse && IsAnswer(refused)))
            {
                _answers[number] = refused;
                return;
            }

            _notYet = refused.Detail;
            if (IsAnswer(refused))
            {
                _notYet = $"{refused.Code}: {refused.Detail}";
                LogStillOwed(logger, saga, _step!, number, refused.Code, refused.Detail);
            }
        }
        catch (Exception unanswered)
        {
            // The target may or may not have done it. Asked again with the same operation id, it does it once. It may also do it after the next
            // attempt is refused, so that refusal does not prove that nothing was done.
            _unanswered.Add(number);
            _fault = unanswered;
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Saga}: line {Line} refused the step {Step}, which stays owed: {Code}, {Detail}")]
    private static partial void LogStillOwed(ILogger logger, string saga, object step, int line, RejectionCode code, string detail);

    // One line for each round and no stack trace: while the journal is away, every open order logs this at every attempt.
    [LoggerMessage(Level = LogLevel.Warning, Message = "{Saga}: {Unanswered} of {Lines} lines had no answer and are asked again: {Reason}")]
    private static partial void LogUnanswered(ILogger logger, string saga, int unanswered, int lines, string reason);
}
