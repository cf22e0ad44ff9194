-- The states of reports and streams, for Microsoft.Orleans.Persistence.AdoNet 10.4: its keys of OrleansQuery, and the names and types of their parameters
-- and columns. A silo runs this itself, under an advisory lock, when its role may create schemas. Else the owner of the database runs it once:
-- psql -1 -f states.sql (docs/postgresql.md). All of it can be computed again from the journal.
CREATE SCHEMA IF NOT EXISTS pos_states;

CREATE TABLE IF NOT EXISTS pos_states.schema_version (version integer NOT NULL);

CREATE TABLE IF NOT EXISTS pos_states.OrleansQuery (QueryKey text PRIMARY KEY, QueryText text NOT NULL);

-- A kind and a key name a state; the key is the whole id of a grain.
CREATE TABLE IF NOT EXISTS pos_states.states (
    service text COLLATE "C" NOT NULL,
    name    text COLLATE "C" NOT NULL,
    key     text COLLATE "C" NOT NULL,
    version integer NOT NULL,
    state   bytea,
    written timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (service, name, key)
);

-- A query that answers with the version it was asked with tells Orleans that another activation was first.
DELETE FROM pos_states.OrleansQuery;
INSERT INTO pos_states.OrleansQuery (QueryKey, QueryText) VALUES
('WriteToStorageKey', $q$
WITH begun AS (
    INSERT INTO states (service, name, key, version, state)
    SELECT @ServiceId, @GrainTypeString, @GrainIdExtensionString, 1, @PayloadBinary
    WHERE @GrainStateVersion IS NULL
    ON CONFLICT DO NOTHING
    RETURNING version),
replaced AS (
    UPDATE states SET state = @PayloadBinary, version = version + 1, written = now()
    WHERE service = @ServiceId AND name = @GrainTypeString AND key = @GrainIdExtensionString AND version = @GrainStateVersion
    RETURNING version)
SELECT coalesce((SELECT version FROM begun), (SELECT version FROM replaced), @GrainStateVersion) AS NewGrainStateVersion
$q$),
('ReadFromStorageKey', $q$
SELECT state AS PayloadBinary, version AS Version FROM states
WHERE service = @ServiceId AND name = @GrainTypeString AND key = @GrainIdExtensionString
$q$),
('ClearStorageKey', $q$
WITH cleared AS (
    UPDATE states SET state = NULL, version = version + 1, written = now()
    WHERE service = @ServiceId AND name = @GrainTypeString AND key = @GrainIdExtensionString AND version = @GrainStateVersion
    RETURNING version)
SELECT coalesce((SELECT version FROM cleared), @GrainStateVersion) AS NewGrainStateVersion
$q$);

DELETE FROM pos_states.schema_version;
INSERT INTO pos_states.schema_version VALUES (1);

-- The silo's role of roles.sql, where it is there.
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'pos_silo') THEN
        GRANT USAGE ON SCHEMA pos_states TO pos_silo;
        GRANT SELECT ON ALL TABLES IN SCHEMA pos_states TO pos_silo;
        GRANT INSERT, UPDATE, DELETE ON pos_states.states TO pos_silo;
    END IF;
END $$;
