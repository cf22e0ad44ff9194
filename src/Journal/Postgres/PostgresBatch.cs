using System.Text;
using Npgsql;
using NpgsqlTypes;
using Pos.Journal.GroupCommit;

namespace Pos.Journal.Postgres;

/// <summary>One batch as the parameters of the schema's functions. Filled anew for each batch; used by the writer alone.</summary>
internal sealed class PostgresBatch
{
    private readonly List<Append> appends = [];
    private readonly List<string> streams = [];
    private readonly List<long> versions = [];
    private readonly List<string?> began = [];
    private readonly List<ReadOnlyMemory<byte>> events = [];
    private readonly List<ReadOnlyMemory<byte>> hashes = [];
    private readonly Dictionary<string, WakeUpChange> wakeUps = new(StringComparer.Ordinal);
    private readonly byte[] running = new byte[ChainHash.Size];

    /// <summary>The appends that may be written, in their order.</summary>
    public IReadOnlyList<Append> Appends => appends;

    public int Events => events.Count;

    public ReadOnlySpan<byte> LastHash => hashes[^1].Span;

    /// <summary>Takes the appends of a batch that may be written.</summary>
    public void Fill(Batch batch)
    {
        appends.Clear();
        streams.Clear();
        versions.Clear();
        began.Clear();
        events.Clear();
        hashes.Clear();
        wakeUps.Clear();
        foreach (var operation in batch.Operations)
        {
            if (operation is Append append && Batch.MayWrite(append))
                Take(append);
        }
    }

    /// <summary>All appends in one statement: any that does not fit ends the transaction.</summary>
    public NpgsqlBatchCommand All(long writer, long attempt, JournalMark known)
    {
        var command = new NpgsqlBatchCommand("SELECT _position, _running FROM pos_journal.append($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)");
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
        var sessions = new Dictionary<GroupCommitSession, int>();
        foreach (var append in appends)
            sessions.TryAdd(append.Session, sessions.Count);
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
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private static void Add(NpgsqlBatchCommand command, long writer, long attempt)
    {
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = writer });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = attempt });
    }

    private void AddEvents(NpgsqlBatchCommand command)
    {
        command.Parameters.Add(Array(NpgsqlDbType.Text, streams));
        command.Parameters.Add(Array(NpgsqlDbType.Bigint, versions));
        command.Parameters.Add(Array(NpgsqlDbType.Text, began));
        command.Parameters.Add(Array(NpgsqlDbType.Bytea, events));
        command.Parameters.Add(Array(NpgsqlDbType.Bytea, hashes));
    }

    private byte[] Advance(JournalMark known)
    {
        known.Running.Span.CopyTo(running);
        foreach (var hash in hashes)
            RunningHash.Advance(running, hash.Span);
        return running;
    }

    private void Take(Append append)
    {
        appends.Add(append);
        var stream = append.Session.Stream.Value;
        var buffer = append.Buffer;
        var at = Append.FirstEvent;
        for (var i = 0; i < append.Events; i++)
        {
            var version = append.FirstVersion + i;
            var count = EncodedEvent.Measure(buffer.Span[at..], out var store);
            streams.Add(stream);
            versions.Add(version);
            began.Add(version == 1 ? Encoding.UTF8.GetString(store) : null);
            events.Add(buffer.Slice(at, count));
            hashes.Add(buffer.Slice(at + count, ChainHash.Size));
            at += count + ChainHash.Size;
        }

        if (append.WakeUp.What != WakeUpChange.Kind.Keep)
            wakeUps[stream] = append.WakeUp;
    }
}
