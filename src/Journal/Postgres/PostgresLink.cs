using System.Diagnostics;
using System.Net.Sockets;
using Npgsql;

namespace Pos.Journal.Postgres;

/// <summary>
/// The connection that writes. Before anything is written on a new connection, a fence ends all attempts on the connections before it: a
/// command that a frozen or cut-off server still has in hand can store nothing any more. Then the link checks that the server holds
/// everything that this process has seen committed: a standby that was promoted without it must not go on.
/// </summary>
internal sealed class PostgresLink : IDisposable
{
    // As schema.sql raises it.
    private const string UnknownWriter = "PJ002";

    private readonly PostgresConnections _connections;
    private NpgsqlConnection? _connection;
    private long _writer;
    private long _attempts;
    private JournalMark _known;
    private Seen? _seen;
    private string? _lost;
    private volatile bool _owesFence;
    private bool _abandoned;

    public PostgresLink(PostgresConnections connections) => _connections = connections;

    /// <summary>Held by the thread that uses the connection.</summary>
    public Lock Gate { get; } = new();

    /// <summary>The number of this process among the processes that write.</summary>
    public long Writer => _writer;

    /// <summary>How far the journal reached when it was last heard of on this connection.</summary>
    public JournalMark Known => _known;

    /// <summary>Whether an attempt of unknown outcome may still be stored.</summary>
    public bool OwesFence => _owesFence;

    /// <summary>Whether an exception means that the server, or the way to it, failed.</summary>
    public static bool IsFailure(Exception e) =>
        e is NpgsqlException or IOException or SocketException or TimeoutException or ObjectDisposedException or InvalidOperationException;

    /// <summary>Opens the first connection, makes the schema if need be, and registers this process.</summary>
    public void Start()
    {
        _connection = Open();
        PostgresSchema.Ensure(_connection, _connections.Place);
        _writer = Register(_connection);
        _known = ReadHead();
    }

    /// <summary>The connection, opened anew if need be.</summary>
    public NpgsqlConnection Use()
    {
        if (_lost is not null)
        {
            throw new JournalUnavailableException(_lost);
        }

        if (_connection is not null)
        {
            return _connection;
        }
        // Bounded as a whole, so that a server that freezes in the middle keeps nobody here. The next attempt fences again.
        var (self, over, held, last) = (_writer, _attempts, _known.Position, _seen);
        var reached = Within(
            Task.Run(() => Reach(self, over, held, last)), _connections.ConnectMax + _connections.CommandMax, static late => late.Connection.Dispose());
        if (reached.Lost)
        {
            reached.Connection.Dispose();
            _lost = $"The {_connections.Place} no longer holds what it committed at position {held} (it reaches position {reached.Head.Position}): "
                + "was a standby promoted that lagged behind? This silo writes nothing more; see docs/postgresql.md.";
            throw new JournalUnavailableException(_lost);
        }

        (_known, _writer) = (reached.Head, reached.Writer);
        _owesFence = false;
        return _connection = reached.Connection;
    }

    /// <summary>Waits for work with the server, and leaves the work behind when it takes too long.</summary>
    /// <param name="work">Must not change this object: it may end long after it was left behind.</param>
    /// <param name="atMost">The longest wait; null for the time that any command may take.</param>
    /// <param name="late">Takes a result for which nobody waits any more.</param>
    public T Within<T>(Task<T> work, TimeSpan? atMost = null, Action<T>? late = null)
    {
        if (Task.WaitAny([work], atMost ?? _connections.CommandMax) == 0)
        {
            return work.GetAwaiter().GetResult();
        }

        work.ContinueWith(
            ended =>
            {
                if (ended.IsCompletedSuccessfully)
                {
                    late?.Invoke(ended.Result);
                }
                else
                {
                    _ = ended.Exception;
                }
            },
            TaskScheduler.Default);
        _abandoned = true;
        throw new TimeoutException($"The {_connections.Place} did not answer within {(atMost ?? _connections.CommandMax).TotalSeconds} s.");
    }

    /// <summary>The number of the next attempt to write.</summary>
    public long NextAttempt() => ++_attempts;

    /// <summary>Remembers what was committed on this connection.</summary>
    /// <param name="mark">The last position and the running hash there.</param>
    /// <param name="lastHash">The hash of the event there; empty when it is not known.</param>
    public void OnCommitted(JournalMark mark, ReadOnlySpan<byte> lastHash = default)
    {
        if (!lastHash.IsEmpty)
        {
            _seen = new Seen(mark.Position, lastHash.ToArray());
        }

        _known = mark;
    }

    /// <summary>Gives the connection up.</summary>
    /// <param name="uncertain">Whether a command that was sent on it may still be stored.</param>
    public void Break(bool uncertain)
    {
        _owesFence |= uncertain;
        var broken = _connection;
        _connection = null;
        if (broken is null)
        {
            return;
        }
        // Closing a connection that still waits for its answer could take as long as the answer.
        if (_abandoned)
        {
            Task.Run(() => Close(broken));
        }
        else
        {
            Close(broken);
        }

        _abandoned = false;
    }

    public void Dispose() => Break(uncertain: false);

    private static void Close(NpgsqlConnection broken)
    {
        try
        {
            broken.Dispose();
        }
        catch (Exception e) when (IsFailure(e))
        {
            // The connection is given up either way.
        }
    }

    // Runs on a thread of its own and may be left behind, so it uses nothing but its parameters.
    private Reached Reach(long self, long over, long held, Seen? last)
    {
        var opened = Open();
        try
        {
            if (Fence(opened, self, over) is not { } head)
            {
                self = Register(opened);
                head = Fence(opened, self, over) ?? throw new JournalUnavailableException($"The {_connections.Place} forgets who writes as soon as it is told.");
            }

            var isLost = head.Position < held || (last is not null && !HashAt(opened, last.Position).SequenceEqual(last.Hash));
            return new Reached(opened, head, self, isLost);
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    private NpgsqlConnection Open()
    {
        var opened = _connections.Writing.OpenConnection();
        try
        {
            using (var durable = new NpgsqlCommand(
                "SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') IN ('off', 'local')", opened))
            {
                durable.ExecuteNonQuery();
            }

            using var flushing = new NpgsqlCommand("SELECT current_setting('fsync')", opened);
            if (flushing.ExecuteScalar() is not "on")
            {
                throw new JournalRefusedException($"The {_connections.Place} runs with fsync=off: what it commits is not on disk. Switch it on.");
            }

            return opened;
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    /// <summary>Raises the fence. Null: the server does not know this writer any more, which ends its attempts for good.</summary>
    private static JournalMark? Fence(NpgsqlConnection on, long self, long over)
    {
        using var fence = new NpgsqlCommand("SELECT _position, _running FROM pos_journal.fence($1, $2)", on);
        fence.Parameters.Add(new NpgsqlParameter<long> { TypedValue = self });
        fence.Parameters.Add(new NpgsqlParameter<long> { TypedValue = over });
        try
        {
            return ReadMark(fence);
        }
        catch (PostgresException e) when (e.SqlState == UnknownWriter)
        {
            return null;
        }
    }

    private static long Register(NpgsqlConnection on)
    {
        using var register = new NpgsqlCommand("SELECT pos_journal.register($1)", on);
        register.Parameters.Add(new NpgsqlParameter<string> { TypedValue = $"{Environment.MachineName}:{Environment.ProcessId}" });
        return (long)register.ExecuteScalar()!;
    }

    private JournalMark ReadHead()
    {
        using var head = new NpgsqlCommand("SELECT position, running FROM pos_journal.head", _connection);
        return ReadMark(head);
    }

    private static JournalMark ReadMark(NpgsqlCommand command)
    {
        using var reader = command.ExecuteReader();
        if (!reader.Read())
        {
            throw new UnreachableException();
        }

        var mark = new JournalMark(reader.GetInt64(0), reader.GetFieldValue<byte[]>(1));
        reader.NextResult();
        return mark;
    }

    private static ReadOnlySpan<byte> HashAt(NpgsqlConnection on, long position)
    {
        using var hash = new NpgsqlCommand("SELECT pos_journal.hash_in(record) FROM pos_journal.events WHERE position = $1", on);
        hash.Parameters.Add(new NpgsqlParameter<long> { TypedValue = position });
        return hash.ExecuteScalar() as byte[];
    }

    /// <summary>An event that this process has seen committed.</summary>
    private sealed record Seen(long Position, byte[] Hash);

    /// <summary>A new connection, behind the fence.</summary>
    /// <param name="Connection">The receiver owns it.</param>
    /// <param name="Head">How far the journal reaches.</param>
    /// <param name="Writer">The number of this process among the processes that write.</param>
    /// <param name="Lost">Whether the server holds less, or something else, than this process has seen committed.</param>
    private sealed record Reached(NpgsqlConnection Connection, JournalMark Head, long Writer, bool Lost);
}
