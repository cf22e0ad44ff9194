using System.Text.Json;
using Pos.Journal;

namespace Pos.Tests.Simulated;

/// <summary>What the checker knows of one stream.</summary>
internal abstract class StreamTrace(string stream)
{
    public string Stream => stream;

    /// <summary>Position of each version; index 0 is none.</summary>
    public List<long> Positions { get; } = [0];

    public long Version => Positions.Count - 1;

    public byte[] LastHash { get; set; } = new byte[ChainHash.Size];

    /// <summary>What is owed by the durable state.</summary>
    public virtual SagaSteps Debt => SagaSteps.None;

    public abstract void Take(in RecordedEvent e, JsonElement body);

    /// <summary>The newest version that was durable when the journal reached a position.</summary>
    public long VersionAt(long position)
    {
        var version = Version;
        while (version > 0 && Positions[(int)version] > position)
        {
            version--;
        }

        return version;
    }
}

/// <summary>Stores and products: only their chains are checked.</summary>
internal sealed class PlainTrace(string stream) : StreamTrace(stream)
{
    public override void Take(in RecordedEvent e, JsonElement body)
    {
    }
}

/// <summary>Reads payloads as EVENTS.md writes them.</summary>
internal static class Payload
{
    public static string Text(this JsonElement body, string member) => body.GetProperty(member).GetString()!;

    public static long Long(this JsonElement body, string member) => body.GetProperty(member).GetInt64();

    public static DateTimeOffset Instant(this JsonElement body, string member) => body.GetProperty(member).GetDateTimeOffset();

    public static long Amount(this JsonElement body, string member) => body.GetProperty(member).GetProperty("amount").GetInt64();
}
