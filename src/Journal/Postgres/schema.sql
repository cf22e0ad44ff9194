-- The PostgreSQL journal, schema version 3 (1 and 2 were never released). The silo runs this itself in an empty database, under an advisory lock, when its role may
-- create schemas; else a database administrator runs it once: psql -1 -f schema.sql (docs/postgresql.md). Instants are UTC in 100 ns
-- since 0001-01-01.

CREATE SCHEMA pos_journal;

CREATE TABLE pos_journal.schema_version (
    single  boolean PRIMARY KEY DEFAULT true CHECK (single),
    version integer NOT NULL
);
INSERT INTO pos_journal.schema_version (version) VALUES (3);

-- An event is kept as the very bytes its hash is taken over, and behind them the hash, 32 bytes: sha256(the stream's hash before it ||
-- event). The view history shows what they say. Its stream is the position of the stream's first event: what is new lies side by side at the
-- end of the index, where names, or their hashes, would lie anywhere, each in a page of its own to be logged whole.
CREATE TABLE pos_journal.events (
    position bigint NOT NULL,
    stream   bigint NOT NULL,
    version  bigint NOT NULL,
    record   bytea NOT NULL,
    CONSTRAINT events_position PRIMARY KEY (position),
    CONSTRAINT events_stream UNIQUE (stream, version)
);
-- Trying to compress a few hundred bytes costs more than it saves.
ALTER TABLE pos_journal.events ALTER COLUMN record SET STORAGE EXTERNAL;

-- What each stream is called, with the store of its first event.
CREATE TABLE pos_journal.streams (
    name  text COLLATE "C" NOT NULL,
    id    bigint NOT NULL,
    store text COLLATE "C" NOT NULL,
    CONSTRAINT streams_name PRIMARY KEY (name)
);
CREATE INDEX streams_store ON pos_journal.streams (store, id);

-- For people: a stream as events call it.
CREATE FUNCTION pos_journal.id_of(_name text) RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT s.id FROM pos_journal.streams s WHERE s.name = _name
$$;

CREATE TABLE pos_journal.wake_ups (
    stream       text COLLATE "C" PRIMARY KEY,
    due          bigint NOT NULL,
    owner        text,
    leased_until bigint NOT NULL DEFAULT 0
);
CREATE INDEX wake_ups_due ON pos_journal.wake_ups (due, stream);

CREATE TABLE pos_journal.snapshots (
    stream        text COLLATE "C" PRIMARY KEY,
    version       bigint NOT NULL,
    state_version integer NOT NULL,
    hash          bytea NOT NULL,
    state         bytea NOT NULL
);
ALTER TABLE pos_journal.snapshots ALTER COLUMN state SET STORAGE EXTERNAL;

-- How far the journal reaches: the last position and the running hash there.
CREATE TABLE pos_journal.head (
    single   boolean PRIMARY KEY DEFAULT true CHECK (single),
    position bigint NOT NULL,
    running  bytea NOT NULL
) WITH (fillfactor = 50);
INSERT INTO pos_journal.head (position, running) VALUES (0, decode(repeat('00', 32), 'hex'));

-- A process that writes. Its attempts up to the fence are over: one that comes late, from a connection given up, stores nothing. When the
-- row is gone, all of them are over.
CREATE TABLE pos_journal.writers (
    id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name    text NOT NULL,
    started timestamptz NOT NULL DEFAULT now(),
    fence   bigint NOT NULL DEFAULT 0
);

-- A new writer. The newest thousand are kept; one of the others that still lives registers anew when it finds that it is not known.
CREATE FUNCTION pos_journal.register(_name text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    _id bigint;
BEGIN
    INSERT INTO pos_journal.writers (name) VALUES (_name) RETURNING id INTO _id;
    DELETE FROM pos_journal.writers w WHERE w.id <= _id - 1000;
    RETURN _id;
END $$;

-- Positions are given out under this lock, which ends with the transaction, after its rows have become visible: so no reader ever
-- sees a position before every smaller one.
CREATE FUNCTION pos_journal.enter(_writer bigint, _attempt bigint, OUT _position bigint, OUT _running bytea) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(7957695014971543633);
    -- A statement of its own, behind the lock: it sees what was committed before.
    SELECT h.position, h.running INTO _position, _running
    FROM pos_journal.writers w CROSS JOIN pos_journal.head h WHERE w.id = _writer AND w.fence < _attempt;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'attempt % of writer % is over', _attempt, _writer USING ERRCODE = 'PJ001';
    END IF;
END $$;

-- Ends all attempts up to one.
CREATE FUNCTION pos_journal.fence(_writer bigint, _attempt bigint, OUT _position bigint, OUT _running bytea) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(7957695014971543633);
    UPDATE pos_journal.writers w SET fence = greatest(w.fence, _attempt) WHERE w.id = _writer;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'writer % is not known', _writer USING ERRCODE = 'PJ002';
    END IF;
    SELECT h.position, h.running INTO _position, _running FROM pos_journal.head h;
END $$;

-- An event's hash.
CREATE FUNCTION pos_journal.hash_in(_record bytea) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$
    SELECT substr(_record, length(_record) - 31)
$$;

-- The running hash behind some events.
CREATE FUNCTION pos_journal.advance(_running bytea, _records bytea[]) RETURNS bytea LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    _record bytea;
BEGIN
    FOREACH _record IN ARRAY _records LOOP
        _running := sha256(_running || pos_journal.hash_in(_record));
    END LOOP;
    RETURN _running;
END $$;

-- Stores events and wake-ups, all or nothing: a version that is taken ends the transaction. The caller computes the running hash it
-- expects behind an expected position, which spares the database the work whenever nobody else has written meanwhile. _streams: of each
-- event; a stream that begins here is -n in its first event, the nth, and in those behind it. _numbers: these n, with names and stores.
CREATE FUNCTION pos_journal.append(
    _writer bigint, _attempt bigint, _expected bigint, _guess bytea,
    _streams bigint[], _versions bigint[], _records bytea[],
    _numbers integer[], _names text[], _stores text[],
    _waking text[], _dues bigint[], _still text[],
    OUT _position bigint, OUT _running bytea) LANGUAGE plpgsql AS $$
BEGIN
    SELECT e._position, e._running INTO _position, _running FROM pos_journal.enter(_writer, _attempt) e;
    IF cardinality(_streams) > 0 THEN
        INSERT INTO pos_journal.events (position, stream, version, record)
        SELECT _position + e.n, CASE WHEN e.stream > 0 THEN e.stream WHEN e.stream < 0 THEN _position - e.stream END, e.version, e.record
        FROM unnest(_streams, _versions, _records) WITH ORDINALITY AS e (stream, version, record, n);
        IF cardinality(_numbers) > 0 THEN
            INSERT INTO pos_journal.streams (name, id, store)
            SELECT s.name, _position + s.n, s.store FROM unnest(_numbers, _names, _stores) AS s (n, name, store);
        END IF;
        _running := CASE WHEN _position = _expected THEN _guess ELSE pos_journal.advance(_running, _records) END;
        _position := _position + cardinality(_streams);
        UPDATE pos_journal.head h SET position = _position, running = _running;
    END IF;
    IF cardinality(_waking) > 0 THEN
        INSERT INTO pos_journal.wake_ups (stream, due)
        SELECT w.stream, w.due FROM unnest(_waking, _dues) AS w (stream, due)
        ON CONFLICT (stream) DO UPDATE SET due = excluded.due, owner = NULL, leased_until = 0;
    END IF;
    IF cardinality(_still) > 0 THEN
        DELETE FROM pos_journal.wake_ups w WHERE w.stream = ANY (_still);
    END IF;
END $$;

-- As above, append by append: one that does not continue its stream is left out, with those behind it in its session, and named by
-- its number. _counts: events of each append; _kinds: 0 keep, 1 clear, 2 set. _stores: of each append.
CREATE FUNCTION pos_journal.append_each(
    _writer bigint, _attempt bigint,
    _streams bigint[], _versions bigint[], _records bytea[],
    _names text[], _stores text[], _sessions integer[], _counts integer[], _previous bytea[], _kinds integer[], _dues bigint[],
    OUT _position bigint, OUT _running bytea, OUT _refused integer[]) LANGUAGE plpgsql AS $$
DECLARE
    _first integer := 1;
    _next integer;
    _stream bigint;
    _version bigint;
    _hash bytea;
    _poisoned integer[] := '{}';
BEGIN
    SELECT e._position, e._running INTO _position, _running FROM pos_journal.enter(_writer, _attempt) e;
    _refused := '{}';
    FOR _append IN 1 .. cardinality(_counts) LOOP
        _next := _first + _counts[_append];
        _stream := CASE WHEN _streams[_first] > 0 THEN _streams[_first] ELSE pos_journal.id_of(_names[_append]) END;
        SELECT e.version, pos_journal.hash_in(e.record) INTO _version, _hash FROM pos_journal.events e
        WHERE e.stream = _stream ORDER BY e.stream DESC, e.version DESC LIMIT 1;
        IF NOT FOUND THEN
            _stream := _position + 1;
            _version := 0;
            _hash := decode(repeat('00', 32), 'hex');
        END IF;
        IF _sessions[_append] = ANY (_poisoned) OR _version <> _versions[_first] - 1 OR _hash <> _previous[_append] THEN
            _refused := _refused || _append;
            _poisoned := _poisoned || _sessions[_append];
        ELSE
            FOR _event IN _first .. _next - 1 LOOP
                _position := _position + 1;
                _running := sha256(_running || pos_journal.hash_in(_records[_event]));
                INSERT INTO pos_journal.events (position, stream, version, record)
                VALUES (_position, _stream, _versions[_event], _records[_event]);
            END LOOP;
            IF _version = 0 THEN
                INSERT INTO pos_journal.streams (name, id, store) VALUES (_names[_append], _stream, _stores[_append]);
            END IF;
            IF _kinds[_append] = 2 THEN
                INSERT INTO pos_journal.wake_ups (stream, due) VALUES (_names[_append], _dues[_append])
                ON CONFLICT (stream) DO UPDATE SET due = excluded.due, owner = NULL, leased_until = 0;
            ELSIF _kinds[_append] = 1 THEN
                DELETE FROM pos_journal.wake_ups w WHERE w.stream = _names[_append];
            END IF;
        END IF;
        _first := _next;
    END LOOP;
    UPDATE pos_journal.head h SET position = _position, running = _running;
END $$;

-- For people. Numbers in an event are little-endian; text and payload are preceded by their length (int32).
CREATE FUNCTION pos_journal.int_at(_event bytea, _at integer, _bytes integer) RETURNS bigint LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    _value bigint := 0;
BEGIN
    FOR i IN REVERSE _bytes - 1 .. 0 LOOP
        _value := (_value << 8) | get_byte(_event, _at + i);
    END LOOP;
    RETURN _value;
END $$;

CREATE FUNCTION pos_journal.read_event(
    _event bytea, OUT stream text, OUT type text, OUT type_version integer, OUT recorded_at timestamptz, OUT occurred_at timestamptz,
    OUT store text, OUT till text, OUT actor text, OUT correlation text, OUT causation text, OUT traceparent text, OUT payload text)
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    _at integer := 1;
    _count integer;
    _texts text[] := '{}';
BEGIN
    _count := pos_journal.int_at(_event, _at, 4);
    stream := convert_from(substr(_event, _at + 5, _count), 'UTF8');
    _at := _at + 4 + _count + 8;
    _count := pos_journal.int_at(_event, _at, 4);
    type := convert_from(substr(_event, _at + 5, _count), 'UTF8');
    _at := _at + 4 + _count;
    type_version := pos_journal.int_at(_event, _at, 4);
    recorded_at := to_timestamp((pos_journal.int_at(_event, _at + 4, 8) - 621355968000000000) / 10000000.0);
    occurred_at := to_timestamp((pos_journal.int_at(_event, _at + 12, 8) - 621355968000000000) / 10000000.0);
    _at := _at + 20;
    FOR i IN 1 .. 7 LOOP
        _count := pos_journal.int_at(_event, _at, 4);
        _texts := _texts || convert_from(substr(_event, _at + 5, _count), 'UTF8');
        _at := _at + 4 + _count;
    END LOOP;
    store := _texts[1];
    till := _texts[2];
    actor := _texts[3];
    correlation := _texts[4];
    causation := _texts[5];
    traceparent := _texts[6];
    payload := _texts[7];
END $$;

-- By stream it is quick when asked by id: WHERE id = pos_journal.id_of('stock/london/85123A').
CREATE VIEW pos_journal.history AS
SELECT e.position, r.stream, e.version, r.type, r.type_version, r.recorded_at, r.occurred_at, r.store, r.till, r.actor, r.correlation,
       r.causation, r.traceparent, r.payload, pos_journal.hash_in(e.record) AS hash, e.stream AS id
FROM pos_journal.events e CROSS JOIN LATERAL pos_journal.read_event(e.record) r;
