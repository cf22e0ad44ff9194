namespace Pos.Payments.Simulator;

/// <summary>The provider's own book. Lines are only ever added, and never lost once their append has ended well.</summary>
public interface IPaymentLedger
{
    /// <summary>Every line there is, in order.</summary>
    IEnumerable<PlacedLine> Read();

    /// <summary>The line at a place, once its append has ended well.</summary>
    /// <exception cref="IOException">The ledger cannot be read.</exception>
    LedgerLine ReadAt(long place);

    /// <summary>Adds a line. Ends when the line cannot be lost any more. Lines of one thread keep their order.</summary>
    /// <param name="line">The line to add.</param>
    /// <param name="place">The place at which <see cref="ReadAt"/> will find the line.</param>
    /// <exception cref="IOException">The line may or may not be there. No later line is taken.</exception>
    Task Append(LedgerLine line, out long place);
}

/// <summary>A line, and the place at which the ledger finds it again.</summary>
public readonly record struct PlacedLine(long Place, LedgerLine Line);

/// <summary>A ledger in memory, for simulations and tests, which read it when they are done.</summary>
public sealed class MemoryLedger : IPaymentLedger
{
    private readonly List<LedgerLine> _lines = [];

    /// <summary>Every line, in order. Not while another thread appends.</summary>
    public IReadOnlyList<LedgerLine> Lines => _lines;

    /// <inheritdoc/>
    public IEnumerable<PlacedLine> Read() => _lines.Select(static (line, place) => new PlacedLine(place, line));

    /// <inheritdoc/>
    public LedgerLine ReadAt(long place)
    {
        lock (_lines)
        {
            return _lines[(int)place];
        }
    }

    /// <inheritdoc/>
    public Task Append(LedgerLine line, out long place)
    {
        lock (_lines)
        {
            place = _lines.Count;
            _lines.Add(line);
        }

        return Task.CompletedTask;
    }
}
