using System.Collections.Immutable;

namespace Pos.Grains.Operations;

/// <summary>
/// Keys that may be forgotten, and when, in steps of ten seconds. Adding a key and taking one out are cheap, so that each decision can
/// pay for forgetting what an earlier one left.
/// </summary>
/// <param name="Due">Keys by the step (since 1970, UTC) after which they may go.</param>
/// <param name="ForgottenTo">Everything due until then may be gone: an unknown key that is not after this instant is too late, even when a clock was set back.</param>
public sealed record Forgetting<TKey>(ImmutableSortedDictionary<long, ImmutableStack<TKey>> Due, DateTimeOffset ForgottenTo)
{
    private const int StepSeconds = 10;

    // Clocks of two silos differ by less; being forgotten late harms nobody.
    private const int StepsOfGrace = 1;

    /// <summary>The key may be forgotten after an instant.</summary>
    public Forgetting<TKey> Add(DateTimeOffset notAfter, TKey key)
    {
        var step = StepAfter(notAfter);
        var others = Due.TryGetValue(step, out var stack) ? stack : ImmutableStack<TKey>.Empty;
        return this with { Due = Due.SetItem(step, others.Push(key)) };
    }

    /// <summary>Takes out one key that may go now.</summary>
    public bool TryTake(DateTimeOffset now, out TKey key, out Forgetting<TKey> rest)
    {
        (key, rest) = (default!, this);
        if (Due.IsEmpty)
        {
            return false;
        }

        var (step, stack) = First();
        if (step + StepsOfGrace > now.ToUnixTimeSeconds() / StepSeconds)
        {
            return false;
        }

        var others = stack.Pop(out key);
        var until = DateTimeOffset.FromUnixTimeSeconds(step * StepSeconds);
        rest = new(others.IsEmpty ? Due.Remove(step) : Due.SetItem(step, others), until > ForgottenTo ? until : ForgottenTo);
        return true;
    }

    /// <summary>Whether something unknown with this bound comes too late to be taken for new.</summary>
    public bool IsTooLate(DateTimeOffset notAfter, DateTimeOffset now) => now > notAfter || notAfter <= ForgottenTo;

    private static long StepAfter(DateTimeOffset instant) => (instant.ToUnixTimeSeconds() / StepSeconds) + 1;

    private (long Step, ImmutableStack<TKey> Stack) First()
    {
        foreach (var (step, stack) in Due)
        {
            return (step, stack);
        }

        throw new InvalidOperationException("There is nothing to forget.");
    }
}

/// <summary>The first value of <see cref="Forgetting{TKey}"/>.</summary>
public static class Forgetting
{
    /// <summary>Nothing to forget.</summary>
    public static Forgetting<TKey> Nothing<TKey>() => new(ImmutableSortedDictionary<long, ImmutableStack<TKey>>.Empty, DateTimeOffset.UnixEpoch);
}
