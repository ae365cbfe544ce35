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
    key text NOT NULL,                          -- by which it is known again when it shows itself
    value text NOT NULL,                        -- as it is read; the person may put it right
    corrected boolean NOT NULL DEFAULT false,   -- the value is the person's own words
    confidence real CHECK (confidence BETWEEN 0 AND 1),   -- of a locked one, else its evidence says
    removed_at timestamptz,                     -- not learned again
    reset_at timestamptz,                       -- forgotten, and can be brought back for a while
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX profile_insights_once ON profile_insights (user_id, kind, key)
    WHERE reset_at IS NULL;

CREATE TABLE profile_evidence (
    insight_id uuid NOT NULL REFERENCES profile_insights ON DELETE CASCADE,
    message_id bigint NOT NULL REFERENCES messages ON DELETE CASCADE,
    conversation_id uuid NOT NULL REFERENCES conversations ON DELETE CASCADE,
    user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    why text NOT NULL CHECK (why IN ('said', 'asked', 'reaction', 'choice', 'topic')),
    weight real NOT NULL,                       -- negative where it speaks against
    seen_at timestamptz NOT NULL,
    PRIMARY KEY (insight_id, message_id)
);
CREATE INDEX profile_evidence_of_message ON profile_evidence (message_id);
CREATE INDEX profile_evidence_of_conversation ON profile_evidence (conversation_id);

-- How far somebody's words have been read.
CREATE TABLE profile_states (
    user_id uuid PRIMARY KEY REFERENCES users ON DELETE CASCADE,
    time_zone text NOT NULL DEFAULT 'UTC',      -- of the browser they used last
    hours_in text,                              -- the time zone their hours were counted in
    read_until bigint NOT NULL DEFAULT 0,
    asked_until bigint NOT NULL DEFAULT 0,      -- what a model has been asked about
    asking_since timestamptz,
    looked_at timestamptz NOT NULL DEFAULT 'epoch',   -- at reactions and topics
    skipped int8multirange NOT NULL DEFAULT '{}',         -- said while nothing was to be learned
    skipped_before int8multirange               -- as it was before everything was forgotten
);

-- The insights a reply was made with.
CREATE TABLE profile_uses (
    message_id bigint PRIMARY KEY REFERENCES messages ON DELETE CASCADE,
    user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    insight_ids uuid[] NOT NULL
);

-- What one may want to ask next; NULL while a model is asked, which happens once a reply.
CREATE TABLE follow_ups (
    message_id bigint PRIMARY KEY REFERENCES messages ON DELETE CASCADE,
    user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    questions jsonb,
    created_at timestamptz NOT NULL DEFAULT now()
);

-- What people wrote themselves: no guest's words, no AI's, and no copies of what was said before
-- in a conversation shared by others or gone on from.
CREATE VIEW own_messages WITH (security_invoker = true) AS
    SELECT m.id, m.user_id, m.conversation_id, m.language, m.text, m.created_at
    FROM messages m JOIN conversations c ON c.id = m.conversation_id
    LEFT JOIN participants p ON p.id = m.participant_id
    WHERE m.role = 'user' AND m.status = 'complete' AND m.text <> '' AND c.deleted_at IS NULL
      AND CASE c.kind WHEN 'room' THEN coalesce(p.is_host, false)
                      ELSE m.participant_id IS NULL END
      AND (m.created_at > c.created_at OR
           (c.forked_from IS NULL AND c.imported_from IS DISTINCT FROM 'shared link'));

-- Whose words, reactions or topics have not been read.
CREATE FUNCTION unread_profiles() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path FROM CURRENT AS $$
    SELECT u.id FROM users u LEFT JOIN profile_states s ON s.user_id = u.id
    WHERE EXISTS (SELECT FROM messages m WHERE m.id > coalesce(s.read_until, 0)
                  AND m.user_id = u.id AND m.role = 'user')
       OR EXISTS (SELECT FROM reactions r WHERE r.user_id = u.id
                  AND r.created_at > coalesce(s.looked_at, '-infinity'))
       OR EXISTS (SELECT FROM summaries y WHERE y.user_id = u.id
                  AND y.created_at > coalesce(s.looked_at, '-infinity'))
$$;

-- What was forgotten goes for good after a while, and so does what spoke for what was removed.
CREATE FUNCTION purge_profiles(minutes integer) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path FROM CURRENT AS $$
    DELETE FROM profile_evidence e USING profile_insights i
        WHERE i.id = e.insight_id AND i.removed_at < now() - make_interval(mins => minutes);
    WITH gone AS (DELETE FROM profile_insights
                  WHERE reset_at < now() - make_interval(mins => minutes) RETURNING 1)
    SELECT count(*) FROM gone
$$;

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
ALTER TABLE profile_states ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON profile_states USING (user_id = current_user_id());
ALTER TABLE profile_uses ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON profile_uses USING (user_id = current_user_id());
ALTER TABLE follow_ups ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON follow_ups USING (user_id = current_user_id());

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
