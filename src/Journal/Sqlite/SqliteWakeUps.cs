using Pos.Journal.Writing;

namespace Pos.Journal.Sqlite;

/// <summary>The writer's statements on wake-ups. Each runs inside the transaction of a batch.</summary>
internal sealed class SqliteWakeUps(SqliteConnection connection)
{
    private readonly SqliteStatement _set = connection.Prepare(
        "INSERT INTO wake_ups (stream, due, owner, leased_until) VALUES (?1, ?2, NULL, 0) "
        + "ON CONFLICT (stream) DO UPDATE SET due = excluded.due, owner = NULL, leased_until = 0");

    private readonly SqliteStatement _clear = connection.Prepare("DELETE FROM wake_ups WHERE stream = ?1");

    private readonly SqliteStatement _find = connection.Prepare(
        "SELECT stream, due FROM wake_ups WHERE due <= ?1 AND leased_until <= ?1 ORDER BY due, stream LIMIT +?2");

    private readonly SqliteStatement _lease = connection.Prepare("UPDATE wake_ups SET owner = ?2, leased_until = ?3 WHERE stream = ?1");

    private readonly SqliteStatement _move = connection.Prepare(
        "UPDATE wake_ups SET due = ?5, owner = NULL, leased_until = 0 WHERE stream = ?1 AND due = ?2 AND owner = ?3 AND leased_until = ?4");

    private readonly SqliteStatement _end = connection.Prepare(
        "DELETE FROM wake_ups WHERE stream = ?1 AND due = ?2 AND owner = ?3 AND leased_until = ?4");

    // Only a wake-up that was due can have been claimed. The index passes over the rest.
    private readonly SqliteStatement _free = connection.Prepare(
        "UPDATE wake_ups INDEXED BY wake_ups_due SET owner = NULL, leased_until = 0 WHERE due <= ?1 AND owner = ?2");

    public void Change(ReadOnlySpan<byte> stream, WakeUpChange change)
    {
        switch (change.What)
        {
            case WakeUpChange.Kind.Keep:
                return;
            case WakeUpChange.Kind.Clear:
                _clear.BindText(1, stream);
                _clear.Step();
                return;
            case WakeUpChange.Kind.Set:
                _set.BindText(1, stream);
                _set.Bind(2, change.Due.UtcTicks);
                _set.Step();
                return;
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    public void Claim(WakeUpClaim claim)
    {
        claim.Claimed.Clear();
        _find.Bind(1, claim.Now.UtcTicks);
        _find.Bind(2, claim.Limit);
        while (_find.Step())
        {
            var due = new DateTimeOffset(_find.Int64(1), TimeSpan.Zero);
            claim.Claimed.Add(new WakeUpLease(StreamName.Parse(_find.Text(0)), due, claim.Owner, claim.Until));
        }

        foreach (var claimed in claim.Claimed)
        {
            _lease.BindText(1, claimed.Stream.Value);
            _lease.BindText(2, claimed.Owner);
            _lease.Bind(3, claimed.LeasedUntil.UtcTicks);
            _lease.Step();
        }
    }

    public void Complete(WakeUpCompletion completion)
    {
        var statement = completion.Next is null ? _end : _move;
        statement.BindText(1, completion.Claimed.Stream.Value);
        statement.Bind(2, completion.Claimed.Due.UtcTicks);
        statement.BindText(3, completion.Claimed.Owner);
        statement.Bind(4, completion.Claimed.LeasedUntil.UtcTicks);
        if (completion.Next is { } next)
        {
            statement.Bind(5, next.UtcTicks);
        }

        statement.Step();
    }

    public void End(WakeUpLeasesEnd ending)
    {
        _free.Bind(1, ending.DueUntil.UtcTicks);
        _free.BindText(2, ending.Owner);
        _free.Step();
        ending.Ended = connection.Changes;
    }
}
