using System.Globalization;
using System.Runtime.CompilerServices;
using Pos.Journal;

namespace Pos.Verification;

/// <summary>Counts checks and keeps the first violations of each invariant.</summary>
internal sealed class Tally
{
    private const int KeptMax = 20;

    private readonly Dictionary<string, Entry> _entries = Invariant.All.ToDictionary(i => i.Name, _ => new Entry(), StringComparer.Ordinal);

    /// <summary>Told of each violation.</summary>
    public Action<Invariant, Violation> Found { get; set; } = static (_, _) => { };

    /// <summary>Counts a check at an event; the complaint is put together only when it fails.</summary>
    /// <returns>Whether it holds.</returns>
    public bool Check(
        Invariant invariant,
        bool holds,
        in RecordedEvent at,
        [InterpolatedStringHandlerArgument(nameof(holds))] ref Complaint complaint)
    {
        var entry = _entries[invariant.Name];
        entry.Checked++;
        if (!holds)
        {
            Found(invariant, entry.Add(string.Create(CultureInfo.InvariantCulture, $"{at.Stream.Value}@{at.Version}"), complaint.ToString()));
        }

        return holds;
    }

    /// <summary>Counts a check of something that is no event.</summary>
    public bool CheckPart(Invariant invariant, bool holds, string part, [InterpolatedStringHandlerArgument(nameof(holds))] ref Complaint complaint)
    {
        var entry = _entries[invariant.Name];
        entry.Checked++;
        if (!holds)
        {
            Found(invariant, entry.Add(part, complaint.ToString()));
        }

        return holds;
    }

    /// <summary>Counts the check that an operation has not taken effect before.</summary>
    public void CheckOnce(in RecordedEvent at, StreamTrace trace, OperationRef operation) =>
        Check(Invariant.Operations, trace.Note(operation, at.RecordedAt), at, $"operation {operation.Id} took effect twice");

    /// <summary>Counts the check that the envelope names the store of the event's owner.</summary>
    public void CheckStore(in RecordedEvent at, string store, string owner) =>
        Check(Invariant.Envelope, at.Context.Store == store, at, $"the envelope says store '{at.Context.Store}', the {owner} '{store}'");

    public IReadOnlyList<InvariantReport> Reports() =>
        [.. Invariant.All.Select(i => new InvariantReport(i.Name, i.Meaning, _entries[i.Name].Checked, _entries[i.Name].Violations, _entries[i.Name].First))];

    private sealed class Entry
    {
        public long Checked { get; set; }

        public long Violations { get; private set; }

        public List<Violation> First { get; } = [];

        public Violation Add(string where, string what)
        {
            var violation = new Violation(where, what);
            Violations++;
            if (First.Count < KeptMax)
            {
                First.Add(violation);
            }

            return violation;
        }
    }
}

/// <summary>The words of a violation: built only when there is one, since nearly every check holds.</summary>
[InterpolatedStringHandler]
internal ref struct Complaint
{
    private DefaultInterpolatedStringHandler _text;

    public Complaint(int literalLength, int formattedCount, bool holds, out bool wanted)
    {
        wanted = !holds;
        _text = wanted ? new DefaultInterpolatedStringHandler(literalLength, formattedCount, CultureInfo.InvariantCulture) : default;
    }

    public void AppendLiteral(string value) => _text.AppendLiteral(value);

    public void AppendFormatted<T>(T value) => _text.AppendFormatted(value);

    public void AppendFormatted<T>(T value, string? format) => _text.AppendFormatted(value, format);

    public override string ToString() => _text.ToStringAndClear();
}
