namespace Pos.Grains.Operations;

/// <summary>The part of an operation that its event keeps, so that a repetition is recognised.</summary>
/// <param name="Id">The operation.</param>
/// <param name="Fingerprint">Hash of its command, or empty when the id says it all.</param>
/// <param name="NotAfter">Until then it is remembered. UTC.</param>
public sealed record OperationKey(string Id, string Fingerprint, DateTimeOffset NotAfter)
{
    /// <summary>Of a command whose caller chose a key; null for others, which nobody repeats.</summary>
    public static OperationKey? OfKeyed(Operation operation)
    {
        ArgumentNullException.ThrowIfNull(operation);
        return operation.Keyed ? Of(operation) : null;
    }

    /// <summary>Of a command.</summary>
    public static OperationKey Of(Operation operation)
    {
        ArgumentNullException.ThrowIfNull(operation);
        return new(operation.Id, operation.Fingerprint, operation.NotAfter.ToUniversalTime());
    }
}
