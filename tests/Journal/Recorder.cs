using System.Text;
using Pos.Journal;

namespace Pos.Tests;

/// <summary>A fold that keeps what it was given.</summary>
internal sealed class Recorder(int stateVersion = 1) : IStreamFold
{
    public int StateVersion => stateVersion;

    public string? Restored { get; private set; }

    public long RestoredVersion { get; private set; }

    public List<RecordedEvent> Events { get; } = [];

    public IEnumerable<string> Payloads => Events.Select(e => Encoding.UTF8.GetString(e.Payload.Span));

    public void Restore(ReadOnlyMemory<byte> state, long version) => (Restored, RestoredVersion) = (Encoding.UTF8.GetString(state.Span), version);

    public void Apply(in RecordedEvent recorded) => Events.Add(recorded);
}
