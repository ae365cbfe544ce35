-- Slates: a text, what is made of it, and every version of both.

CREATE TABLE slates (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    title text,                       -- the person's own; else the first words are shown
    text text NOT NULL DEFAULT '',
    options jsonb NOT NULL DEFAULT '{}',
    run bigint NOT NULL DEFAULT 0,    -- how often it was run: what an older run says comes too late
    status text NOT NULL DEFAULT 'empty'
        CHECK (status IN ('empty', 'running', 'complete', 'stopped', 'interrupted', 'failed')),
    ran text,                         -- fingerprint of what was run: the text may be newer
    worker bigint,                    -- the process that runs it
    language text,                    -- of the text, as the last run found it
    engine text,
    noted jsonb NOT NULL DEFAULT '[]', -- what was known to the last run
    error_code text,
    error text,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    deleted_at timestamptz            -- gone for its owner, who may still undo that
);
CREATE INDEX slates_by_activity ON slates (user_id, updated_at DESC);

CREATE TABLE slate_versions (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    slate_id uuid NOT NULL REFERENCES slates ON DELETE CASCADE,
    user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    text text NOT NULL,
    task text NOT NULL,
    options jsonb NOT NULL,
    result text NOT NULL,
    language text,
    engine text,
    noted jsonb NOT NULL DEFAULT '[]',
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX slate_versions_of_slate ON slate_versions (slate_id, id);

-- What the last run has come to, part by part.
CREATE TABLE slate_parts (
    slate_id uuid NOT NULL REFERENCES slates ON DELETE CASCADE,
    place integer NOT NULL,
    user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    source text NOT NULL,
    digest text NOT NULL,             -- of the part and of all that decides what is made of it
    result text NOT NULL DEFAULT '',
    status text NOT NULL DEFAULT 'waiting' CHECK (status IN ('waiting', 'done', 'failed')),
    error_code text,
    error text,
    PRIMARY KEY (slate_id, place)
);

ALTER TABLE slates ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON slates USING (user_id = current_user_id());
ALTER TABLE slate_versions ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON slate_versions USING (user_id = current_user_id());
ALTER TABLE slate_parts ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON slate_parts USING (user_id = current_user_id());

CREATE FUNCTION forget_deleted_slates(days integer) RETURNS bigint LANGUAGE sql SECURITY DEFINER
SET search_path FROM CURRENT AS $$
    WITH gone AS (DELETE FROM slates WHERE deleted_at < now() - make_interval(days => days)
                  RETURNING 1)
    SELECT count(*) FROM gone
$$;

CREATE FUNCTION without_memories(noted jsonb, ids jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE
RETURN coalesce((SELECT jsonb_agg(n) FROM jsonb_array_elements(noted) n
                 WHERE NOT ids ? (n ->> 'id')), '[]');

-- What was deleted of the memories is told nowhere any more, also not as used for a slate.
CREATE OR REPLACE FUNCTION purge_deleted_memories(minutes integer) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
    gone jsonb;
BEGIN
    WITH purged AS (
        DELETE FROM memories WHERE status = 'deleted' AND indexed_as IS NULL
            AND updated_at < now() - make_interval(mins => minutes) RETURNING id)
    SELECT coalesce(jsonb_agg(id), '[]') INTO gone FROM purged;
    IF gone <> '[]' THEN
        UPDATE slates SET noted = without_memories(noted, gone)
            WHERE noted <> without_memories(noted, gone);
        UPDATE slate_versions SET noted = without_memories(noted, gone)
            WHERE noted <> without_memories(noted, gone);
    END IF;
    RETURN jsonb_array_length(gone);
END $$;
