using Pos.Journal.Writing;

namespace Pos.Journal.States;

/// <summary>Stores or removes a state if its tag is still the one that the caller knows.</summary>
/// <param name="name">What kind of state it is.</param>
/// <param name="key">Whose state it is.</param>
/// <param name="tag">The known tag; null when there was none.</param>
/// <param name="state">The new state; null removes the state.</param>
/// <param name="now">The time in ticks. A tag is at least as large, so that a state which was removed and begun again has no tag twice.</param>
/// <param name="asynchronous">As <see cref="JournalWriter.Asynchronous"/>.</param>
internal sealed class StateWrite(string name, string key, long? tag, ReadOnlyMemory<byte>? state, long now, bool asynchronous)
    : AnsweredOperation<bool>($"The state '{name}' of '{key}' could not be stored", asynchronous)
{
    public string Name => name;

    public string Key => key;

    public long? Tag => tag;

    public ReadOnlyMemory<byte>? State => state;

    public long NextTag { get; } = Math.Max(now, (tag ?? 0) + 1);

    public override int Bytes => (state?.Length ?? 0) + 256;

    /// <summary>Whether the tag was the known one. The store sets it.</summary>
    public bool Won { get; set; }

    public override bool Found => Won;
}
