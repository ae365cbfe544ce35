-- name: version
-- The newest migration; no row where Parley never was.
SELECT max(number) AS number FROM schema_migrations

-- name: has_schema
SELECT to_regclass('public.schema_migrations') IS NOT NULL AS there

-- name: one_moment
-- All that is read from here on is as it was now, and no row is left out without a word.
SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY;
SET LOCAL row_security = off;
SET LOCAL statement_timeout = 0

-- name: tables
-- What there is of some tables, those that others point at first: they were made first.
SELECT c.relname::text AS name, ARRAY(
    SELECT a.attname::text FROM pg_attribute a
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
    ORDER BY a.attnum) AS columns
FROM pg_class c
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND c.relname = ANY (%(names)s)
ORDER BY c.oid

-- name: sequences
-- What counts for which column, and how far it goes each time.
SELECT c.relname || '.' || a.attname AS name, q.relname::text AS sequence, s.seqincrement AS step
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attidentity <> ''
JOIN pg_sequence s ON s.seqrelid = pg_get_serial_sequence(c.oid::regclass::text, a.attname)::regclass
JOIN pg_class q ON q.oid = s.seqrelid
WHERE c.relnamespace = 'public'::regnamespace AND c.relname = ANY (%(names)s)
ORDER BY 1

-- name: workers
-- The processes of Parley that run on this database.
SELECT count(*) AS n FROM pg_locks
WHERE locktype = 'advisory' AND classid = 20559 AND objsubid = 2 AND granted
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())

-- name: alone
-- The lock of those that bring the schema up to date: no Parley starts meanwhile.
SELECT pg_try_advisory_xact_lock(%(lock)s) AS got

-- name: others_things
-- What hangs on Parley's tables and is not Parley's would go with them.
SELECT count(*) AS n FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'v', 'm', 'p', 'f') AND n.nspname NOT LIKE 'pg\_%%' AND n.nspname <> 'information_schema'
  AND NOT (n.nspname = 'public' AND (c.relname = ANY (%(names)s) OR c.relname LIKE 'procrastinate\_%%'))

-- name: note_names
SELECT set_config('parley.tables', array_to_string(%(tables)s::text[], ','), true),
       set_config('parley.functions', array_to_string(%(functions)s::text[], ','), true),
       set_config('parley.types', array_to_string(%(types)s::text[], ','), true)

-- name: drop_everything
-- All that the migrations make, and nothing else. What one takes along with it is gone when its own
-- turn comes.
DO $$
DECLARE
    one oid;
BEGIN
    FOR one IN SELECT unnest(ARRAY(SELECT oid FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
          AND (relname = ANY (string_to_array(current_setting('parley.tables'), ','))
               OR relname LIKE 'procrastinate\_%'))) LOOP
        IF EXISTS (SELECT FROM pg_class WHERE oid = one) THEN
            EXECUTE format('DROP TABLE %s CASCADE', one::regclass);
        END IF;
    END LOOP;
    FOR one IN SELECT unnest(ARRAY(SELECT oid FROM pg_proc
        WHERE pronamespace = 'public'::regnamespace
          AND (proname = ANY (string_to_array(current_setting('parley.functions'), ','))
               OR proname LIKE 'procrastinate\_%'))) LOOP
        IF EXISTS (SELECT FROM pg_proc WHERE oid = one) THEN
            EXECUTE format('DROP FUNCTION %s CASCADE', one::regprocedure);
        END IF;
    END LOOP;
    FOR one IN SELECT unnest(ARRAY(SELECT t.oid FROM pg_type t LEFT JOIN pg_class c ON c.oid = t.typrelid
        WHERE t.typnamespace = 'public'::regnamespace
          AND (t.typtype IN ('e', 'd') OR c.relkind = 'c')
          AND (t.typname = ANY (string_to_array(current_setting('parley.types'), ','))
               OR t.typname LIKE 'procrastinate\_%'))) LOOP
        IF EXISTS (SELECT FROM pg_type WHERE oid = one) THEN
            EXECUTE format('DROP TYPE %s CASCADE', one::regtype);
        END IF;
    END LOOP;
END $$

-- name: loosen
-- Rows come in as they are: no trigger makes anything of them, and what they point at may come later.
-- Indexes are made at the end, all at once: 200,000 messages take minutes one by one.
DO $$
DECLARE
    one record;
BEGIN
    CREATE TEMP TABLE unindexed ON COMMIT DROP AS
        SELECT indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid) AS definition
        FROM pg_index i
        WHERE indrelid::regclass::text = ANY (string_to_array(current_setting('parley.tables'), ','))
          AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid);
    FOR one IN SELECT * FROM unindexed LOOP
        EXECUTE format('DROP INDEX %s', one.name);
    END LOOP;
    CREATE TEMP TABLE loosened ON COMMIT DROP AS
        SELECT conrelid::regclass::text AS of, quote_ident(conname) AS name,
               pg_get_constraintdef(oid) AS definition
        FROM pg_constraint
        WHERE contype = 'f' AND connamespace = 'public'::regnamespace
          AND conrelid::regclass::text = ANY (string_to_array(current_setting('parley.tables'), ','));
    FOR one IN SELECT * FROM loosened LOOP
        EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %s', one.of, one.name);
    END LOOP;
    FOR one IN SELECT DISTINCT tgrelid::regclass AS of FROM pg_trigger
        WHERE NOT tgisinternal
          AND tgrelid::regclass::text = ANY (string_to_array(current_setting('parley.tables'), ',')) LOOP
        EXECUTE format('ALTER TABLE %s DISABLE TRIGGER USER', one.of);
    END LOOP;
END $$

-- name: tighten
-- As it was before `loosen`; what points at nothing shows here.
DO $$
DECLARE
    one record;
BEGIN
    SET LOCAL maintenance_work_mem = '256MB';
    FOR one IN SELECT * FROM unindexed LOOP
        EXECUTE one.definition;
    END LOOP;
    FOR one IN SELECT * FROM loosened LOOP
        EXECUTE format('ALTER TABLE %s ADD CONSTRAINT %s %s', one.of, one.name, one.definition);
    END LOOP;
    FOR one IN SELECT DISTINCT tgrelid::regclass AS of FROM pg_trigger
        WHERE NOT tgisinternal AND tgenabled = 'D'
          AND tgrelid::regclass::text = ANY (string_to_array(current_setting('parley.tables'), ',')) LOOP
        EXECUTE format('ALTER TABLE %s ENABLE TRIGGER USER', one.of);
    END LOOP;
    DROP TABLE loosened, unindexed;
END $$

-- name: sealed
-- What is encrypted: settings by name, and links to copy.
SELECT p.name, p.secret FROM preferences p WHERE p.secret IS NOT NULL
UNION ALL
SELECT NULL, s.token FROM shares s WHERE s.revoked_at IS NULL
