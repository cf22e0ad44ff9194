using System.Diagnostics;
using System.Text;
using Npgsql;
using NpgsqlTypes;
using Pos.Journal.Writing;

namespace Pos.Journal.Postgres;

/// <summary>One batch as the parameters of the schema's functions. Filled anew for each batch; used by the committer alone.</summary>
internal sealed class PostgresBatch
{
    private readonly List<Append> appends = [];
    private readonly List<long> streams = [];
    private readonly List<long> versions = [];
    private readonly List<ReadOnlyMemory<byte>> records = [];
    private readonly List<int> numbers = [];
    private readonly List<string> names = [];
    private readonly List<string> stores = [];
    private readonly Dictionary<string, WakeUpChange> wakeUps = new(StringComparer.Ordinal);
    private readonly byte[] running = new byte[ChainHash.Size];
    private byte[] bytes = [];

    /// <summary>The appends that may be written, in their order.</summary>
    public IReadOnlyList<Append> Appends => appends;

    public int Events => records.Count;

    public ReadOnlySpan<byte> LastHash => records[^1].Span[^ChainHash.Size..];

    /// <summary>Takes the appends of a batch that may be written.</summary>
    public void Fill(Batch batch)
    {
        appends.Clear();
        streams.Clear();
        versions.Clear();
        records.Clear();
        numbers.Clear();
        names.Clear();
        stores.Clear();
        wakeUps.Clear();
        // A copy: the appends' own buffers go to others as soon as the appends are settled, while a command that was given up may still
        // be sending them.
        if (bytes.Length < batch.Bytes)
            bytes = new byte[batch.Bytes];
        var filled = 0;
        foreach (var operation in batch.Operations)
        {
            if (operation is Append append && append.MayBeWritten())
                Take(append, ref filled);
        }
    }

    /// <summary>All appends in one statement: any that does not fit ends the transaction.</summary>
    public NpgsqlBatchCommand All(long writer, long attempt, JournalMark known)
    {
        var command = new NpgsqlBatchCommand("SELECT _position, _running FROM pos_journal.append($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)");
        var (waking, dues, still) = (new List<string>(), new List<long>(), new List<string>());
        foreach (var (stream, change) in wakeUps)
        {
            if (change.What == WakeUpChange.Kind.Set)
            {
                waking.Add(stream);
                dues.Add(change.Due.UtcTicks);
            }
            else
            {
                still.Add(stream);
            }
        }

        Add(command, writer, attempt);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = known.Position });
        command.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = Advance(known) });
        AddEvents(command);
        command.Parameters.Add(Array(NpgsqlDbType.Integer, numbers));
        command.Parameters.Add(Array(NpgsqlDbType.Text, names));
        command.Parameters.Add(Array(NpgsqlDbType.Text, stores));
        command.Parameters.Add(Array(NpgsqlDbType.Text, waking));
        command.Parameters.Add(Array(NpgsqlDbType.Bigint, dues));
        command.Parameters.Add(Array(NpgsqlDbType.Text, still));
        return command;
    }

    /// <summary>The appends one by one: the numbers of those that do not fit are returned.</summary>
    public NpgsqlBatchCommand Each(long writer, long attempt)
    {
        var command = new NpgsqlBatchCommand(
            "SELECT _position, _running, _refused FROM pos_journal.append_each($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)");
        Add(command, writer, attempt);
        AddEvents(command);
        var sessions = new Dictionary<WriterSession, int>();
        foreach (var append in appends)
            sessions.TryAdd(append.Session, sessions.Count);
        command.Parameters.Add(Array(NpgsqlDbType.Text, appends.ConvertAll(static a => a.Session.Stream.Value)));
        command.Parameters.Add(Array(NpgsqlDbType.Text, appends.ConvertAll(static a => StoreOf(a))));
        command.Parameters.Add(Array(NpgsqlDbType.Integer, appends.ConvertAll(a => sessions[a.Session])));
        command.Parameters.Add(Array(NpgsqlDbType.Integer, appends.ConvertAll(static a => a.Events)));
        command.Parameters.Add(Array(NpgsqlDbType.Bytea, appends.ConvertAll(static a => a.Buffer[..ChainHash.Size])));
        command.Parameters.Add(Array(NpgsqlDbType.Integer, appends.ConvertAll(static a => (int)KindOf(a.WakeUp))));
        command.Parameters.Add(Array(NpgsqlDbType.Bigint, appends.ConvertAll(static a => a.WakeUp.Due.UtcTicks)));
        return command;
    }

    public static NpgsqlParameter Array<T>(NpgsqlDbType element, List<T> values) =>
        new NpgsqlParameter<List<T>> { TypedValue = values, NpgsqlDbType = NpgsqlDbType.Array | element };

    private static int KindOf(WakeUpChange change) => change.What switch
    {
        WakeUpChange.Kind.Keep => 0,
        WakeUpChange.Kind.Clear => 1,
        WakeUpChange.Kind.Set => 2,
        _ => throw new UnreachableException(),
    };

    private static void Add(NpgsqlBatchCommand command, long writer, long attempt)
    {
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = writer });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = attempt });
    }

    private void AddEvents(NpgsqlBatchCommand command)
    {
        command.Parameters.Add(Array(NpgsqlDbType.Bigint, streams));
        command.Parameters.Add(Array(NpgsqlDbType.Bigint, versions));
        command.Parameters.Add(Array(NpgsqlDbType.Bytea, records));
    }

    private byte[] Advance(JournalMark known)
    {
        known.Running.Span.CopyTo(running);
        foreach (var record in records)
            RunningHash.Advance(running, record.Span[^ChainHash.Size..]);
        return running;
    }

    private void Take(Append append, ref int filled)
    {
        appends.Add(append);
        var stream = append.Session.Stream.Value;
        var appended = append.Encoded[Append.FirstEvent..];
        appended.CopyTo(bytes.AsSpan(filled));
        if (append.FirstVersion == 1)
        {
            numbers.Add(records.Count + 1);
            // The stream's id within this batch. The database answers with the position at which the stream begins.
            append.Session.StreamId = -numbers[^1];
            names.Add(stream);
            stores.Add(StoreOf(append));
        }

        for (var i = 0; i < append.Events; i++)
        {
            var count = EncodedEvent.Measure(bytes.AsSpan(filled)) + ChainHash.Size;
            streams.Add(append.Session.StreamId);
            versions.Add(append.FirstVersion + i);
            records.Add(bytes.AsMemory(filled, count));
            filled += count;
        }

        Debug.Assert(records[^1].Span[^ChainHash.Size..].SequenceEqual(append.LastHash), "An append holds more bytes than its events.");
        if (append.WakeUp.What != WakeUpChange.Kind.Keep)
            wakeUps[stream] = append.WakeUp;
    }

    private static string StoreOf(Append append)
    {
        EncodedEvent.Measure(append.Encoded[Append.FirstEvent..], out var store);
        return Encoding.UTF8.GetString(store);
    }
}
