using System.Text;
using Pos.Journal;

namespace Pos.Tests;

/// <summary>Appends single events to a real journal.</summary>
internal static class RealAppends
{
    public const string Product = """{"name":"Enamel mug","price":{"amount":255,"currency":"GBP"},"taxClass":"standard","kind":"goods","active":true}""";

    public static async Task Append(this IJournal journal, string stream, string payload, string type = "product.defined")
    {
        var session = await journal.Open(StreamName.Parse(stream), new NoFold(), CancellationToken.None);
        var store = type.StartsWith("stock", StringComparison.Ordinal) ? "london" : "";
        Assert.True(session.TryAppend(
            [new NewEvent(type, 1, Encoding.UTF8.GetBytes(payload))], new EventContext(Book.Start, store), WakeUpChange.Keep, out var result));
        Assert.Equal(AppendResult.Durable, await result);
    }

    private sealed class NoFold : IStreamFold
    {
        public int StateVersion => 1;

        public void Restore(ReadOnlyMemory<byte> state, long version)
        {
        }

        public void Apply(in RecordedEvent recorded)
        {
        }
    }
}
