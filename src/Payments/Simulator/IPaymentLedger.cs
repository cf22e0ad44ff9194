namespace Pos.Payments;

/// <summary>The provider's own book: lines are only ever added, and never lost once their append has ended well.</summary>
public interface IPaymentLedger
{
    /// <summary>Every line there is, in order.</summary>
    IEnumerable<LedgerLine> Read();

    /// <summary>Adds a line. Ends when it cannot be lost any more; lines of one thread keep their order.</summary>
    /// <exception cref="IOException">It may or may not be there. No later line is taken.</exception>
    Task Append(LedgerLine line);
}

/// <summary>A ledger that lives as long as its process: for simulations and tests, which read it when they are done.</summary>
public sealed class MemoryLedger : IPaymentLedger
{
    private readonly List<LedgerLine> _lines = [];

    /// <summary>Every line, in order. Not while another thread appends.</summary>
    public IReadOnlyList<LedgerLine> Lines => _lines;

    /// <inheritdoc/>
    public IEnumerable<LedgerLine> Read() => _lines;

    /// <inheritdoc/>
    public Task Append(LedgerLine line)
    {
        lock (_lines)
        {
            _lines.Add(line);
        }

        return Task.CompletedTask;
    }
}
