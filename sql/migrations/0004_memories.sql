-- What Parley knows of its person, the words it is found by, and what it must not learn again.

CREATE TABLE memories (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    number bigint GENERATED ALWAYS AS IDENTITY UNIQUE,  -- what the indexes know it by
    user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    kind text NOT NULL CHECK (kind IN ('fact', 'preference', 'person', 'project', 'term')),
    text text NOT NULL,
    context text,                     -- what was said around it, which helps to find it
    said_by text,                     -- somebody else's words; else the person's own
    language text,
    status text NOT NULL DEFAULT 'active'
        CHECK (status IN ('active', 'proposed', 'replaced', 'deleted')),
    enabled boolean NOT NULL DEFAULT true,
    pinned boolean NOT NULL DEFAULT false,
    origin text NOT NULL DEFAULT 'person'
        CHECK (origin IN ('person', 'said', 'learned', 'imported')),
    conversation_id uuid REFERENCES conversations ON DELETE SET NULL,
    message_id bigint REFERENCES messages ON DELETE SET NULL,
    replaces uuid REFERENCES memories ON DELETE SET NULL,
    valid_from timestamptz NOT NULL DEFAULT now(),
    valid_until timestamptz,
    used_at timestamptz,
    uses integer NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    revision integer NOT NULL DEFAULT 1,        -- grows when the text changes
    indexed_as text,                  -- index, embedder and revision it is there with; NULL: it is not
    length real NOT NULL DEFAULT 0    -- the sum of the weights of its words
);
CREATE INDEX memories_of_user ON memories (user_id, status, updated_at DESC);
CREATE INDEX memories_by_speaker ON memories (user_id, said_by) WHERE said_by IS NOT NULL;
CREATE INDEX memories_replaced ON memories (replaces);
CREATE INDEX memories_of_message ON memories (message_id);
CREATE INDEX memories_of_conversation ON memories (conversation_id);
CREATE INDEX memories_deleted ON memories (updated_at) WHERE status = 'deleted';

CREATE TABLE memory_words (
    user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    word text NOT NULL,
    memory bigint NOT NULL REFERENCES memories (number) ON DELETE CASCADE,
    weight real NOT NULL,
    length real NOT NULL,             -- the memory's
    PRIMARY KEY (user_id, word, memory) INCLUDE (weight, length)
);
CREATE INDEX memory_words_of_memory ON memory_words (memory);

-- What was deleted or declined, without its text: a hash of it, and where it lies by meaning.
CREATE TABLE forgotten_memories (
    user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    fingerprint bytea NOT NULL,
    embedder text,
    embedding bytea,
    forgotten_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (user_id, fingerprint)
);

-- The memories a reply (language '') or a translation was made with. Guests see messages and
-- translations, and nothing of this.
CREATE TABLE memory_uses (
    user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    message_id bigint NOT NULL REFERENCES messages ON DELETE CASCADE,
    language text NOT NULL DEFAULT '',
    memory_ids uuid[] NOT NULL,
    PRIMARY KEY (message_id, language)
);

ALTER TABLE conversations ADD COLUMN learned_until bigint NOT NULL DEFAULT 0;

-- Whose memories are not in the index as they are now, and how many; `index_mark` says which index
-- and which embedder. With `anew` all are counted that should be there.
CREATE FUNCTION unindexed_memories(index_mark text, anew boolean)
RETURNS TABLE (user_id uuid, count bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    SELECT m.user_id, count(*) FROM memories m
    WHERE CASE WHEN m.status IN ('active', 'proposed')
               THEN anew OR m.indexed_as IS DISTINCT FROM index_mark || ' ' || m.revision
               ELSE m.indexed_as IS NOT NULL END
    GROUP BY m.user_id
$$;

-- Whether anybody has any: where not, the index is not even opened.
CREATE FUNCTION any_memories() RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    SELECT EXISTS (SELECT FROM memories)
$$;

-- All that is in the index is to be put there again.
CREATE FUNCTION unindex_memories() RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path FROM CURRENT AS $$
    WITH stale AS (
        UPDATE memories SET indexed_as = '' WHERE indexed_as IS NOT NULL RETURNING 1)
    SELECT count(*) FROM stale
$$;

-- The text of what was deleted goes for good after a while, in which it can be brought back.
CREATE FUNCTION purge_deleted_memories(minutes integer) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path FROM CURRENT AS $$
    WITH gone AS (
        DELETE FROM memories WHERE status = 'deleted' AND indexed_as IS NULL
            AND updated_at < now() - make_interval(mins => minutes) RETURNING 1)
    SELECT count(*) FROM gone
$$;

ALTER TABLE memories ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON memories USING (user_id = current_user_id());
ALTER TABLE memory_words ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON memory_words USING (user_id = current_user_id());
ALTER TABLE forgotten_memories ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON forgotten_memories USING (user_id = current_user_id());
ALTER TABLE memory_uses ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON memory_uses USING (user_id = current_user_id());
