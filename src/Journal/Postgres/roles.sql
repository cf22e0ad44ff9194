-- Three roles for the PostgreSQL journal (docs/postgresql.md). Run once as the owner of the schema, after schema.sql; give the two that
-- log in a password, or let them in by certificate.

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'pos_silo') THEN
        CREATE ROLE pos_silo LOGIN;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'pos_reader') THEN
        CREATE ROLE pos_reader LOGIN;
    END IF;
END $$;

-- The silo adds to what happened and can neither change nor remove it.
GRANT USAGE ON SCHEMA pos_journal TO pos_silo, pos_reader;
GRANT SELECT ON ALL TABLES IN SCHEMA pos_journal TO pos_silo, pos_reader;
GRANT INSERT ON pos_journal.events, pos_journal.streams TO pos_silo;
GRANT INSERT, UPDATE, DELETE ON pos_journal.wake_ups TO pos_silo;
GRANT INSERT, UPDATE ON pos_journal.snapshots TO pos_silo;
GRANT UPDATE ON pos_journal.head TO pos_silo;
GRANT INSERT (name), UPDATE (fence), DELETE ON pos_journal.writers TO pos_silo;
