using System.Diagnostics;
using System.Text;
using Npgsql;
using NpgsqlTypes;
using Pos.Journal.Writing;

namespace Pos.Journal.Postgres;

/// <summary>One batch as the parameters of the schema's functions. Filled anew for each batch; used by the committer alone.</summary>
internal sealed class PostgresBatch
{
    private readonly List<Append> _appends = [];
    private readonly List<long> _streams = [];
    private readonly List<long> _versions = [];
    private readonly List<ReadOnlyMemory<byte>> _records = [];
    private readonly List<int> _numbers = [];
    private readonly List<string> _names = [];
    private readonly List<string> _stores = [];
    private readonly Dictionary<string, WakeUpChange> _wakeUps = new(StringComparer.Ordinal);
    private readonly byte[] _running = new byte[ChainHash.Size];
    private byte[] _bytes = [];

    /// <summary>The appends that may be written, in their order.</summary>
    public IReadOnlyList<Append> Appends => _appends;

    public int Events => _records.Count;

    public ReadOnlySpan<byte> LastHash => _records[^1].Span[^ChainHash.Size..];

    /// <summary>Takes the appends of a batch that may be written.</summary>
    public void Fill(Batch batch)
    {
        _appends.Clear();
        _streams.Clear();
        _versions.Clear();
        _records.Clear();
        _numbers.Clear();
        _names.Clear();
        _stores.Clear();
        _wakeUps.Clear();
        // A copy: the appends' own buffers go to others as soon as the appends are settled, while a command that was given up may still
        // be sending them.
        if (_bytes.Length < batch.Bytes)
        {
            _bytes = new byte[batch.Bytes];
        }

        var filled = 0;
        foreach (var operation in batch.Operations)
        {
            if (operation is Append append && append.MayBeWritten())
            {
                Take(append, ref filled);
            }
        }
    }

    /// <summary>All appends in one statement: any that does not fit ends the transaction.</summary>
    public NpgsqlBatchCommand All(long writer, long attempt, JournalMark known)
    {
        var command = new NpgsqlBatchCommand("SELECT _position, _running FROM pos_journal.append($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)");
        var (waking, dues, still) = (new List<string>(), new List<long>(), new List<string>());
        foreach (var (stream, change) in _wakeUps)
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
        command.Parameters.Add(Array(NpgsqlDbType.Integer, _numbers));
        command.Parameters.Add(Array(NpgsqlDbType.Text, _names));
        command.Parameters.Add(Array(NpgsqlDbType.Text, _stores));
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
        foreach (var append in _appends)
        {
            sessions.TryAdd(append.Session, sessions.Count);
        }

        command.Parameters.Add(Array(NpgsqlDbType.Text, _appends.ConvertAll(static a => a.Session.Stream.Value)));
        command.Parameters.Add(Array(NpgsqlDbType.Text, _appends.ConvertAll(static a => StoreOf(a))));
        command.Parameters.Add(Array(NpgsqlDbType.Integer, _appends.ConvertAll(a => sessions[a.Session])));
        command.Parameters.Add(Array(NpgsqlDbType.Integer, _appends.ConvertAll(static a => a.Events)));
        command.Parameters.Add(Array(NpgsqlDbType.Bytea, _appends.ConvertAll(static a => a.Buffer[..ChainHash.Size])));
        command.Parameters.Add(Array(NpgsqlDbType.Integer, _appends.ConvertAll(static a => (int)KindOf(a.WakeUp))));
        command.Parameters.Add(Array(NpgsqlDbType.Bigint, _appends.ConvertAll(static a => a.WakeUp.Due.UtcTicks)));
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
        command.Parameters.Add(Array(NpgsqlDbType.Bigint, _streams));
        command.Parameters.Add(Array(NpgsqlDbType.Bigint, _versions));
        command.Parameters.Add(Array(NpgsqlDbType.Bytea, _records));
    }

    private byte[] Advance(JournalMark known)
    {
        known.Running.Span.CopyTo(_running);
        foreach (var record in _records)
        {
            RunningHash.Advance(_running, record.Span[^ChainHash.Size..]);
        }

        return _running;
    }

    private void Take(Append append, ref int filled)
    {
        _appends.Add(append);
        var stream = append.Session.Stream.Value;
        var appended = append.Encoded[Append.FirstEvent..];
        appended.CopyTo(_bytes.AsSpan(filled));
        if (append.FirstVersion == 1)
        {
            _numbers.Add(_records.Count + 1);
            // The stream's id within this batch. The database answers with the position at which the stream begins.
            append.Session.StreamId = -_numbers[^1];
            _names.Add(stream);
            _stores.Add(StoreOf(append));
        }

        for (var i = 0; i < append.Events; i++)
        {
            var count = EncodedEvent.Measure(_bytes.AsSpan(filled)) + ChainHash.Size;
            _streams.Add(append.Session.StreamId);
            _versions.Add(append.FirstVersion + i);
            _records.Add(_bytes.AsMemory(filled, count));
            filled += count;
        }

        Debug.Assert(_records[^1].Span[^ChainHash.Size..].SequenceEqual(append.LastHash), "An append holds more bytes than its events.");
        if (append.WakeUp.What != WakeUpChange.Kind.Keep)
        {
            _wakeUps[stream] = append.WakeUp;
        }
    }

    private static string StoreOf(Append append)
    {
        EncodedEvent.Measure(append.Encoded[Append.FirstEvent..], out var store);
        return Encoding.UTF8.GetString(store);
    }
}
