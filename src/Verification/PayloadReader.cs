using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Pos.Journal;

namespace Pos.Verification;

/// <summary>Reads the payloads of events as JSON, and counts the events that cannot be read.</summary>
internal sealed class PayloadReader(Tally tally)
{
    private bool _wasTried;

    /// <summary>Begins with the next event.</summary>
    public void Begin() => _wasTried = false;

    /// <summary>The event's payload; null when it cannot be read, which is counted.</summary>
    public T? Read<T>(in RecordedEvent at, JsonTypeInfo<T> json) where T : class
    {
        _wasTried = true;
        T? value = null;
        var trouble = "is null";
        try
        {
            value = JsonSerializer.Deserialize(at.Payload.Span, json);
        }
        catch (JsonException e)
        {
            trouble = e.Message;
        }

        tally.Check(Invariant.Readable, value is not null, at, $"{at.Type}: {trouble}");
        return value;
    }

    /// <summary>Counts an event that no check took: its type is not known, unless its payload was tried, which has been counted.</summary>
    public void NotTaken(in RecordedEvent at)
    {
        if (!_wasTried)
        {
            tally.Check(Invariant.Readable, false, at, $"events of type {at.Type} are not known in {at.Stream.Category} streams");
        }
    }
}
