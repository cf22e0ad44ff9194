using System.Security.Cryptography;
using System.Text;
using Pos.Journal;

namespace Pos.Tests.Simulated;

/// <summary>The chain hash written anew from its documentation, so that a mistake in the product's own is not checked with itself.</summary>
internal static class ReferenceHash
{
    public static byte[] Of(byte[] previous, in RecordedEvent e)
    {
        using var bytes = new MemoryStream(512);
        using var writer = new BinaryWriter(bytes, Encoding.UTF8);
        writer.Write(previous);
        writer.Write((byte)1);
        Text(writer, e.Stream.Value);
        writer.Write(e.Version);
        Text(writer, e.Type);
        writer.Write(e.TypeVersion);
        writer.Write(e.RecordedAt.UtcTicks);
        writer.Write(e.Context.OccurredAt.UtcTicks);
        Text(writer, e.Context.Store);
        Text(writer, e.Context.Till);
        Text(writer, e.Context.Actor);
        Text(writer, e.Context.Correlation);
        Text(writer, e.Context.Causation);
        Text(writer, e.Context.TraceParent);
        writer.Write(e.Payload.Length);
        writer.Write(e.Payload.Span);
        writer.Flush();
        return SHA256.HashData(bytes.GetBuffer().AsSpan(0, (int)bytes.Length));
    }

    private static void Text(BinaryWriter writer, string text)
    {
        writer.Write(Encoding.UTF8.GetByteCount(text));
        writer.Write(Encoding.UTF8.GetBytes(text));
    }
}
