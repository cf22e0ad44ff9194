using System.Text;
using Pos.Journal;
using Pos.Verification;

namespace Pos.Tests;

/// <summary>A journal that a test writes. Versions, positions and hashes are right unless the test changes them.</summary>
internal sealed class Book
{
    public static readonly DateTimeOffset Start = new(2026, 1, 1, 9, 0, 0, TimeSpan.Zero);

    private readonly List<RecordedEvent> _events = [];
    private readonly Dictionary<string, (long Version, byte[] Hash)> _heads = [];

    /// <summary>The time at which the next event is recorded.</summary>
    public DateTimeOffset Now { get; set; } = Start;

    public IReadOnlyList<RecordedEvent> Events => _events;

    /// <summary>Appends an event; single quotes stand for double ones.</summary>
    public Book Add(string stream, string type, string payload, string? store = null, string actor = "")
    {
        var name = StreamName.Parse(stream);
        var (version, previous) = _heads.GetValueOrDefault(stream, (0, ChainHash.Start.ToArray()));
        var recorded = new RecordedEvent(
            _events.Count + 1,
            name,
            version + 1,
            type,
            1,
            Now,
            new EventContext(Now, store ?? (name.Category is "stock" or "order" or "return" or "payment" or "cart" ? "london" : "")) { Actor = actor },
            Encoding.UTF8.GetBytes(payload.Replace('\'', '"')),
            default);
        var hash = ChainHash.Compute(previous, recorded);
        _heads[stream] = (version + 1, hash);
        _events.Add(recorded with { Hash = hash });
        return this;
    }

    /// <summary>Replaces an event and keeps its hash, as if somebody had edited the file.</summary>
    public Book Tamper(int index, Func<RecordedEvent, RecordedEvent> change)
    {
        _events[index] = change(_events[index]);
        return this;
    }

    /// <summary>Removes an event.</summary>
    public Book Remove(int index)
    {
        _events.RemoveAt(index);
        return this;
    }

    /// <summary>The content of a head file after the first <paramref name="count"/> events.</summary>
    public JournalMark Mark(int count)
    {
        var running = RunningHash.Start.ToArray();
        foreach (var recorded in _events.Take(count))
        {
            RunningHash.Advance(running, recorded.Hash.Span);
        }

        return new JournalMark(count == 0 ? 0 : _events[count - 1].Position, running);
    }

    public Task<VerificationReport> Verify(params Checkpoint[] checkpoints) =>
        Verifier.Run(Stream(null), checkpoints, CancellationToken.None);

    /// <summary>Verifies beside a payment provider's ledger.</summary>
    /// <param name="ledger">The ledger's file.</param>
    /// <param name="meanwhile">Runs while the events are read.</param>
    public Task<VerificationReport> VerifyWith(string ledger, Action? meanwhile = null) =>
        Verifier.Run(Stream(meanwhile), [], ledger, CancellationToken.None);

    /// <summary>Verifies, and expects violations of exactly these invariants.</summary>
    public async Task<VerificationReport> Violates(params string[] invariants)
    {
        var report = await Verify();
        Assert.Equal(
            invariants.Order(StringComparer.Ordinal),
            report.Invariants.Where(i => i.Violations > 0).Select(i => i.Name).Order(StringComparer.Ordinal));
        Assert.Equal(invariants.Length == 0, report.Ok);
        Assert.Equal(report.Violations, OneByOne());
        return report;
    }

    /// <summary>Verifies event by event, as a checker beside a running system does.</summary>
    /// <returns>The number of violations. Each has to be reported at the event that shows it.</returns>
    private long OneByOne()
    {
        var (told, at) = (0L, "");
        var verifier = new Verifier([]);
        verifier.Found += (_, violation) =>
        {
            told++;
            Assert.Equal(at, violation.Where);
        };
        foreach (var recorded in _events)
        {
            at = $"{recorded.Stream.Value}@{recorded.Version}";
            verifier.Next(recorded);
        }

        verifier.End();
        return told;
    }

    private async IAsyncEnumerable<RecordedEvent> Stream(Action? meanwhile)
    {
        await Task.CompletedTask;
        meanwhile?.Invoke();
        foreach (var recorded in _events)
        {
            yield return recorded;
        }
    }
}
