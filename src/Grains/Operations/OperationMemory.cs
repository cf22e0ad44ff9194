using System.Collections.Immutable;

namespace Pos.Grains.Operations;

/// <summary>The operations an aggregate has carried out and still remembers.</summary>
public sealed record OperationMemory(ImmutableDictionary<string, OperationKey> Known, Forgetting<string> Forget)
{
    /// <summary>Characters of an operation's id and of its fingerprint.</summary>
    public const int LengthMax = 300;

    /// <summary>None.</summary>
    public static OperationMemory Empty { get; } = new(
        ImmutableDictionary.Create<string, OperationKey>(StringComparer.Ordinal), Forgetting.Nothing<string>());

    /// <summary>How many are remembered.</summary>
    public int Count => Known.Count;

    /// <summary>Whether an operation is new here.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="now">The time of the decision, UTC.</param>
    /// <param name="rejection">Why it cannot be carried out: reused, too late, malformed; null for new ones and for repetitions.</param>
    public bool IsNew(Operation operation, DateTimeOffset now, out Rejection? rejection)
    {
        ArgumentNullException.ThrowIfNull(operation);
        rejection = null;
        if (operation.Id.Length is 0 or > LengthMax || operation.Fingerprint.Length > LengthMax)
        {
            rejection = new(RejectionCode.InvalidValue, $"An operation's id has 1 to {LengthMax} characters, its fingerprint at most as many.");
        }
        else if (Known.TryGetValue(operation.Id, out var known))
        {
            rejection = known.Fingerprint == operation.Fingerprint ? null : Reused(operation.Id);
            return false;
        }
        else if (Forget.IsTooLate(operation.NotAfter, now))
        {
            rejection = TooLate(operation);
        }

        return rejection is null;
    }

    /// <summary>The same for operations that need no key: one without is always new.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="max">So many are remembered at most.</param>
    /// <param name="now">The time of the decision, UTC.</param>
    /// <param name="rejection">Why it cannot be carried out; null for new ones and for repetitions.</param>
    public bool IsNewIfKeyed(Operation operation, int max, DateTimeOffset now, out Rejection? rejection)
    {
        ArgumentNullException.ThrowIfNull(operation);
        rejection = null;
        if (!operation.Keyed)
        {
            return true;
        }

        if (IsNew(operation, now, out rejection) && Count >= max)
        {
            rejection = new(RejectionCode.TooManyPending, $"{Count} operations are remembered, and no more may be.");
        }

        return rejection is null && !Known.ContainsKey(operation.Id);
    }

    /// <summary>Remembers an operation until its time has passed.</summary>
    public OperationMemory Remember(OperationKey operation)
    {
        ArgumentNullException.ThrowIfNull(operation);
        return new(Known.SetItem(operation.Id, operation), Forget.Add(operation.NotAfter, operation.Id));
    }

    /// <summary>Forgets at most one operation whose time has passed.</summary>
    public bool TryForget(DateTimeOffset now, out OperationMemory rest)
    {
        var any = Forget.TryTake(now, out var id, out var queue);
        rest = any ? new(Known.Remove(id), queue) : this;
        return any;
    }

    /// <summary>Without up to <paramref name="max"/> operations whose time has passed.</summary>
    public OperationMemory WithoutDue(DateTimeOffset now, int max)
    {
        var rest = this;
        for (var forgotten = 0; forgotten < max && rest.TryForget(now, out rest); forgotten++)
        {
        }

        return rest;
    }

    internal static Rejection Reused(string id) =>
        new(RejectionCode.OperationReused, $"The operation '{id}' was used before, for something else.");

    internal static Rejection TooLate(Operation operation) =>
        new(RejectionCode.OperationTooLate, $"The operation '{operation.Id}' came after its last time, {operation.NotAfter:O}.");
}
