using Pos.Journal;

namespace Pos.Verification;

/// <summary>
/// The verifier's memory of a stream: its version, its hash and the operations that the stream still knows. About 300 bytes a settled order.
/// Details of an order, return or hold are dropped at its end.
/// </summary>
internal class StreamTrace
{
    private const int ForgetFrom = 64;

    private Dictionary<string, DateTimeOffset>? _operations;
    private int _forgetAt = ForgetFrom;

    public long Version { get; set; }

    public ReadOnlyMemory<byte> Hash { get; set; } = ChainHash.Start.ToArray();

    /// <summary>For a barcode, the SKU that it belongs to.</summary>
    public string? Owner { get; set; }

    /// <summary>Notes an operation's effect; false when it had one before and is still remembered.</summary>
    public bool Note(OperationRef operation, DateTimeOffset now)
    {
        _operations ??= new Dictionary<string, DateTimeOffset>(StringComparer.Ordinal);
        var once = !_operations.TryGetValue(operation.Id, out var until) || until < now;
        _operations[operation.Id] = operation.NotAfter;
        if (_operations.Count >= _forgetAt)
        {
            foreach (var (id, notAfter) in _operations)
            {
                if (notAfter < now)
                {
                    _operations.Remove(id);
                }
            }

            _forgetAt = Math.Max(ForgetFrom, _operations.Count * 2);
        }

        return once;
    }
}
