-- What was said and what it means: summaries, a profile of the person, and the work that keeps both.

-- Of a conversation as far as `until_id`; a newer message makes it stale, not wrong.
CREATE TABLE summaries (
    conversation_id uuid PRIMARY KEY REFERENCES conversations ON DELETE CASCADE,
    user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    made_by text NOT NULL CHECK (made_by IN ('model', 'extract')),
    provider text,
    model text,
    language text NOT NULL,
    text text NOT NULL,
    sentiment real CHECK (sentiment BETWEEN -1 AND 1),
    decisions jsonb NOT NULL DEFAULT '[]',      -- {text, message_id}
    questions jsonb NOT NULL DEFAULT '[]',      -- open ones: {text, message_id}
    actions jsonb NOT NULL DEFAULT '[]',        -- {text, who, due, message_id}
    until_id bigint NOT NULL,                   -- the newest message it knows
    messages integer NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX summaries_of_user ON summaries (user_id, created_at DESC);

CREATE TABLE topics (
    conversation_id uuid NOT NULL REFERENCES conversations ON DELETE CASCADE,
    place smallint NOT NULL,                    -- the first is what it was most about
    user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    topic text NOT NULL,
    PRIMARY KEY (conversation_id, place)
);
CREATE INDEX topics_of_user ON topics (user_id, lower(topic));

-- What was done in the background; of each task and subject the last time alone.
CREATE TABLE task_runs (
    task text NOT NULL,
    user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    conversation_id uuid REFERENCES conversations ON DELETE CASCADE,   -- NULL: of no single one
    status text NOT NULL CHECK (status IN ('running', 'done', 'failed')),
    done integer NOT NULL DEFAULT 0,            -- how many things
    error_code text,
    error text,                                 -- what went wrong and what to do, as shown
    attempts integer NOT NULL DEFAULT 0,        -- that failed one after the other
    retry_at timestamptz,                       -- when it is tried again by itself
    worker bigint,                              -- the process that does it
    started_at timestamptz NOT NULL DEFAULT now(),
    finished_at timestamptz,
    UNIQUE NULLS NOT DISTINCT (task, user_id, conversation_id)
);

-- What Parley has learned of its person: the surer, the more speaks for it and the newer that is.
CREATE TABLE profile_insights (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    kind text NOT NULL CHECK (kind IN ('interest', 'length', 'formality', 'form', 'language', 'hours')),
    value text NOT NULL,
    confidence real NOT NULL CHECK (confidence BETWEEN 0 AND 1),   -- as of updated_at; it fades
    corrected boolean NOT NULL DEFAULT false,   -- the person's own words
    locked boolean NOT NULL DEFAULT false,
    removed_at timestamptz,                     -- not learned again
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX profile_insights_once ON profile_insights (user_id, kind, lower(value));

CREATE TABLE profile_evidence (
    insight_id uuid NOT NULL REFERENCES profile_insights ON DELETE CASCADE,
    message_id bigint NOT NULL REFERENCES messages ON DELETE CASCADE,
    user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    weight real NOT NULL,                       -- negative where it speaks against
    seen_at timestamptz NOT NULL,
    PRIMARY KEY (insight_id, message_id)
);
CREATE INDEX profile_evidence_of_message ON profile_evidence (message_id);

ALTER TABLE summaries ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON summaries USING (user_id = current_user_id());
ALTER TABLE topics ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON topics USING (user_id = current_user_id());
ALTER TABLE task_runs ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON task_runs USING (user_id = current_user_id());
ALTER TABLE profile_insights ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON profile_insights USING (user_id = current_user_id());
ALTER TABLE profile_evidence ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON profile_evidence USING (user_id = current_user_id());

-- How much was said since a message of the visible branch, or of a room.
CREATE FUNCTION messages_since(conversation uuid, message bigint) RETURNS bigint
LANGUAGE sql STABLE AS $$
    WITH RECURSIVE newer AS (
        SELECT m.id, m.parent_id FROM conversations c JOIN messages m ON m.id = c.head_id
        WHERE c.id = conversation AND c.kind = 'chat' AND m.id > message
      UNION ALL
        SELECT m.id, m.parent_id FROM newer n JOIN messages m ON m.id = n.parent_id
        WHERE m.id > message
    )
    SELECT CASE kind WHEN 'chat' THEN (SELECT count(*) FROM newer)
                     ELSE (SELECT count(*) FROM messages m
                           WHERE m.conversation_id = conversation AND m.id > message) END
    FROM conversations WHERE id = conversation
$$;

-- The layout people know from elsewhere has a place for the summary.
CREATE OR REPLACE VIEW sessions WITH (security_invoker = true) AS
    SELECT c.id, c.created_at AS start_time, c.ended_at AS end_time,
           extract(epoch FROM coalesce(c.ended_at, c.updated_at) - c.created_at)::integer
               AS duration_seconds,
           s.text AS summary
    FROM conversations c LEFT JOIN summaries s ON s.conversation_id = c.id;
